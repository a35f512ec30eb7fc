// What may be done with an outage: one button for each act the server allows, with a dialog where something must be said.
import { App, Button, DatePicker, Input, Select } from "antd";
import dayjs from "dayjs";
import { CopyPlus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useNavigate } from "react-router";
import { Choose, Field, Notice, Short, useProblemText } from "@kit";
import { EditDialog } from "@kit/dialog";
import { useNowEvery } from "@lib/clock";
import { useMay } from "@lib/session";
import { act, isPersonal, tooNear, CAUSES, CREWS, type Cause, type Crew, type OutageView, type Verb } from "./api";
import { WRITE } from "./permissions";
import { PlanForm, planOf, type Draft } from "./plan-form";

const iso = (at: dayjs.Dayjs | null) => (at ? at.second(0).millisecond(0).toISOString() : null);
/** Said with a reason. */
const WITH_WHY: Verb[] = ["return", "resume", "cancel"];
/** In this order; what is not here stands in the panel it belongs to. */
const BUTTONS: Verb[] = ["restore", "announce", "revise", "begin", "publish", "approve", "submit", "resume", "close", "edit", "return", "take", "cancel"];
const MAIN: Verb[] = ["restore", "publish", "approve", "submit"];

function Why({ outage, verb, onClose }: { outage: OutageView; verb: Verb; onClose: () => void }) {
  const { t } = useTranslation("outages");
  const [why, setWhy] = useState("");
  return (
    <EditDialog title={t(`act.${verb}`)} save={t(`act.${verb}`)} dangerous={verb === "cancel"} ready={why.trim().length >= 2} onClose={onClose} onSave={() => act(outage, { act: verb, why })}>
      <p>{t(`act.tells_${verb as "cancel"}`)}</p>
      <Field label={t("act.why")} htmlFor="why" required>
        <Input.TextArea id="why" rows={2} maxLength={200} value={why} onChange={(event) => setWhy(event.target.value)} />
      </Field>
    </EditDialog>
  );
}

/** Approving and publishing: what the law wants is read first, and what is too late is explained. */
function Go({ outage, verb, onClose }: { outage: OutageView; verb: "approve" | "publish"; onClose: () => void }) {
  const { t } = useTranslation("outages");
  const excused = new Set(outage.excuses.map(({ duty }) => duty));
  const broken = outage.findings.filter(({ weight, duty }) => weight === "violated" && !excused.has(duty));
  const [why, setWhy] = useState("");
  const [news, setNews] = useState<dayjs.Dayjs | null>(null);
  return (
    <EditDialog title={t(`act.${verb}`)} save={t(`act.${verb}`)} ready={broken.length === 0 || why.trim().length >= 2} onClose={onClose} onSave={() => act(outage, { act: verb, why, ...(verb === "publish" ? { next_news: iso(news) } : {}) })}>
      <div className="stack">
        <p>
          {t(`act.tells_${verb}`, { count: outage.counts.all })}
          {verb === "publish" && outage.counts.important > 0 && (outage.class === "planned" || outage.class === "temporary") && t("act.tells_calls", { count: outage.counts.important })}
        </p>
        {outage.counts.all === 0 && (
          <Notice tone="wrap" title={t("affected.none")}>
            {t("affected.none_todo")}
          </Notice>
        )}
        {broken.map((finding) => (
          <Notice key={finding.duty} tone="busy" title={t(`duty.${finding.duty}`)}>
            {t(`duty.todo_${finding.duty}`)}
          </Notice>
        ))}
        {broken.length > 0 && (
          <Field label={t("act.excuse")} htmlFor="why" required help={t("act.help_excuse")}>
            <Input.TextArea id="why" rows={2} maxLength={200} value={why} onChange={(event) => setWhy(event.target.value)} />
          </Field>
        )}
        {verb === "publish" && outage.class === "fault" && !outage.plan.ends && (
          <Field label={t("act.next_news")} htmlFor="news" help={t("act.help_news")}>
            <DatePicker id="news" showTime={{ format: "HH:mm" }} format="YYYY-MM-DD HH:mm" value={news} onChange={setNews} />
          </Field>
        )}
        <Field label={t("greeting.heard")}>
          <blockquote className="heard">{isPersonal(outage) ? outage.greeting.own.text : outage.greeting.general.text}</blockquote>
        </Field>
      </div>
    </EditDialog>
  );
}

