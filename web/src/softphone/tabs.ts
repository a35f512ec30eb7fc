// Of all tabs of this browser one has the softphone. The lock goes with the tab that holds it; another may ask for it.

const NAME = "switchboard.softphone";

export class Ownership {
  #release: (() => void) | undefined;
  #waiting: AbortController | undefined;
  readonly #channel = new BroadcastChannel(NAME);

  /** `mine` when this tab has become the owner, `theirs` when it is another one. */
  constructor(
    private readonly mine: () => void,
    private readonly theirs: () => void,
  ) {
    this.#channel.onmessage = ({ data }) => {
      if (data === "take" && this.#release) {
        this.#let();
        this.theirs();
        this.#wait();
      }
    };
  }

  /** Asks for the softphone; if another tab has it, waits until that one is closed. */
  ask(): void {
    if (this.#release || this.#waiting) return;
    let asked = false;
    void navigator.locks
      .request(NAME, { ifAvailable: true }, (lock) => {
        asked = true;
        if (lock) return this.#hold();
        this.theirs();
        this.#wait();
        return undefined;
      })
      .catch(() => {
        if (!asked) this.theirs();
      });
  }

  /** Takes it from the tab that has it. */
  take(): void {
    this.#wait();
    this.#channel.postMessage("take");
  }

  leave(): void {
    this.#waiting?.abort();
    this.#waiting = undefined;
    this.#let();
  }

  #wait(): void {
    if (this.#release || this.#waiting) return;
    const waiting = new AbortController();
    this.#waiting = waiting;
    navigator.locks
      .request(NAME, { signal: waiting.signal }, () => {
        this.#waiting = undefined;
        return this.#hold();
      })
      .catch(() => undefined);
  }

  #hold(): Promise<void> {
    return new Promise((release) => {
      this.#release = () => release();
      this.mine();
    });
  }

  #let(): void {
    this.#release?.();
    this.#release = undefined;
  }
}
