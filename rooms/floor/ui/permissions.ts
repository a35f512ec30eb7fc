// The permissions that the screens of `floor` ask for; src/permissions.rs says what each allows.

export const WATCH = "floor.watch";
export const DIRECT = "floor.direct";
