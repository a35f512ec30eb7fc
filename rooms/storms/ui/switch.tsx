// The switch. Before it is turned on it says what will happen to the hall as it is now; both ways want a reason.
import { Button, Input, InputNumber } from "antd";
import { useQuery } from "@tanstack/react-query";
import { CloudLightning, CloudSun, TimerReset } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Field, Skeletons } from "@kit";
import { EditDialog } from "@kit/dialog";
import { useQueues } from "@lib/directory";
import { act, preview, useSettings, type Now, type Settings } from "./api";

/** What these settings would do now, in sentences. */
export function Effects({ settings }: { settings: Settings }) {
  const { t } = useTranslation("storms");
  const queues = useQueues();
  const { data, isError } = useQuery({ queryKey: ["storms", "preview", settings], queryFn: () => preview(settings), retry: false });
  if (isError) return <p className="muted">{t("effects.unknown")}</p>;
  if (!data) return <Skeletons lines={4} />;
  const helped = data.queues.filter((queue) => queue.more > 0);
  const held = data.queues.filter((queue) => queue.held_back);
  const names = (of: { queue: string }[]) => of.map(({ queue }) => queues.name(queue)).join(t("comma"));
  return (
    <ul className="effects">
      <li>{settings.breaks.length === 0 ? t("effects.breaks_none") : t(data.breaks_ended > 0 ? "effects.breaks_ended" : "effects.breaks", { count: data.on_break })}</li>
      <li>{helped.length > 0 ? helped.map((queue) => t("effects.helped", { queue: queues.name(queue.queue), more: queue.more, now: queue.signed_in })).join(t("semicolon")) : t("effects.helped_none")}</li>
      <li>{settings.callback_s === null ? t("effects.callback_none") : t("effects.callback", { seconds: settings.callback_s })}</li>
      <li>{data.door ? t(held.length > 0 ? "effects.door_now" : "effects.door", { queues: names(held), flow: settings.door.flow }) : t("effects.door_none")}</li>
      <li>{t("effects.always")}</li>
    </ul>
  );
}

const REASONS = ["typhoon", "rain", "fault", "other"] as const;

function On({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("storms");
  const settings = useSettings().data?.settings;
  const [why, setWhy] = useState("");
  const [minutes, setMinutes] = useState<number | null>(null);
  const lasts = minutes ?? settings?.minutes ?? 120;
  return (
    <EditDialog title={t("switch.on_title")} save={t("switch.on")} saved={t("switch.is_on")} dangerous width={600} ready={why.trim() !== "" && settings !== undefined} onClose={onClose} onSave={() => act({ act: "on", why, minutes: lasts })}>
      <Field label={t("switch.happens")}>{settings ? <Effects settings={settings} /> : <Skeletons lines={4} />}</Field>
      <Field label={t("switch.why")} htmlFor="storm-why" required>
        <Input id="storm-why" autoFocus maxLength={200} value={why} onChange={(event) => setWhy(event.target.value)} />
        <div className="row tight" style={{ marginTop: 6 }}>
          {REASONS.slice(0, 3).map((reason) => (
            <Button key={reason} size="small" onClick={() => setWhy(t(`switch.reason.${reason}`))}>{t(`switch.reason.${reason}`)}</Button>
          ))}
        </div>
      </Field>
      <Field label={t("switch.minutes")} htmlFor="storm-minutes" help={t("switch.minutes_help")}>
        <InputNumber id="storm-minutes" min={5} max={1440} precision={0} value={lasts} onChange={setMinutes} suffix={t("unit.minutes")} />
      </Field>
    </EditDialog>
  );
}

function Off({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("storms");
  const [why, setWhy] = useState(t("switch.calm"));
  return (
    <EditDialog title={t("switch.off_title")} save={t("switch.off")} saved={t("switch.is_off")} ready={why.trim() !== ""} onClose={onClose} onSave={() => act({ act: "off", why })}>
      <p>{t("switch.off_means")}</p>
      <Field label={t("switch.why")} htmlFor="storm-why" required>
        <Input id="storm-why" maxLength={200} value={why} onChange={(event) => setWhy(event.target.value)} />
      </Field>
    </EditDialog>
  );
}

function Expect({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("storms");
  const [minutes, setMinutes] = useState(60);
  return (
    <EditDialog title={t("switch.expect")} onClose={onClose} onSave={() => act({ act: "expect", minutes })}>
      <Field label={t("switch.minutes_more")} htmlFor="storm-minutes" help={t("switch.minutes_help")}>
        <InputNumber id="storm-minutes" min={5} max={1440} precision={0} value={minutes} onChange={(value) => setMinutes(value ?? 60)} suffix={t("unit.minutes")} />
      </Field>
    </EditDialog>
  );
}

export function Switch({ now }: { now: Now }) {
  const { t } = useTranslation("storms");
  const [open, setOpen] = useState<"on" | "off" | "expect" | null>(null);
  const close = () => setOpen(null);
  return (
    <>
      {now.storm ? (
        <>
          <Button icon={<TimerReset size={16} aria-hidden />} onClick={() => setOpen("expect")}>{t("switch.expect")}</Button>
          <Button type="primary" icon={<CloudSun size={16} aria-hidden />} onClick={() => setOpen("off")}>{t("switch.off")}</Button>
        </>
      ) : (
        <Button type="primary" danger icon={<CloudLightning size={16} aria-hidden />} onClick={() => setOpen("on")}>{t("switch.on")}</Button>
      )}
      {open === "on" && <On onClose={close} />}
      {open === "off" && <Off onClose={close} />}
      {open === "expect" && <Expect onClose={close} />}
    </>
  );
}
