// The organisation: its tree on the left, one unit on the right with its people, its work and who is on duty.
import { Button, Input } from "antd";
import { Ban, CircleAlert, ExternalLink, Network, Pencil, Plus, RotateCcw, UserPlus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Empty, Facts, Mark, Moment, Notice, Page, Panel, Skeletons, Table, Trouble, useProblemText } from "@kit";
import { EditDialog } from "@kit/dialog";
import { useAgents } from "@lib/directory";
import { useKnown } from "@lib/known";
import { useMay } from "@lib/session";
import { useUrlState } from "@lib/url";
import { actOnUnit, useUnit, useUnitTree, type Member, type Unit, type WholeUnit } from "./api";
import { CONFIGURE } from "./permissions";
import { pathOf, rows } from "./tree";
import { MemberDialog, placed, UnitDialog } from "./unit-dialogs";
import { HearsNotice, KIND_ICON, Tabs } from "./words";
import "./departments.css";

type Open = { unit: Unit | null; parent: string | null } | { member: Member | null } | { retire: Unit } | null;

function Words({ words, own, word }: { words: string[]; own: boolean; word?: (word: string) => string }) {
  const { t } = useTranslation("departments");
  if (words.length === 0) return <span className="muted">{t("unit.everything")}</span>;
  return (
    <span className="unit-words">
      {words.map((one) => (
        <span key={one} className="chip">
          {word ? word(one) : one}
        </span>
      ))}
      {!own && <span className="muted">{t("unit.from_above")}</span>}
    </span>
  );
}

function Whole({ unit, units, onOpen }: { unit: WholeUnit; units: Unit[]; onOpen: (open: Open) => void }) {
  const { t } = useTranslation("departments");
  const people = useAgents();
  const matter = useKnown("matter");
  const configure = useMay(CONFIGURE);
  const problem = useProblemText();
  const [failed, setFailed] = useState<unknown>(null);
  const Icon = KIND_ICON[unit.kind];
  const path = pathOf(units.map(placed), unit.id).slice(0, -1);
  const below = units.filter((other) => other.parent === unit.id && other.retired_at === null);
  const retired = unit.retired_at !== null;
  const blocked = below.length > 0 ? t("unit.retire_units", { count: below.length }) : unit.people > 0 ? t("unit.retire_people", { count: unit.people }) : undefined;
  const said = failed ? problem(failed) : null;
  return (
    <div className="stack unit-whole">
      {said && (
        <Notice tone="busy" title={said.what}>
          {said.todo}
        </Notice>
      )}
      {!retired && <HearsNotice hears={unit.hears} />}
      <Panel
        label={unit.name}
        title={
          <span className="row tight">
            <Icon size={18} aria-hidden />
            {unit.name}
            {unit.external && (
              <Mark tone="hold" icon={ExternalLink}>
                {t("unit.external")}
              </Mark>
            )}
            {retired && (
              <Mark tone="offline" icon={Ban}>
                {t("unit.retired")}
              </Mark>
            )}
          </span>
        }
        extra={
          configure && (
            <span className="row tight">
              <Button icon={<Pencil size={15} aria-hidden />} disabled={retired} onClick={() => onOpen({ unit, parent: null })}>
                {t("unit.edit")}
              </Button>
              <Button icon={<Plus size={15} aria-hidden />} disabled={retired} onClick={() => onOpen({ unit: null, parent: unit.id })}>
                {t("unit.add_below")}
              </Button>
              {retired ? (
                <Button icon={<RotateCcw size={15} aria-hidden />} disabled={!unit.allowed.includes("restore")} title={unit.allowed.includes("restore") ? undefined : t("refusal.parent_retired")} onClick={() => void actOnUnit(unit, "restore").catch(setFailed)}>
                  {t("unit.restore")}
                </Button>
              ) : (
                <Button danger icon={<Ban size={15} aria-hidden />} disabled={!unit.allowed.includes("retire")} title={blocked} onClick={() => onOpen({ retire: unit })}>
                  {t("unit.retire")}
                </Button>
              )}
            </span>
          )
        }
      >
        <Facts
          items={[
            [t("unit.kind"), t(`kind.${unit.kind}`)],
            [t("unit.code"), <code key="code">{unit.code}</code>],
            [t("unit.phone"), unit.phone],
            [t("unit.parent"), path.length === 0 ? t("unit.top") : path.map((above, at) => <span key={above.id}>{at > 0 && " › "}<Link to={`/departments?unit=${above.id}`}>{above.name}</Link></span>)],
          ]}
        />
        <dl className="unit-lists">
          <dt>{t("unit.duties")}</dt>
          <dd>
            <Words words={unit.duties_in_force} own={unit.duties.length > 0} word={matter} />
          </dd>
          <dt>{t("unit.areas")}</dt>
          <dd>
            <Words words={unit.areas_in_force} own={unit.areas.length > 0} />
          </dd>
          <dt>{t("unit.on_duty")}</dt>
          <dd>
            {unit.on_duty.length === 0 ? (
              <span className="muted">{t("unit.on_duty_none")}</span>
            ) : (
              unit.on_duty.map((one) => (
                <span key={`${one.person} ${one.duty}`} className="unit-on-duty">
                  <b>{t(`duty.${one.duty}`)}</b> {people.name(one.person)} {one.phone && <span className="muted">{one.phone}</span>}
                </span>
              ))
            )}
            <Link to={`/departments/duty?unit=${unit.id}`}>{t("unit.to_roster")}</Link>
          </dd>
        </dl>
      </Panel>
      <Panel
        flush
        title={t("member.title", { count: unit.members.length })}
        extra={
          configure &&
          !retired && (
            <Button icon={<UserPlus size={15} aria-hidden />} onClick={() => onOpen({ member: null })}>
              {t("member.add")}
            </Button>
          )
        }
      >
        {unit.leaders === 0 && unit.members.length > 0 && (
          <p className="unit-hint">
            <Mark tone="wrap" icon={CircleAlert}>
              {t("member.nobody_leads")}
            </Mark>
          </p>
        )}
        <Table
          label={t("member.title", { count: unit.members.length })}
          rows={unit.members}
          rowKey={(member) => member.person}
          {...(configure ? { onOpen: (member: Member) => onOpen({ member }) } : {})}
          columns={[
            { key: "person", title: t("member.person"), cell: (member) => (configure ? <button type="button" className="linkish strong" onClick={() => onOpen({ member })}>{people.name(member.person)}</button> : <b>{people.name(member.person)}</b>) },
            { key: "post", title: t("member.post"), cell: (member) => t(`post.${member.post}`) },
            { key: "phone", title: t("member.phone"), cell: (member) => member.phone ?? "—" },
            { key: "since", title: t("member.since"), cell: (member) => <Moment at={member.since} seconds={false} /> },
          ]}
          empty={
            <Empty icon={UserPlus} title={t("member.none")}>
              {t("member.none_todo")}
            </Empty>
          }
        />
      </Panel>
      {below.length > 0 && (
        <Panel flush title={t("unit.below")}>
          <Table
            label={t("unit.below")}
            rows={below}
            rowKey={(other) => other.id}
            to={(other) => `/departments?unit=${other.id}`}
            columns={[
              { key: "name", title: t("unit.name"), cell: (other) => <Link to={`/departments?unit=${other.id}`}>{other.name}</Link> },
              { key: "kind", title: t("unit.kind"), cell: (other) => t(`kind.${other.kind}`) },
              { key: "areas", title: t("unit.areas"), cell: (other) => other.areas.join("、") || "—" },
              { key: "phone", title: t("unit.phone"), cell: (other) => other.phone ?? "—" },
              { key: "people", title: t("unit.people"), num: true, cell: (other) => other.people },
            ]}
            empty={null}
          />
        </Panel>
      )}
    </div>
  );
}

