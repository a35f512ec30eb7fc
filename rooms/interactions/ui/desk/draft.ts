// The draft of one call's record in this browser: what is on the screen is the truth, the server gets it every two seconds,
// and a copy stands in the browser's own store so that a crash costs nothing. Nothing the server says changes a field.
import { useEffect, useSyncExternalStore } from "react";
import { Problem } from "@lib/api";
import { completeRecord, EMPTY, readOfCall, saveDraft, type Draft, type Fault, type OfCall, type RecordView, type Sensitive } from "../api";
import { mask, sift } from "./mask";

export const EVERY_MS = 2_000;
const AGAIN_MS = 5_000;
const KEPT_MS = 3 * 24 * 3_600_000;
const PREFIX = "interactions.draft.";

/** `dirty`: soon to be saved. `offline`: the server cannot be reached. `conflict`: somebody else wrote it. `refused`: it will not be taken like this. */
export type Saving = "clean" | "dirty" | "saving" | "offline" | "failed" | "conflict" | "refused";

export interface Snapshot {
  /** Null until the server or the browser's store has been asked. */
  draft: Draft | null;
  record: RecordView | null;
  others: RecordView[];
  writable: boolean;
  saving: Saving;
  savedAt: string | null;
  /** Kept only in this browser until the server is reached. */
  mirrored: boolean;
  problem: unknown;
  masked: Sensitive[];
  faults: Fault[];
  /** What the server holds, written by somebody else. */
  theirs: RecordView | null;
  completing: boolean;
}

interface Mirror {
  draft: Draft;
  version: number;
  writer: string;
  seq: number;
  at: number;
}

const sorted = (draft: Draft): string =>
  JSON.stringify([draft.reason, Object.entries(draft.fields).filter(([, value]) => value !== "").sort(), [...draft.points].sort(), draft.notes, draft.result, draft.customer, draft.contact]);
export const same = (a: Draft, b: Draft): boolean => sorted(a) === sorted(b);
const isEmpty = (draft: Draft): boolean => same(draft, EMPTY);

function maskedDraft(draft: Draft): Draft {
  return { ...draft, notes: mask(draft.notes), contact: mask(draft.contact), fields: Object.fromEntries(Object.entries(draft.fields).map(([key, value]) => [key, mask(value)])) };
}

