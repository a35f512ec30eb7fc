// What an outage is entered with: where, by sheet, element, address or account; when; why. It says at once how many it concerns.
import { Button, DatePicker, Input, Select, Upload } from "antd";
import dayjs from "dayjs";
import { Download, FileSpreadsheet, Plus, Trash2 } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Choose, Field, Notice, Panel, useProblemText } from "@kit";
import { useUnits } from "@lib/directory";
import { CAUSES, CLASSES, preview, readSheet, useElements, UTILITIES, type Class, type Element, type Place, type Plan, type Preview, type Sheet } from "./api";
import { CountsText } from "./marks";
import { FirstToTell, SheetOutcome } from "./sheet-parts";
import { usual } from "./usual";

export const EMPTY_PLACE: Place = { area: "", road: "", community: "", buildings: "" };

export interface Draft {
  plan: Plan;
  elements: Element[];
  /** Accounts by number, one a line. */
  numbers: string;
  /** The accounts of those numbers, as they were found for this question. */
  known?: { asked: string; accounts: string[] };
  /** Times and cause are still what is usual for the class. */
  usual?: boolean;
}

/** A sheet with its headings, given between bars; the mark before them makes a spreadsheet read it as UTF-8. */
const template = (columns: string) => `data:text/csv;charset=utf-8,${encodeURIComponent(`\uFEFF${columns.replaceAll(" | ", ",")}\r\n`)}`;
const split = (text: string) => text.split(/[\s,，;；、]+/).filter(Boolean);
const named = (place: Place) => Boolean(place.area || place.road || place.community);

/** What the count of who is affected was asked with. */
export const question = ({ plan, numbers }: Draft) => JSON.stringify([plan.utility, plan.area.elements, plan.area.places, plan.area.accounts, numbers]);

/** The plan as it is sent: with the accounts that the server knows by their numbers. Who is affected is not counted once more for it. */
export async function planOf(draft: Draft): Promise<Plan> {
  const { plan, numbers, known } = draft;
  const area = { ...plan.area, places: plan.area.places.filter(named) };
  if (split(numbers).length === 0) return { ...plan, area };
  if (known?.asked === question(draft)) return { ...plan, area: { ...area, accounts: known.accounts } };
  const found = await preview(plan.utility, area, split(numbers));
  return { ...plan, area: found.area };
}

