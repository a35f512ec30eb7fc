// What jsdom lacks and every component test needs: sizes, media queries, the Chinese messages.
import { cleanup, configure } from "@testing-library/react";
import { afterEach, beforeAll } from "vitest";
import { startI18n } from "../lib/i18n";

class NoResize {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}
globalThis.ResizeObserver ??= NoResize;
window.matchMedia ??= ((query: string) => ({
  matches: false,
  media: query,
  onchange: null,
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
  addListener: () => undefined,
  removeListener: () => undefined,
  dispatchEvent: () => false,
})) as typeof window.matchMedia;

// A busy machine is slow, not wrong. These limits are for what never comes.
configure({ asyncUtilTimeout: 30_000 });

beforeAll(async () => {
  await startI18n();
});
afterEach(() => cleanup());