function random(): string {
  return [...crypto.getRandomValues(new Uint8Array(9))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What to begin with: the server's, the copy of before the crash, or the copy with the server's beside it for a choice. */
export function settle(record: RecordView | null, mirror: Mirror | null): { draft: Draft; dirty: boolean; adopt: Mirror | null; theirs: RecordView | null } {
  const server = record?.draft ?? EMPTY;
  const take = (theirs: RecordView | null) => ({ draft: mirror?.draft ?? EMPTY, dirty: true, adopt: mirror, theirs });
  if (!mirror || record?.state === "complete" || same(mirror.draft, server)) return { draft: server, dirty: false, adopt: null, theirs: null };
  if (!record || isEmpty(server) || record.version === mirror.version) return take(null);
  if (record.writer === mirror.writer) return mirror.seq > record.seq ? take(null) : { draft: server, dirty: false, adopt: null, theirs: null };
  return take(record);
}

export class DraftStore {
  private state: Snapshot = { draft: null, record: null, others: [], writable: true, saving: "clean", savedAt: null, mirrored: false, problem: null, masked: [], faults: [], theirs: null, completing: false };
  private readonly watchers = new Set<() => void>();
  private readonly key: string;
  private writer = random();
  private seq = 0;
  private version = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private composing = false;
  private flight: Promise<void> | null = null;

  constructor(
    readonly call: string,
    person: string,
  ) {
    this.key = `${PREFIX}${person}.${call}`;
  }

  readonly subscribe = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };
  readonly snapshot = (): Snapshot => this.state;

  private become(next: Partial<Snapshot>): void {
    this.state = { ...this.state, ...next };
    for (const watcher of this.watchers) watcher();
  }

  /** Asks the server what there is, unless somebody has begun to write already. */
  async load(): Promise<void> {
    let found: OfCall;
    try {
      found = await readOfCall(this.call);
    } catch (error) {
      if (this.state.draft) return;
      const lost = error instanceof Problem && error.status === 0;
      const mirror = this.read();
      // Without the server one can still write, and what was written is there.
      if (lost) this.begin({ draft: mirror?.draft ?? EMPTY, dirty: mirror !== null, adopt: mirror, theirs: null }, "offline");
      this.become({ problem: error });
      if (lost) this.later(AGAIN_MS);
      return;
    }
    const { own, others, writable } = found;
    if (this.state.draft && this.state.saving !== "clean") return;
    this.version = own?.version ?? 0;
    this.become({ record: own, others, writable, savedAt: own?.saved_at ?? null, problem: null });
    if (own?.state === "complete") this.forget();
    this.begin(settle(own, this.read()), "dirty");
  }

  /** What colleagues have written about this call meanwhile; nothing of one's own changes. */
  async hear(): Promise<void> {
    const found = await readOfCall(this.call).catch(() => null);
    if (found) this.become({ others: found.others });
  }

  private begin({ draft, dirty, adopt, theirs }: ReturnType<typeof settle>, waiting: Saving): void {
    if (adopt) {
      this.writer = adopt.writer;
      this.seq = adopt.seq;
      this.version = adopt.version;
    }
    this.become({ draft, theirs, mirrored: dirty, saving: theirs ? "conflict" : dirty ? waiting : "clean" });
    if (dirty && !theirs) this.later(EVERY_MS);
  }

  /** Somebody typed, chose or ticked. */
  change(patch: Partial<Draft>): void {
    const { draft, record, saving, faults } = this.state;
    if (!draft || record?.state === "complete") return;
    const next = { ...draft, ...patch };
    this.seq += 1;
    this.write(next);
    const touched = new Set([...Object.keys(patch), ...Object.entries(patch.fields ?? {}).filter(([key, value]) => draft.fields[key] !== value).map(([key]) => `fields.${key}`)]);
    const left = patch.reason !== undefined && patch.reason !== draft.reason ? [] : faults.filter((fault) => !touched.has(fault.field));
    this.become({ draft: next, mirrored: true, faults: left, saving: saving === "conflict" || saving === "saving" ? saving : "dirty" });
    if (saving !== "conflict") this.later(EVERY_MS);
  }

  setField(key: string, value: string): void {
    this.change({ fields: { ...this.state.draft?.fields, [key]: value } });
  }

  tick(point: string): void {
    const points = this.state.draft?.points ?? [];
    this.change({ points: points.includes(point) ? points.filter((other) => other !== point) : [...points, point] });
  }

  /** While an input method composes, what stands in the field is not yet a word: it is saved when it is. */
  compose(on: boolean): void {
    this.composing = on;
    if (!on && this.state.saving === "dirty") this.later(EVERY_MS);
  }

  /** The field is left: what is masked when it is kept is masked on the screen. */
  tidy(): void {
    const { draft } = this.state;
    if (!draft) return;
    const next = maskedDraft(draft);
    if (same(next, draft)) return;
    this.change(next);
    this.hint([draft.notes, draft.contact, ...Object.values(draft.fields)].flatMap((text) => sift(text).kinds));
  }

  private hint(kinds: Sensitive[]): void {
    if (kinds.length > 0) this.become({ masked: [...new Set([...this.state.masked, ...kinds])] });
  }

  private later(ms: number): void {
    if (this.timer !== undefined) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      void this.save();
    }, ms);
  }

  private hand() {
    return { version: this.version, writer: this.writer, seq: this.seq };
  }

  /** Sends what is there; at once, whatever the timer says. */
  async save(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.flight) {
      await this.flight;
      if (this.state.saving === "dirty") return this.save();
      return;
    }
    const { draft, saving, record } = this.state;
    if (!draft || record?.state === "complete" || saving === "clean" || saving === "conflict") return;
    if (this.composing) return this.later(EVERY_MS);
    const seq = this.seq;
    this.become({ saving: "saving" });
    this.flight = this.send(draft, seq);
    await this.flight;
    this.flight = null;
  }

  private async send(draft: Draft, seq: number): Promise<void> {
    try {
      const { record, masked } = await saveDraft(this.call, this.hand(), draft);
      this.version = record.version;
      const more = this.seq > seq;
      if (!more) this.write(this.state.draft ?? draft);
      this.hint(masked);
      this.become({ record, savedAt: record.saved_at, problem: null, mirrored: more, saving: more ? "dirty" : "clean" });
      if (more) this.later(EVERY_MS);
    } catch (error) {
      await this.failed(error);
    }
  }

  private async failed(error: unknown): Promise<void> {
    const code = error instanceof Problem ? error.code : "";
    const status = error instanceof Problem ? error.status : -1;
    if (code === "interactions.draft_conflict" || code === "interactions.already_complete" || code === "web.changed_meanwhile") {
      const found = await readOfCall(this.call).catch(() => null);
      if (found?.own) {
        this.become({ theirs: found.own, saving: "conflict", problem: error });
        return;
      }
    }
    if (status === 0 || status === 401 || status >= 500 || status === 429) {
      this.become({ saving: status === 0 ? "offline" : "failed", problem: error });
      this.later(AGAIN_MS);
      return;
    }
    this.become({ saving: "refused", problem: error });
  }

  /** After a conflict: what stands here, or what the server has. */
  resolve(which: "mine" | "theirs"): void {
    const { theirs } = this.state;
    if (!theirs) return;
    this.version = theirs.version;
    this.writer = random();
    this.seq = 1;
    if (which === "theirs" || theirs.state === "complete") {
      this.forget();
      this.become({ record: theirs, draft: theirs.draft, theirs: null, saving: "clean", savedAt: theirs.saved_at, mirrored: false, problem: null, faults: [] });
      return;
    }
    this.become({ record: theirs, theirs: null, saving: "dirty", problem: null });
    if (this.state.draft) this.write(this.state.draft);
    void this.save();
  }

  /** True when the record is complete; otherwise `faults` or `problem` say what it lacks. */
  async complete(): Promise<boolean> {
    clearTimeout(this.timer);
    this.timer = undefined;
    await this.flight;
    const { draft, record, saving } = this.state;
    if (record?.state === "complete") return true;
    if (!draft || saving === "conflict") return false;
    this.become({ completing: true });
    try {
      const saved = await completeRecord(this.call, this.hand(), maskedDraft(draft));
      this.version = saved.record.version;
      this.forget();
      this.become({ record: saved.record, draft: saved.record.draft, savedAt: saved.record.saved_at, saving: "clean", mirrored: false, faults: [], problem: null });
      return true;
    } catch (error) {
      if (error instanceof Problem && error.code === "interactions.incomplete") {
        this.become({ faults: error.params.faults as Fault[], saving: "dirty" });
        this.later(EVERY_MS);
      } else await this.failed(error);
      return false;
    } finally {
      this.become({ completing: false });
    }
  }

  private read(): Mirror | null {
    try {
      const found: unknown = JSON.parse(localStorage.getItem(this.key) ?? "null");
      if (typeof found !== "object" || found === null) return null;
      const mirror = found as Mirror;
      return { ...mirror, draft: { ...EMPTY, ...mirror.draft } };
    } catch {
      return null;
    }
  }

  private write(draft: Draft): void {
    try {
      const mirror: Mirror = { draft: maskedDraft(draft), ...this.hand(), at: Date.parse(new Date().toISOString()) };
      localStorage.setItem(this.key, JSON.stringify(mirror));
    } catch {
      // A browser that keeps nothing has the server alone.
    }
  }

  private forget(): void {
    try {
      localStorage.removeItem(this.key);
    } catch {
      // Nothing was kept.
    }
  }
}