export function PlanForm({ draft, onChange }: { draft: Draft; onChange: (draft: Draft) => void }) {
  const { t } = useTranslation("outages");
  const problem = useProblemText();
  const units = useUnits();
  const { plan, elements, numbers } = draft;
  const [search, setSearch] = useState("");
  const found = useElements(search);
  const [sheet, setSheet] = useState<Sheet | null>(null);
  const [failed, setFailed] = useState<unknown>(null);
  const [reading, setReading] = useState(false);
  const [seen, setSeen] = useState<Preview | null>(null);
  const set = (patch: Partial<Plan>) => {
    const said = "starts" in patch || "ends" in patch || "cause" in patch;
    onChange({ ...draft, usual: draft.usual && !said, plan: { ...plan, ...patch } });
  };
  const setClass = (next: Class) => onChange({ ...draft, plan: { ...plan, ...(draft.usual ? usual(next) : { class: next }) } });
  const setArea = (patch: Partial<Plan["area"]>) => set({ area: { ...plan.area, ...patch } });
  const setElements = (next: Element[]) => onChange({ ...draft, elements: next, plan: { ...plan, area: { ...plan.area, elements: next.map(({ id }) => id) } } });

  // How many it concerns follows what is typed, a moment later.
  const asked = question(draft);
  const latest = useRef(draft);
  const [counting, setCounting] = useState(false);
  useEffect(() => {
    latest.current = draft;
  });
  useEffect(() => {
    const same = () => question(latest.current) === asked;
    const area = { ...plan.area, places: plan.area.places.filter(named) };
    const some = area.elements.length + area.places.length + area.accounts.length + split(numbers).length > 0;
    const wait = setTimeout(() => {
      if (!some) return setSeen(null);
      setCounting(true);
      preview(plan.utility, area, split(numbers))
        .then((answer) => {
          if (!same()) return;
          setSeen(answer);
          onChange({ ...latest.current, known: { asked, accounts: answer.area.accounts } });
        })
        .catch((error: unknown) => same() && setFailed(error))
        .finally(() => same() && setCounting(false));
    }, 400);
    return () => clearTimeout(wait);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- what is asked says it all
  }, [asked]);

  const upload = (file: File) => {
    setFailed(null);
    setSheet(null);
    setReading(true);
    readSheet(plan.utility, file)
      .then((read) => {
        setSheet(read);
        setElements([...elements.filter((one) => !read.elements.some((other) => other.id === one.id)), ...read.elements]);
      })
      .catch(setFailed)
      .finally(() => setReading(false));
    return false;
  };
  const options = [...elements, ...(found.data ?? []).filter((one) => !elements.some(({ id }) => id === one.id))];
  const choose = (ids: string[]) => setElements(ids.map((id) => options.find((one) => one.id === id)).filter((one) => one !== undefined));
  const place = (at: number, patch: Partial<Place>) => setArea({ places: plan.area.places.map((one, nth) => (nth === at ? { ...one, ...patch } : one)) });
  return (
    <div className="stack" style={{ gap: 16 }}>
      {failed ? <Notice tone="busy" title={problem(failed).what} /> : null}
      <Panel title={t("form.what")}>
        <div className="form-grid">
          <Field label={t("form.utility")}>
            <Choose label={t("form.utility")} value={plan.utility} items={UTILITIES.map((key) => ({ key, label: t(`utility.${key}`) }))} onChoose={(utility) => set({ utility })} />
          </Field>
          <Field label={t("form.class")}>
            <Choose label={t("form.class")} value={plan.class} items={CLASSES.map((key) => ({ key, label: t(`class.${key}`) }))} onChoose={setClass} />
          </Field>
          <Field label={t("form.starts")} htmlFor="starts" required>
            <DatePicker id="starts" showTime={{ format: "HH:mm" }} format="YYYY-MM-DD HH:mm" value={plan.starts ? dayjs(plan.starts) : null} onChange={(at) => at && set({ starts: at.second(0).millisecond(0).toISOString() })} />
          </Field>
          <Field label={t("form.ends")} htmlFor="ends" required={plan.class !== "fault"} help={plan.class === "fault" ? t("form.help_ends") : undefined}>
            <DatePicker id="ends" showTime={{ format: "HH:mm" }} format="YYYY-MM-DD HH:mm" value={plan.ends ? dayjs(plan.ends) : null} onChange={(at) => set({ ends: at ? at.second(0).millisecond(0).toISOString() : null })} />
          </Field>
          <Field label={t("form.cause")} htmlFor="cause" help={t("form.help_cause")}>
            <Select id="cause" value={plan.cause} onChange={(cause) => set({ cause })} options={CAUSES.map((value) => ({ value, label: t(`cause.${value}`) }))} />
          </Field>
          <Field label={t("form.reason")} htmlFor="reason" required help={t("form.help_reason")}>
            <Input id="reason" value={plan.reason} maxLength={40} onChange={(event) => set({ reason: event.target.value })} />
          </Field>
          <Field label={t("column.unit")} htmlFor="unit">
            <Select id="unit" allowClear value={plan.unit} onChange={(unit: string | null) => set({ unit: unit ?? null })} options={units.all.map((unit) => ({ value: unit.id, label: unit.name }))} />
          </Field>
          <Field label={t("form.scope")} htmlFor="scope" help={t("form.help_scope")}>
            <Input id="scope" value={plan.scope} maxLength={200} onChange={(event) => set({ scope: event.target.value })} />
          </Field>
        </div>
      </Panel>
      <Panel title={t("form.where")} extra={<span role="status" className={counting ? "muted" : undefined}>{counting ? t("form.counting") : seen && <CountsText counts={seen.counts} />}</span>}>
        <div className="stack" style={{ gap: 16 }}>
          <Field label={t("form.area")} htmlFor="area" required help={t("form.help_area")}>
            <Input id="area" value={plan.area.text} maxLength={60} onChange={(event) => setArea({ text: event.target.value })} />
          </Field>
          <Field label={t("form.elements")} htmlFor="elements" help={t("form.help_elements")}>
            <div className="row tight">
              <Select
                id="elements"
                mode="multiple"
                className="grow"
                value={elements.map(({ id }) => id)}
                onChange={choose}
                showSearch={{ filterOption: false, onSearch: setSearch }}
                maxTagCount={6}
                notFoundContent={search ? t("form.no_element") : t("form.type_element")}
                options={options.map((one) => ({ value: one.id, label: `${one.name}（${one.code}）` }))}
              />
              <Upload accept=".xlsx,.csv" showUploadList={false} beforeUpload={upload}>
                <Button loading={reading} icon={<FileSpreadsheet size={15} aria-hidden />}>{t("form.sheet")}</Button>
              </Upload>
              <Button type="link" icon={<Download size={15} aria-hidden />} href={template(t("sheet.columns"))} download={t("sheet.file")}>{t("sheet.template")}</Button>
            </div>
          </Field>
          {sheet && <SheetOutcome sheet={sheet} />}
          <Field label={t("form.places")} help={t("form.help_places")}>
            <div className="stack">
              {plan.area.places.map((one, at) => (
                <span key={at} className="row tight">
                  {(["area", "road", "community", "buildings"] as const).map((key) => (
                    <Input key={key} aria-label={t(`place.${key}`)} placeholder={t(`place.${key}`)} value={one[key]} maxLength={60} onChange={(event) => place(at, { [key]: event.target.value })} />
                  ))}
                  <Button type="text" aria-label={t("form.remove_place")} icon={<Trash2 size={15} aria-hidden />} onClick={() => setArea({ places: plan.area.places.filter((_, nth) => nth !== at) })} />
                </span>
              ))}
              <span>
                <Button size="small" icon={<Plus size={14} aria-hidden />} onClick={() => setArea({ places: [...plan.area.places, EMPTY_PLACE] })}>{t("form.add_place")}</Button>
              </span>
            </div>
          </Field>
          <Field label={t("form.accounts")} htmlFor="accounts" help={t("form.help_accounts", { count: plan.area.accounts.length })} fault={seen && seen.unknown.length > 0 && t("form.unknown_accounts", { first: seen.unknown.slice(0, 5).join("、") })}>
            <Input.TextArea id="accounts" rows={2} value={numbers} onChange={(event) => onChange({ ...draft, numbers: event.target.value })} />
          </Field>
          {seen && !counting && seen.counts.all === 0 && (
            <Notice tone="wrap" title={t("affected.none")}>
              {t("affected.none_todo")}
            </Notice>
          )}
          {seen && <FirstToTell first={seen.first} />}
        </div>
      </Panel>
    </div>
  );
}
