// What the menus' screens read and change: flows with versions and drafts, findings, the drawn tree, prompts.
import { useQuery } from "@tanstack/react-query";
import { api, Problem, queries } from "@lib/api";

export interface FlowItem {
  id: string;
  name: string;
  /** The version callers hear now; null when none was ever published. */
  published: number | null;
  published_at: string | null;
  published_by: string | null;
  /** A draft differs from what is published. */
  changed: boolean;
  /** Called numbers that lead here. */
  numbers: string[];
}

export interface Finding {
  level: "error" | "warning";
  /** `dead_end`, `unknown_queue`…; the sentence is `finding.<code>` in the messages. */
  code: string;
  params: Record<string, string>;
  /** The node it is about; null when it concerns the whole flow. */
  node: string | null;
  /** 1-based, in the source, where the server knows it. */
  line?: number | null;
}

export interface GraphNode {
  name: string;
  /** `say`, `menu`, `collect`, `choose_from`, `hours`, `look_up`, `announce`, `rate`, `voicemail`, `record`, `call_back`, `go_to`, `queue`, `hang_up`. */
  kind: string;
  /** What is said or which queue, short. */
  label: string;
}
export interface GraphEdge {
  from: string;
  to: string;
  /** The key pressed, `open`, `closed`, `otherwise`… */
  label: string;
}
export interface Graph {
  start: string;
  nodes: GraphNode[];
  edges: GraphEdge[];
}

export interface Checked {
  findings: Finding[];
  /** What could be read of it; null when nothing could. */
  graph: Graph | null;
}

export interface Version {
  version: number;
  at: string;
  by: string | null;
  note: string | null;
  /** Callers hear this one. */
  live: boolean;
}

export type FlowAct = "save_draft" | "publish" | "roll_back" | "delete";

export interface Flow extends FlowItem {
  /** The draft's source text; equals the published one when nothing changed. */
  source: string;
  /** Sent back with a change; a stale one is refused with 409. */
  revision: number;
  versions: Version[];
  /** What you may do now. */
  allowed: FlowAct[];
}

export interface Prompt {
  id: string;
  /** As flows name it: `recorded/welcome.wav`. */
  name: string;
  /** The clip that is played, named after its content: `uploaded/…`. */
  clip: string;
  text: string | null;
  duration_ms: number;
  /** Where it came from: `recorded` was uploaded, `spoken` was rendered. */
  kind: "recorded" | "spoken";
  used_in: string[];
}

const base = "/api/ivr_flows";
const flowPath = (id: string) => `${base}/${encodeURIComponent(id)}`;

export function useFlows() {
  return useQuery({ queryKey: ["ivr_flows"], queryFn: ({ signal }) => api.get<{ items: FlowItem[]; allowed: string[] }>(base, undefined, signal) });
}
export function useFlow(id: string) {
  return useQuery({ queryKey: ["ivr_flows", id], queryFn: ({ signal }) => api.get<Flow>(flowPath(id), undefined, signal) });
}
export function useVersion(id: string, version: number | null) {
  return useQuery({
    queryKey: ["ivr_flows", id, version],
    enabled: version !== null,
    staleTime: Infinity,
    queryFn: ({ signal }) => api.get<{ source: string }>(`${flowPath(id)}/versions/${version}`, undefined, signal),
  });
}
export function useCheck(source: string | undefined) {
  return useQuery({
    queryKey: ["ivr_flows", "check", source],
    enabled: source !== undefined,
    staleTime: Infinity,
    queryFn: () => api.post<Checked>(`${base}/check`, { source }),
  });
}
export async function saveDraft(id: string, source: string, revision: number): Promise<Flow> {
  const flow = await api.put<Flow>(`${flowPath(id)}/draft`, { source, revision });
  queries.setQueryData(["ivr_flows", id], flow);
  return flow;
}
async function changed(flow: Flow): Promise<Flow> {
  queries.setQueryData(["ivr_flows", flow.id], flow);
  await queries.invalidateQueries({ queryKey: ["ivr_flows"], exact: true });
  return flow;
}
export const publish = async (id: string, revision: number, note: string) => changed(await api.post<Flow>(`${flowPath(id)}/publish`, { revision, note: note.trim() || null }));
export const rollBack = async (id: string, revision: number, version: number) => changed(await api.post<Flow>(`${flowPath(id)}/roll_back`, { revision, version }));
/** Without a source it is a greeting and a queue. */
export const createFlow = async (name: string, source?: string) => changed(await api.post<Flow>(base, source === undefined ? { name } : { name, source }));