/** Copies of days ago hold personal data that nobody waits for. */
export function forgetOld(now: number): void {
  try {
    for (const key of Object.keys(localStorage).filter((name) => name.startsWith(PREFIX))) {
      const at = (JSON.parse(localStorage.getItem(key) ?? "{}") as { at?: number }).at ?? 0;
      if (now - at > KEPT_MS) localStorage.removeItem(key);
    }
  } catch {
    // Nothing was kept.
  }
}

const stores = new Map<string, DraftStore>();

/** The one draft of a call that form and script share; it outlives the page that shows it. */
export function draftOf(call: string, person: string): DraftStore {
  const key = `${person} ${call}`;
  let found = stores.get(key);
  if (!found) {
    // The last few calls are enough.
    for (const [old, store] of stores) if (stores.size > 20 && store.snapshot().saving === "clean") stores.delete(old);
    found = new DraftStore(call, person);
    stores.set(key, found);
  }
  return found;
}

/** As after a crash of the browser; for tests. */
export const forgetStores = (): void => stores.clear();

export function useDraft(call: string, person: string): [Snapshot, DraftStore] {
  const store = draftOf(call, person);
  const snapshot = useSyncExternalStore(store.subscribe, store.snapshot);
  useEffect(() => {
    if (store.snapshot().saving === "clean") void store.load();
  }, [store]);
  return [snapshot, store];
}
