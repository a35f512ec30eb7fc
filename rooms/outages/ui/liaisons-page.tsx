// Liaisons: who puts outages up in which community.
import { Button, Checkbox, DatePicker, Input, Select } from "antd";
import dayjs from "dayjs";
import { CircleCheckBig, CircleSlash, Megaphone, TriangleAlert, UserRoundPlus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Column, Empty, Field, Mark, NoneFound, Page, Short } from "@kit";
import { EditDialog } from "@kit/dialog";
import { Filters, TextFilter } from "@kit/filters";
import { Listed } from "@kit/listed";
import { useMay } from "@lib/session";
import { useUrlState } from "@lib/url";
import { putLiaison, useLiaisons, type Liaison, type LiaisonForm } from "./api";
import { Tabs } from "./marks";
import { LIAISONS } from "./permissions";

const NEW: LiaisonForm = { name: "", phone: "", place: "", communities: [], elements: [], consent: true, valid_until: null, retired: false, version: 0 };

function Edit({ of, onClose }: { of: Liaison | null; onClose: () => void }) {
  const { t } = useTranslation("outages");
  const [form, setForm] = useState<LiaisonForm>(of ? { ...of, elements: of.elements.map(({ code }) => code), retired: of.retired_at !== null } : NEW);
  const set = (patch: Partial<LiaisonForm>) => setForm({ ...form, ...patch });
  const ready = Boolean(form.name && form.phone && form.place && form.communities.length + form.elements.length > 0);
  const body = (retired: boolean): LiaisonForm => {
    const { name, phone, place, communities, elements, consent, valid_until, version } = form;
    return { name, phone, place, communities, elements, consent, valid_until, version, retired };
  };
  return (
    <EditDialog
      title={of ? t("liaison.change") : t("liaison.add")}
      ready={ready}
      onClose={onClose}
      onSave={() => putLiaison(of?.id ?? null, body(false))}
      remove={of !== null && !of.retired_at && { label: t("liaison.retire"), run: () => putLiaison(of.id, body(true)) }}
    >
      <div className="stack">
        <Field label={t("liaison.name")} htmlFor="l-name" required>
          <Input id="l-name" maxLength={20} value={form.name} onChange={(event) => set({ name: event.target.value })} />
        </Field>
        <Field label={t("liaison.phone")} htmlFor="l-phone" required help={t("liaison.help_phone")}>
          <Input id="l-phone" maxLength={20} value={form.phone} onChange={(event) => set({ phone: event.target.value })} />
        </Field>
        <Field label={t("liaison.place")} htmlFor="l-place" required help={t("liaison.help_place")}>
          <Input id="l-place" maxLength={40} value={form.place} onChange={(event) => set({ place: event.target.value })} />
        </Field>
        <Field label={t("liaison.communities")} htmlFor="l-communities" help={t("liaison.help_communities")}>
          <Select id="l-communities" mode="tags" open={false} suffixIcon={null} value={form.communities} onChange={(communities: string[]) => set({ communities })} />
        </Field>
        <Field label={t("liaison.elements")} htmlFor="l-elements" help={t("liaison.help_elements")}>
          <Select id="l-elements" mode="tags" open={false} suffixIcon={null} value={form.elements} onChange={(elements: string[]) => set({ elements })} />
        </Field>
        <Field label={t("liaison.valid_until")} htmlFor="l-until">
          <DatePicker id="l-until" value={form.valid_until ? dayjs(form.valid_until) : null} onChange={(at) => set({ valid_until: at ? at.endOf("day").toISOString() : null })} />
        </Field>
        <Checkbox checked={form.consent} onChange={(event) => set({ consent: event.target.checked })}>{t("liaison.consent")}</Checkbox>
      </div>
    </EditDialog>
  );
}

export default function LiaisonsPage() {
  const { t } = useTranslation("outages");
  const [url, change] = useUrlState(["text", "after"] as const);
  const liaisons = useLiaisons(url);
  const may = useMay(LIAISONS);
  const [open, setOpen] = useState<Liaison | "new" | null>(null);
  const search = (text: string | null) => change({ text, after: null });
  const add = may && <Button type="primary" icon={<UserRoundPlus size={16} aria-hidden />} onClick={() => setOpen("new")}>{t("liaison.add")}</Button>;
  const state = (one: Liaison) =>
    one.retired_at ? <Mark tone="offline" icon={CircleSlash}>{t("liaison.retired")}</Mark> : one.consent ? <Mark tone="ready" icon={CircleCheckBig}>{t("liaison.active")}</Mark> : <Mark tone="wrap" icon={TriangleAlert}>{t("liaison.no_consent")}</Mark>;
  const columns: Column<Liaison>[] = [
    { key: "name", title: t("liaison.name"), cell: (one) => (may ? <Button type="link" onClick={() => setOpen(one)}>{one.name}</Button> : one.name) },
    { key: "phone", title: t("liaison.phone"), cell: (one) => one.phone },
    { key: "place", title: t("liaison.place"), cell: (one) => one.place },
    { key: "covers", title: t("liaison.covers"), cell: (one) => [...one.communities, ...one.elements.map(({ name }) => name)].join("、") },
    { key: "until", title: t("liaison.valid_until"), cell: (one) => (one.valid_until ? <Short at={one.valid_until} /> : "—") },
    { key: "state", title: t("column.state"), cell: state },
  ];
  return (
    <Page title={t("liaison.title")} lead={t("liaison.lead")} actions={add}>
      <Tabs />
      <Filters label={t("liaison.search")} active={url.text !== undefined} onClear={() => search(null)}>
        <TextFilter id="l-text" label={t(may ? "liaison.search_whole" : "liaison.search_words")} width={260} value={url.text} onChange={search} />
      </Filters>
      <Listed
        label={t("liaison.title")}
        columns={columns}
        of={liaisons}
        cursor="after"
        words="list"
        rowKey={(one) => one.id}
        empty={
          url.text !== undefined ? (
            <NoneFound title={t("liaison.not_found")} onAll={() => search(null)}>{t("liaison.not_found_todo")}</NoneFound>
          ) : (
            <Empty icon={Megaphone} title={t("liaison.none")} action={add}>{t("liaison.none_todo")}</Empty>
          )
        }
      />
      {open && <Edit of={open === "new" ? null : open} onClose={() => setOpen(null)} />}
    </Page>
  );
}
