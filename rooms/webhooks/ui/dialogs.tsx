// A webhook set up or changed; its secret, shown once; everything of a time sent again; one delivery as it was sent.
import { Button, Checkbox, Input } from "antd";
import { Copy } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Facts, Field, Moment, Notice } from "@kit";
import { EditDialog } from "@kit/dialog";
import { TimeFilter } from "@kit/filters";
import { useAgents } from "@lib/directory";
import { act, actOnDelivery, KINDS, replay, save, type Act, type Delivery, type Form, type Kind, type Subscription } from "./api";
import { StageMark } from "./words";

interface EditProps {
  one: Subscription | null;
  kinds: Kind[];
  inside: boolean;
  onClose: () => void;
  onSecret: (secret: string) => void;
}

export function SubscriptionDialog({ one, kinds, inside, onClose, onSecret }: EditProps) {
  const { t } = useTranslation("webhooks");
  const agents = useAgents();
  const [form, setForm] = useState<Form>(one ? { name: one.name, url: one.url, kinds: one.kinds } : { name: "", url: "https://", kinds: [] });
  const put = async () => {
    const secret = await save(one, form);
    if (secret) onSecret(secret);
  };
  return (
    <EditDialog
      title={one ? t("edit.change") : t("edit.add")}
      width={600}
      onClose={onClose}
      onSave={put}
      ready={form.name.trim() !== "" && form.url.trim() !== "" && form.kinds.length > 0}
      saved={one ? undefined : null}
      remove={one !== null && { label: t("edit.remove"), run: () => act(one, "remove") }}
    >
      <Field label={t("edit.name")} htmlFor="w-name" required help={t("edit.help_name")}>
        <Input id="w-name" value={form.name} maxLength={60} onChange={(event) => setForm({ ...form, name: event.target.value })} />
      </Field>
      <Field label={t("edit.url")} htmlFor="w-url" required help={t(inside ? "edit.help_url_inside" : "edit.help_url")}>
        <Input id="w-url" value={form.url} maxLength={1000} onChange={(event) => setForm({ ...form, url: event.target.value })} />
      </Field>
      <Field label={t("edit.kinds")} required help={t("edit.help_kinds")}>
        <Checkbox.Group value={form.kinds} onChange={(chosen) => setForm({ ...form, kinds: chosen as Kind[] })}>
          <div className="stack">
            {kinds.map((kind) => (
              <Checkbox key={kind} value={kind}>
                {t(`kind.${KINDS[kind]}`)} <code className="muted">{kind}</code>
              </Checkbox>
            ))}
          </div>
        </Checkbox.Group>
      </Field>
      {one && <Facts items={[[t("edit.added"), <Moment key="a" at={one.created_at} />], [t("edit.by"), agents.name(one.created_by) ?? "—"]]} />}
    </EditDialog>
  );
}

/** It cannot be shown again: closing is the only way on. */
export function SecretDialog({ secret, onClose }: { secret: string; onClose: () => void }) {
  const { t } = useTranslation("webhooks");
  const [copied, setCopied] = useState(false);
  return (
    <EditDialog title={t("secret.title")} width={640} readOnly onClose={onClose} onSave={() => Promise.resolve()}>
      <Notice tone="wrap" title={t("secret.once")}>
        {t("secret.todo")}
      </Notice>
      <Field label={t("secret.label")} htmlFor="w-secret">
        <div className="row">
          <Input id="w-secret" readOnly value={secret} onFocus={(event) => event.target.select()} />
          <Button icon={<Copy size={15} aria-hidden />} onClick={() => void navigator.clipboard?.writeText(secret).then(() => setCopied(true))}>
            {t(copied ? "secret.copied" : "secret.copy")}
          </Button>
        </div>
      </Field>
    </EditDialog>
  );
}

/** An act with a consequence: it is told before it is done. */
export function ActDialog({ one, what, onClose, onSecret }: { one: Subscription; what: Exclude<Act, "remove">; onClose: () => void; onSecret: (secret: string) => void }) {
  const { t } = useTranslation("webhooks");
  const run = async () => {
    const secret = await act(one, what);
    if (secret) onSecret(secret);
  };
  return (
    <EditDialog title={t(`act.${what}`)} onClose={onClose} onSave={run} save={t(`act.${what}`)} saved={what === "new_secret" ? null : t(`act.done_${what}`)} dangerous={what === "new_secret"}>
      <p>{t(`act.about_${what}`, { name: one.name, count: one.waiting })}</p>
    </EditDialog>
  );
}

export function ReplayDialog({ one, onClose, onDone }: { one: Subscription; onClose: () => void; onDone: (count: number) => void }) {
  const { t } = useTranslation("webhooks");
  const [from, setFrom] = useState<string | null>(null);
  const [to, setTo] = useState<string | null>(null);
  const run = async () => {
    if (from && to) onDone(await replay(one.id, from, to));
  };
  return (
    <EditDialog title={t("replay.title")} onClose={onClose} onSave={run} ready={from !== null && to !== null} save={t("replay.run")} saved={null}>
      <p>{t("replay.about", { name: one.name })}</p>
      <TimeFilter
        label={t("replay.period")}
        from={from ?? undefined}
        to={to ?? undefined}
        onChange={(first, last) => {
          setFrom(first);
          setTo(last);
        }}
      />
    </EditDialog>
  );
}

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

export function DeliveryDialog({ one, delivery, may, onClose }: { one: Subscription; delivery: Delivery; may: boolean; onClose: () => void }) {
  const { t } = useTranslation("webhooks");
  const what = delivery.state === "waiting" ? "skip" : "send_again";
  return (
    <EditDialog
      title={t("delivery.title", { number: delivery.number })}
      width={680}
      readOnly={!may}
      onClose={onClose}
      onSave={() => actOnDelivery(one.id, delivery.number, what)}
      save={t(`delivery.${what}`)}
      saved={t(`delivery.done_${what}`)}
      dangerous={what === "skip"}
    >
      <Facts
        items={[
          [t("column.state"), <StageMark key="s" stage={delivery.state} />],
          [t("column.kind"), t(`kind.${KINDS[delivery.kind]}`)],
          [t("delivery.id"), <code key="i">{delivery.id}</code>],
          [t("column.created"), <Moment key="c" at={delivery.created_at} />],
          [t("delivery.tried"), delivery.tried_at ? <Moment key="t" at={delivery.tried_at} /> : "—"],
          [t("delivery.attempts"), delivery.attempts],
          [t("column.answer"), [delivery.status ? `HTTP ${delivery.status}` : "", delivery.took_ms === null ? "" : t("ms", { ms: delivery.took_ms })].filter(Boolean).join(" · ") || "—"],
          [t("delivery.error"), delivery.error || "—"],
        ]}
      />
      <Field label={t("delivery.body")}>
        <pre className="webhook-body">{pretty(delivery.body)}</pre>
      </Field>
      {may && <p className="muted">{t(`delivery.about_${what}`)}</p>}
    </EditDialog>
  );
}
