// The design kit. It knows no room.
export * from "./asked";
export * from "./choose";
export * from "./desk";
export * from "./feedback";
export * from "./grid";
export * from "./page";
export * from "./phone";
export * from "./state";
export * from "./table";
export * from "./tile";
export * from "./time";