export default function UnitsPage() {
  const { t } = useTranslation("departments");
  const tree = useUnitTree();
  const configure = useMay(CONFIGURE);
  const [{ unit: chosen }, setUrl] = useUrlState(["unit"] as const);
  const [text, setText] = useState("");
  const [retired, setRetired] = useState(false);
  const [open, setOpen] = useState<Open>(null);
  const units = tree.data ?? [];
  const shown = rows(units.map(placed), { text, retired });
  const id = chosen ?? rows(units.map(placed))[0]?.unit.id;
  const whole = useUnit(id);
  const close = () => setOpen(null);
  const add = configure && (
    <Button type="primary" icon={<Plus size={16} aria-hidden />} onClick={() => setOpen({ unit: null, parent: null })}>
      {t("unit.add")}
    </Button>
  );
  return (
    <Page title={t("nav.units")} lead={t("lead")} actions={add}>
      <Tabs />
      {tree.isError && !tree.data ? (
        <Trouble error={tree.error} retry={() => void tree.refetch()} />
      ) : tree.data?.length === 0 ? (
        <Panel>
          <Empty icon={Network} title={t("unit.none")} action={add}>
            {t(configure ? "unit.none_todo" : "unit.none_wait")}
          </Empty>
        </Panel>
      ) : (
        <div className="units">
          <Panel flush label={t("unit.tree")}>
            <div className="units-search">
              <Input aria-label={t("unit.search")} placeholder={t("unit.search")} value={text} allowClear onChange={(event) => setText(event.target.value)} />
              {units.some((unit) => unit.retired_at !== null) && (
                <button type="button" className="linkish" aria-pressed={retired} onClick={() => setRetired(!retired)}>
                  {t(retired ? "unit.hide_retired" : "unit.show_retired")}
                </button>
              )}
            </div>
            {!tree.data ? (
              <Skeletons lines={10} />
            ) : (
              <nav className="units-tree" aria-label={t("unit.tree")}>
                {shown.map(({ unit, level }) => {
                  const Icon = KIND_ICON[unit.kind];
                  return (
                    <button key={unit.id} type="button" aria-current={unit.id === id ? "page" : undefined} data-retired={unit.retired} style={{ paddingLeft: 10 + level * 18 }} onClick={() => setUrl({ unit: unit.id }, { push: true })}>
                      <Icon size={15} aria-hidden />
                      <span className="grow">{unit.name}</span>
                      {unit.external && <span className="muted">{t("unit.external")}</span>}
                      <span className="muted num">{unit.people}</span>
                    </button>
                  );
                })}
                {shown.length === 0 && <p className="muted">{t("unit.none_found")}</p>}
              </nav>
            )}
          </Panel>
          {whole.isError && !whole.data ? <Trouble error={whole.error} retry={() => void whole.refetch()} /> : whole.data ? <Whole key={whole.data.id} unit={whole.data} units={units} onOpen={setOpen} /> : <Skeletons lines={12} />}
        </div>
      )}
      {open && "parent" in open && <UnitDialog unit={open.unit} parent={open.parent} units={units} onClose={close} onDone={(unit) => setUrl({ unit })} />}
      {open && "member" in open && whole.data && <MemberDialog unit={whole.data} member={open.member} taken={whole.data.members.map((member) => member.person)} onClose={close} />}
      {open && "retire" in open && (
        <EditDialog title={t("unit.retire_title", { unit: open.retire.name })} save={t("unit.retire")} dangerous onClose={close} onSave={() => actOnUnit(open.retire, "retire")}>
          <p>{t("unit.retire_help")}</p>
        </EditDialog>
      )}
    </Page>
  );
}
