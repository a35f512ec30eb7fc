// What pages see of the softphone.
import { useEffect, useSyncExternalStore } from "react";
import { may, whenSigningOut, type Me } from "@lib/session";
import type { Levels } from "./audio";
import { softphone, type State } from "./phone";

export type { Chosen, Device, Devices as DeviceList, Levels } from "./audio";
export type { Call, State as SoftphoneState, Status as SoftphoneStatus } from "./phone";
export type { Grade, Quality } from "./quality";
export * from "./parts";

const { start, stop, wanted, putAway, takeOver, answer, dial, hangUp, mute, sendDigit, choose, testMicrophone, testRinger } = softphone;
const ACTS = { start, stop, wanted, putAway, takeOver, answer, dial, hangUp, mute, sendDigit, choose, testMicrophone, testRinger };

/** The softphone of this window: its state, and what can be done with it. */
export function useSoftphone(): State & typeof ACTS {
  const state = useSyncExternalStore(softphone.watch, () => softphone.state);
  return { ...state, ...ACTS };
}

/**
 * Keeps the softphone of who is signed in: it comes up by itself where it was in use, also after the page was loaded
 * anew, and goes when the person goes. For the frame around all pages, once.
 */
export function useKeepSoftphone(me: Me | null | undefined): void {
  const number = me && may(me, "calls.answer") && !me.must_change_password ? me.number : undefined;
  useEffect(() => whenSigningOut(softphone.stop), []);
  useEffect(() => {
    if (me === null) softphone.stop();
    else if (number !== undefined && softphone.wanted()) softphone.start(number);
  }, [me, number]);
}

/** How loud it is, ten times a second: apart, so that a page is not drawn anew for it. */
export function useLevels(): Levels {
  return useSyncExternalStore(softphone.watchLevels, () => softphone.levels);
}
