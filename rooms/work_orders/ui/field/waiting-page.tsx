// What has been entered and not yet sent: in order, with the reason where the server refused it. Nothing disappears from here unsent
// unless the person says so.
import { CircleCheck, RefreshCw } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Empty, Skeletons } from "@kit";
import { EntryCard } from "./entry-card";
import { Big, Screen } from "./parts";
import { held } from "./queue";
import { useField } from "./use-field";

export default function WaitingPage() {
  const { t } = useTranslation("work_orders");
  const { ready, entries, sync, underway } = useField();
  const behind = held(entries);
  const sorted = [...entries].sort((a, b) => a.seq - b.seq);
  return (
    <Screen
      title={t("field.waiting.title")}
      back="/field"
      foot={
        sync && (
          <Big primary icon={RefreshCw} onClick={() => void sync.hurry()}>
            {t("field.waiting.now")}
          </Big>
        )
      }
    >
      {!ready && <Skeletons lines={4} height={30} />}
      {ready && sorted.length === 0 && (
        <Empty icon={CircleCheck} title={t("field.waiting.empty")}>
          {t("field.waiting.empty_text")}
        </Empty>
      )}
      {sync && (
        <ul className="crew-entries">
          {sorted.map((entry) => (
            <EntryCard key={entry.seq} entry={entry} sync={sync} behind={behind.has(entry.seq)} underway={underway === entry.seq} withOrder />
          ))}
        </ul>
      )}
    </Screen>
  );
}