/** A flow that a room brings along, as a draft of this centre. */
export interface Template {
  name: string;
  about: string;
  source: string;
  /** A flow of this name is there already. */
  there: boolean;
}
export function useTemplates(wanted: boolean) {
  return useQuery({ queryKey: ["ivr_flows", "templates"], enabled: wanted, queryFn: async ({ signal }) => (await api.get<{ items: Template[] }>(`${base}/templates`, undefined, signal)).items });
}
export async function deleteFlow(id: string): Promise<void> {
  await api.delete(flowPath(id));
  queries.removeQueries({ queryKey: ["ivr_flows", id] });
  await queries.invalidateQueries({ queryKey: ["ivr_flows"], exact: true });
}

export function usePrompts() {
  return useQuery({ queryKey: ["ivr_flows", "prompts"], queryFn: ({ signal }) => api.get<{ items: Prompt[] }>(`${base}/prompts`, undefined, signal) });
}
export const promptAudio = (id: string) => `${base}/prompts/${encodeURIComponent(id)}/audio`;
export async function uploadPrompt(file: File, name: string, text: string, replace: boolean, level = false): Promise<void> {
  const form = new FormData();
  form.set("name", name);
  form.set("text", text);
  if (replace) form.set("replace", "true");
  if (level) form.set("level", "true");
  form.set("file", file);
  await api.upload("POST", `${base}/prompts`, form);
  await queries.invalidateQueries({ queryKey: ["ivr_flows", "prompts"] });
}
/** Whether texts can be spoken here; if not, why, in English, for whoever runs the machine. */
export function useSpeech() {
  return useQuery({ queryKey: ["ivr_flows", "speech"], queryFn: ({ signal }) => api.get<{ available: boolean; why_not: string | null; waiting: number }>(`${base}/speech`, undefined, signal) });
}
/** Has a text spoken; while it is prepared it is asked for again, for at most two minutes. */
export async function speakPrompt(text: string, name: string, replace: boolean): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await api.post(`${base}/prompts/spoken`, { name, text, replace });
      break;
    } catch (error) {
      // The server has waited twenty seconds before it says so.
      if (!(error instanceof Problem) || error.code !== "ivr_flows.speech_preparing" || tries >= 6) throw error;
    }
  }
  await queries.invalidateQueries({ queryKey: ["ivr_flows", "prompts"] });
}
export async function deletePrompt(id: string): Promise<void> {
  await api.delete(`${base}/prompts/${encodeURIComponent(id)}`);
  await queries.invalidateQueries({ queryKey: ["ivr_flows", "prompts"] });
}

/** A called number and the flow its callers hear; `*` is every number that is not listed. */
export interface CalledNumber {
  number: string;
  flow: string;
  flow_name: string;
}
const NUMBERS = ["ivr_flows", "numbers"];
export function useNumbers() {
  return useQuery({ queryKey: NUMBERS, queryFn: ({ signal }) => api.get<{ items: CalledNumber[] }>(`${base}/numbers`, undefined, signal) });
}
async function numbersChanged(answer: { items: CalledNumber[] }): Promise<void> {
  queries.setQueryData(NUMBERS, answer);
  await queries.invalidateQueries({ queryKey: ["ivr_flows"], exact: true });
}
export const bindNumber = async (number: string, flow: string) => numbersChanged(await api.put(`${base}/numbers/${encodeURIComponent(number)}`, { flow }));
export const releaseNumber = async (number: string) => numbersChanged(await api.delete(`${base}/numbers/${encodeURIComponent(number)}`));
