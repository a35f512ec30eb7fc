// What helps at the call: one tab for each part that a room brings.
import { Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { Skeletons } from "@kit";
import { useFillers } from "@lib/slots";

export function Assist({ call }: { call: string | null }) {
  const { t } = useTranslation("calls");
  const fillers = useFillers("desk.assist");
  const [chosen, setChosen] = useState<string | null>(null);
  const open = fillers.find(({ key }) => key === chosen) ?? fillers[0];
  if (!open) return null;
  const at = fillers.indexOf(open);
  return (
    <>
      <div
        className="tabs"
        role="tablist"
        aria-label={t("desk.assist")}
        onKeyDown={(event) => {
          const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
          if (by === 0) return;
          const next = fillers[(at + by + fillers.length) % fillers.length];
          setChosen(next?.key ?? null);
          document.getElementById(`tab-${next?.key}`)?.focus();
        }}
      >
        {fillers.map(({ key, room, title }) => (
          <button key={key} id={`tab-${key}`} type="button" role="tab" aria-selected={key === open.key} aria-controls="assist" tabIndex={key === open.key ? 0 : -1} onClick={() => setChosen(key)}>
            {t(title, { ns: room } as never) as unknown as string}
          </button>
        ))}
      </div>
      <div id="assist" className="assist-body" role="tabpanel" aria-labelledby={`tab-${open.key}`} tabIndex={0}>
        <Suspense fallback={<Skeletons lines={6} />}>
          <open.Part call={call} />
        </Suspense>
      </div>
    </>
  );
}