function Revise({ outage, onClose }: { outage: OutageView; onClose: () => void }) {
  const { t } = useTranslation("outages");
  const begun = outage.state === "in_progress";
  const [starts, setStarts] = useState<dayjs.Dayjs | null>(dayjs(outage.starts));
  const [ends, setEnds] = useState<dayjs.Dayjs | null>(outage.ends && !outage.stale ? dayjs(outage.ends) : null);
  const [news, setNews] = useState<dayjs.Dayjs | null>(null);
  const [cause, setCause] = useState<Cause>(outage.cause);
  const [crew, setCrew] = useState<Crew>(outage.crew);
  const [why, setWhy] = useState("");
  const near = begun ? null : tooNear(outage, starts?.toISOString() ?? null);
  const leads = outage.allowed.includes("set_greeting");
  const save = () => act(outage, { act: "revise", starts: iso(starts), ends: iso(ends), next_news: iso(news), cause, crew, why });
  return (
    <EditDialog title={t("act.revise")} width={640} save={t("act.say_so")} ready={why.trim().length >= 2 && (!near || leads)} onClose={onClose} onSave={save}>
      <div className="stack">
        <p>{t("act.tells_revise", { count: outage.counts.all })}</p>
        {!begun && (
          <Field label={t("form.starts")} htmlFor="r-starts">
            <DatePicker id="r-starts" showTime={{ format: "HH:mm" }} format="YYYY-MM-DD HH:mm" value={starts} onChange={setStarts} />
          </Field>
        )}
        {near && (
          <Notice tone="busy" title={t(`duty.${near}`)}>
            {t(leads ? "act.near_leader" : "act.near")}
          </Notice>
        )}
        <Field label={t("form.ends")} htmlFor="r-ends" help={begun ? t("act.help_ends") : undefined}>
          <DatePicker id="r-ends" showTime={{ format: "HH:mm" }} format="YYYY-MM-DD HH:mm" value={ends} onChange={setEnds} />
        </Field>
        {begun && !ends && (
          <Field label={t("act.next_news")} htmlFor="r-news" help={t("act.help_news")}>
            <DatePicker id="r-news" showTime={{ format: "HH:mm" }} format="YYYY-MM-DD HH:mm" value={news} onChange={setNews} />
          </Field>
        )}
        <Field label={t("form.cause")} htmlFor="r-cause">
          <Select id="r-cause" value={cause} onChange={setCause} options={CAUSES.map((value) => ({ value, label: t(`cause.${value}`) }))} />
        </Field>
        {!isPersonal(outage) && (
          <Field label={t("act.crew")}>
            <Choose label={t("act.crew")} value={crew} items={CREWS.map((key) => ({ key, label: t(`crew.${key}`) }))} onChoose={setCrew} />
          </Field>
        )}
        <Field label={t("act.why")} htmlFor="r-why" required help={t("act.help_why")}>
          <Input id="r-why" maxLength={40} value={why} onChange={(event) => setWhy(event.target.value)} />
        </Field>
      </div>
    </EditDialog>
  );
}

function Restore({ outage, onClose }: { outage: OutageView; onClose: () => void }) {
  const { t } = useTranslation("outages");
  const [at, setAt] = useState<dayjs.Dayjs | null>(null);
  const [why, setWhy] = useState("");
  const broken = outage.before_restoring && !outage.excuses.some(({ duty }) => duty === outage.before_restoring?.duty) ? outage.before_restoring : null;
  return (
    <EditDialog title={t("act.restore")} save={t("act.restore")} ready={!broken || why.trim().length >= 2} onClose={onClose} onSave={() => act(outage, { act: "restore", at: at ? at.toISOString() : null, why })}>
      <p>{t("act.tells_restore", { count: outage.counts.all })}</p>
      {broken && (
        <>
          <Notice tone="busy" title={t(`duty.${broken.duty}`)}>
            {t(`duty.todo_${broken.duty}`)}
          </Notice>
          <Field label={t("act.excuse")} htmlFor="why" required help={t("act.help_excuse")}>
            <Input.TextArea id="why" rows={2} maxLength={200} value={why} onChange={(event) => setWhy(event.target.value)} />
          </Field>
        </>
      )}
      <Field label={t("act.restored_at")} htmlFor="back" help={t("act.help_restored_at")}>
        <DatePicker id="back" showTime={{ format: "HH:mm" }} format="YYYY-MM-DD HH:mm" value={at} onChange={setAt} />
      </Field>
    </EditDialog>
  );
}

