// Whose matter something is: tried out, and what rulings taught, with a way to forget what was wrong.
import { Button, Input, Popconfirm, Select } from "antd";
import { Scale, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Empty, Field, Moment, Notice, Page, Panel, Table, Trouble, useProblemText } from "@kit";
import { useKnown } from "@lib/known";
import { useUnits } from "@lib/directory";
import { forget, useLessons, useSuggestion } from "./api";
import { MATTERS, Tabs } from "./words";
import "./departments.css";

function Try() {
  const { t } = useTranslation("departments");
  const matter = useKnown("matter");
  const units = useUnits();
  const [kinds, setKinds] = useState<string[]>([]);
  const [area, setArea] = useState("");
  const found = useSuggestion(kinds.join(","), area.trim());
  return (
    <Panel title={t("matters.try")}>
      <div className="unit-two">
        <Field label={t("matters.kinds")} htmlFor="t-kinds" help={t("matters.kinds_help")}>
          <Select id="t-kinds" mode="tags" value={kinds} optionFilterProp="label" options={MATTERS.map((word) => ({ value: word, label: matter(word) }))} onChange={setKinds} />
        </Field>
        <Field label={t("matters.area")} htmlFor="t-area" help={t("matters.area_help")}>
          <Input id="t-area" value={area} maxLength={80} allowClear onChange={(event) => setArea(event.target.value)} />
        </Field>
      </div>
      <p className="matters-found" aria-live="polite">
        {kinds.length === 0 ? <span className="muted">{t("matters.hint")}</span> : found.data?.length === 0 ? t("matters.nobody") : found.data?.map((id, at) => <span key={id}>{at + 1}. <Link to={`/departments?unit=${id}`}>{units.name(id)}</Link></span>)}
      </p>
    </Panel>
  );
}

export default function MattersPage() {
  const { t } = useTranslation("departments");
  const matter = useKnown("matter");
  const units = useUnits();
  const lessons = useLessons(true);
  const problem = useProblemText();
  const [failed, setFailed] = useState<unknown>(null);
  const said = failed ? problem(failed) : null;
  return (
    <Page title={t("tabs.matters")} lead={t("matters.lead")}>
      <Tabs />
      {said && (
        <Notice tone="busy" title={said.what}>
          {said.todo}
        </Notice>
      )}
      <Try />
      <Panel flush title={t("matters.learnt")}>
        {lessons.isError && !lessons.data ? (
          <Trouble error={lessons.error} retry={() => void lessons.refetch()} />
        ) : (
          <Table
            label={t("matters.learnt")}
            rows={lessons.data}
            rowKey={(one) => `${one.kind} ${one.area} ${one.unit}`}
            columns={[
              { key: "kind", title: t("matters.kind"), cell: (one) => matter(one.kind) },
              { key: "area", title: t("matters.area"), cell: (one) => one.area || t("matters.anywhere") },
              { key: "unit", title: t("today.unit"), cell: (one) => <Link to={`/departments?unit=${one.unit}`}>{units.name(one.unit)}</Link> },
              { key: "rulings", title: t("matters.rulings"), num: true, cell: (one) => one.rulings },
              { key: "last", title: t("matters.last"), cell: (one) => <Moment at={one.last_at} seconds={false} /> },
              {
                key: "forget",
                title: "",
                cell: (one) => (
                  <Popconfirm title={t("matters.forget_help")} okText={t("matters.forget")} onConfirm={() => forget(one).catch(setFailed)}>
                    <Button size="small" type="text" danger icon={<Trash2 size={15} aria-hidden />}>
                      {t("matters.forget")}
                    </Button>
                  </Popconfirm>
                ),
              },
            ]}
            empty={
              <Empty icon={Scale} title={t("matters.none")}>
                {t("matters.none_todo")}
              </Empty>
            }
          />
        )}
      </Panel>
    </Page>
  );
}
