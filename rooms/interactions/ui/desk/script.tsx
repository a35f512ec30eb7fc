// The tab 话术: what not to forget for this reason, step by step with the sentence to say, and the phrases by moment.
import { Check } from "lucide-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Choose, Skeletons, Trouble } from "@kit";
import { useMay, useMe } from "@lib/session";
import type { SlotProps } from "@lib/slots";
import { said, usePhrases, useTree } from "../api";
import { WRITE } from "../permissions";
import { index, pointsOf, type Indexed } from "../tree";
import { useDraft } from "./draft";
import "../interactions.css";

function Steps({ call, person, tree }: { call: string; person: string; tree: Indexed }) {
  const { t } = useTranslation("interactions");
  const [state, store] = useDraft(call, person);
  const [opened, setOpened] = useState<string | null>(null);
  const draft = state.draft;
  const points = pointsOf(tree, draft?.reason ?? null);
  const done = new Set(draft?.points);
  const current = points.find((point) => !done.has(point.key))?.key ?? null;
  const complete = state.record?.state === "complete";
  if (points.length === 0) return null;
  return (
    <ol className="script-steps" aria-label={t("script.steps")}>
      {points.map((point, at) => {
        const ticked = done.has(point.key);
        const now = point.key === current;
        return (
          <li key={point.key} data-state={ticked ? "done" : now ? "now" : "later"} aria-current={now ? "step" : undefined}>
            <button type="button" className="step-tick" role="checkbox" aria-checked={ticked} aria-label={said(point.title)} disabled={complete} onClick={() => store.tick(point.key)}>
              {ticked ? <Check size={14} aria-hidden /> : at + 1}
            </button>
            <button type="button" className="step-title" aria-expanded={now || opened === point.key} onClick={() => setOpened(opened === point.key ? null : point.key)}>
              {said(point.title)}
            </button>
            {(now || opened === point.key) && said(point.say) && <p className="script-say">{said(point.say)}</p>}
          </li>
        );
      })}
    </ol>
  );
}

function Phrases() {
  const { t } = useTranslation("interactions");
  const phrases = usePhrases();
  const [moment, setMoment] = useState<string | null>(null);
  if (phrases.isError && !phrases.data) return <Trouble error={phrases.error} retry={() => void phrases.refetch()} />;
  if (!phrases.data) return <Skeletons lines={5} />;
  const open = phrases.data.moments.find((one) => one.key === moment) ?? phrases.data.moments[0];
  return (
    <section className="script-phrases" aria-label={t("script.phrases")}>
      <h2>{t("script.phrases")}</h2>
      <Choose small label={t("script.moment")} items={phrases.data.moments.map(({ key, title }) => ({ key, label: said(title) }))} value={open?.key ?? null} onChoose={setMoment} />
      {open?.texts.map((text) => (
        <p key={text.zh} className="script-say">
          {said(text)}
        </p>
      ))}
      {phrases.data.never.length > 0 && (
        <p className="script-never">
          <b>{t("script.never")}</b> {phrases.data.never.join(" / ")}
        </p>
      )}
    </section>
  );
}

export default function Script({ call }: SlotProps["desk.assist"]) {
  const write = useMay(WRITE);
  const me = useMe();
  const tree = useTree();
  const indexed = useMemo(() => (tree.data ? index(tree.data) : null), [tree.data]);
  if (!write || !me.data) return null;
  return (
    <div className="stack script-tab">
      {call !== null && indexed && <Steps key={call} call={call} person={me.data.id} tree={indexed} />}
      <Phrases />
    </div>
  );
}
