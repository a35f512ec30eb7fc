// An announcement in somebody's own voice: recorded here, kept with the prompts, and named by its content, so that whoever
// is told to play it plays exactly this.
import { useState } from "react";
import { api } from "@lib/api";
import { Notice, useProblemText } from "./feedback";
import { VoiceRecorder } from "./record";

/** The clip's name as the exchange plays it, and its length. */
export interface RecordedClip {
  name: string;
  seconds: number;
}

interface Kept {
  items: { name: string; clip: string; duration_ms: number }[];
}

/** `name` is the prompt's, such as `recorded/outage_T20260105-001`; an earlier recording of this name is replaced in the list, and stays playable. */
async function keep(file: File, name: string, text: string): Promise<RecordedClip> {
  const form = new FormData();
  form.set("name", name);
  form.set("text", text);
  form.set("replace", "true");
  form.set("level", "true");
  form.set("file", file);
  const kept = await api.upload<Kept>("POST", "/api/ivr_flows/prompts", form);
  const item = kept.items.find((one) => one.name === name);
  if (!item) throw new Error(`the prompt ${name} was kept and is not listed`);
  return { name: item.clip, seconds: Math.ceil(item.duration_ms / 1_000) };
}

/** Records, keeps, and tells which clip it is; null while it is done again. */
export function ClipRecorder({ name, text, longest = 45, onClip }: { name: string; text: string; longest?: number; onClip: (clip: RecordedClip | null) => void }) {
  const problemText = useProblemText();
  const [problem, setProblem] = useState<unknown>(null);
  const said = problem ? problemText(problem) : null;
  const recorded = (file: File | null) => {
    setProblem(null);
    onClip(null);
    if (file) keep(file, name, text).then(onClip, setProblem);
  };
  return (
    <div className="stack" style={{ gap: 8 }}>
      <VoiceRecorder longest={longest} onRecorded={recorded} />
      {said && (
        <Notice tone="busy" title={said.what}>
          {said.todo}
        </Notice>
      )}
    </div>
  );
}