/** Earlier than people were told: the same law as for a plan that is moved nearer. */
function Begin({ outage, onClose }: { outage: OutageView; onClose: () => void }) {
  const { t } = useTranslation("outages");
  const [why, setWhy] = useState("");
  const at = useNowEvery(10);
  const now = new Date(at).toISOString();
  const early = at < Date.parse(outage.starts);
  const near = tooNear(outage, now);
  const leads = outage.allowed.includes("set_greeting");
  return (
    <EditDialog title={t("act.begin")} save={t("act.begin")} dangerous={near !== null} ready={!early || (why.trim().length >= 2 && (!near || leads))} onClose={onClose} onSave={() => act(outage, { act: "begin", why })}>
      <div className="stack">
        <p>
          {t("act.tells_begin", { count: outage.counts.all })} {t("form.starts")}{t("colon")}<Short at={outage.starts} />
        </p>
        {near && (
          <Notice tone="busy" title={t(`duty.${near}`)}>
            {t(leads ? "act.begin_leader" : "act.begin_near")}
          </Notice>
        )}
        {early && (
          <Field label={t("act.why")} htmlFor="b-why" required help={t("act.help_begin")}>
            <Input id="b-why" maxLength={40} value={why} onChange={(event) => setWhy(event.target.value)} />
          </Field>
        )}
      </div>
    </EditDialog>
  );
}

/** Gas is announced before it is turned on again. */
function Announce({ outage, onClose }: { outage: OutageView; onClose: () => void }) {
  const { t } = useTranslation("outages");
  const [at, setAt] = useState<dayjs.Dayjs | null>(outage.ends ? dayjs(outage.ends) : null);
  return (
    <EditDialog title={t("act.announce")} save={t("act.announce")} ready={at !== null} onClose={onClose} onSave={() => act(outage, { act: "announce", at: iso(at) })}>
      <p>{t("act.tells_announce", { count: outage.counts.all })}</p>
      <Field label={t("act.turned_on")} htmlFor="on" required>
        <DatePicker id="on" showTime={{ format: "HH:mm" }} format="YYYY-MM-DD HH:mm" value={at} onChange={setAt} />
      </Field>
    </EditDialog>
  );
}

function Edit({ outage, onClose }: { outage: OutageView; onClose: () => void }) {
  const { t } = useTranslation("outages");
  const [draft, setDraft] = useState<Draft>({ plan: outage.plan, elements: outage.elements, numbers: "" });
  return (
    <EditDialog title={t("act.edit")} width={980} onClose={onClose} onSave={async () => act(outage, { act: "edit", plan: await planOf(draft) })}>
      <PlanForm draft={draft} onChange={setDraft} />
    </EditDialog>
  );
}

export function Acts({ outage }: { outage: OutageView }) {
  const { t } = useTranslation("outages");
  const { message } = App.useApp();
  const problem = useProblemText();
  const navigate = useNavigate();
  // Whoever has just entered a fault goes on with publishing it.
  const wanted = (useLocation().state as { open?: Verb } | null)?.open;
  const [open, setOpen] = useState<Verb | null>(wanted && outage.allowed.includes(wanted) ? wanted : null);
  const close = () => setOpen(null);
  const press = (verb: Verb) => {
    if (["submit", "close", "take"].includes(verb)) act(outage, { act: verb }).catch((error: unknown) => message.error(problem(error).what));
    else setOpen(verb);
  };
  const shown = BUTTONS.filter((verb) => outage.allowed.includes(verb));
  const mayEnter = useMay(WRITE);
  const over = outage.state === "closed" || outage.state === "cancelled";
  const again = () => void navigate("/outages/new", { state: { like: { plan: outage.plan, elements: outage.elements } } });
  const main = shown.find((verb) => MAIN.includes(verb));
  return (
    <>
      {shown.map((verb) => (
        <Button key={verb} type={verb === main ? "primary" : "default"} danger={verb === "cancel"} onClick={() => press(verb)}>
          {t(`act.${verb}`)}
        </Button>
      ))}
      {over && mayEnter && <Button icon={<CopyPlus size={16} aria-hidden />} onClick={again}>{t("act.again")}</Button>}
      {open && WITH_WHY.includes(open) && <Why outage={outage} verb={open} onClose={close} />}
      {(open === "approve" || open === "publish") && <Go outage={outage} verb={open} onClose={close} />}
      {open === "revise" && <Revise outage={outage} onClose={close} />}
      {open === "begin" && <Begin outage={outage} onClose={close} />}
      {open === "announce" && <Announce outage={outage} onClose={close} />}
      {open === "restore" && <Restore outage={outage} onClose={close} />}
      {open === "edit" && <Edit outage={outage} onClose={close} />}
    </>
  );
}
