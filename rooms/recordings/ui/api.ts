// What the recordings' screens read: the search, one recording with its marks, its waveform and its sound.
import { useQuery } from "@tanstack/react-query";
import { api, queries } from "@lib/api";

export interface RecordingItem {
  id: string;
  call: string | null;
  at: string;
  duration_ms: number;
  direction: "in" | "out" | "internal" | null;
  /** The customer's number, whoever called. */
  from: string | null;
  agent: string | null;
  queue: string | null;
  /** Complete and closed with a hash; otherwise still growing, or cut short by a crash. */
  sealed: boolean;
  /** Kept although its time is over, for a dispute. */
  held: boolean;
}

export interface Mark {
  /** Such as `agent_joined`, `agent_left`, `hold_started`, `hold_ended`, `transferred`, `pause_started`, `pause_ended`. */
  kind: string;
  offset_ms: number;
}

export interface Recording extends RecordingItem {
  bytes: number | null;
  sha256: string | null;
  /** When the retention rule deletes it; null while it is held. */
  delete_at: string | null;
  /** Sound that could not be written, in ms. */
  lost_ms: number | null;
  marks: Mark[];
}

/** Peaks from 0 to 1, equally spaced over the whole recording: customer left, agent right. */
export interface Waveform {
  left: number[];
  right: number[];
  duration_ms: number;
}

export const FILTERS = ["number", "agent", "queue", "from", "to", "min_s", "max_s", "before"] as const;
export type Filters = Partial<Record<(typeof FILTERS)[number], string>>;

export function useRecordings(filters: Filters) {
  return useQuery({
    queryKey: ["recordings", filters],
    queryFn: ({ signal }) => api.get<{ items: RecordingItem[]; next?: string | null }>("/api/recordings", { ...filters, limit: 50 }, signal),
  });
}

const path = (id: string) => `/api/recordings/${encodeURIComponent(id)}`;

export function useRecording(id: string) {
  return useQuery({ queryKey: ["recordings", id], queryFn: ({ signal }) => api.get<Recording>(path(id), undefined, signal) });
}

export function useWaveform(id: string) {
  return useQuery({
    queryKey: ["recordings", id, "waveform"],
    staleTime: Infinity,
    queryFn: ({ signal }) => api.get<Waveform>(`${path(id)}/waveform`, undefined, signal),
  });
}

export async function hold(id: string, held: boolean, why: string): Promise<void> {
  await api.post(`${path(id)}/hold`, { held, why });
  await queries.invalidateQueries({ queryKey: ["recordings"] });
}

/** WAV that every browser plays (the server converts), with ranges. Fetching it is a look at personal data and is kept in the journal. */
export const audioUrl = (id: string) => `${path(id)}/audio`;
