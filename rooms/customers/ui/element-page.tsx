// One part of the network: its place, what hangs below, whom it supplies, its outages, what was done to it.
import { Button, Dropdown } from "antd";
import { ArrowLeft, Ellipsis, History, Pencil, Plus, PowerOff, Users } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router";
import { Empty, Facts, ListMoment, Mark, Notice, Page, Pager, Panel, Skeletons, Table, Trouble, type Column } from "@kit";
import { useAgents } from "@lib/directory";
import { count, day } from "@lib/format";
import { useMay } from "@lib/session";
import { Slot } from "@lib/slots";
import { useElement, useLevel, useSupplied, type Branch, type ElementView, type Supplied } from "./network";
import { AddDialog, ChangeDialog, MoveDialog, RestoreDialog, RetireDialog } from "./network-dialogs";
import { KindMark, PathLinks } from "./network-words";
import { READ } from "./permissions";
import { ClassMark, FlagMarks } from "./words";

const RANK = { 1: "important", 2: "life_support", 3: "elderly" } as const;

function Children({ of }: { of: ElementView }) {
  const { t } = useTranslation("customers");
  const [after, setAfter] = useState<string | null>(null);
  const level = useLevel(of.id, after);
  const next = level.data?.next;
  const columns: Column<Branch>[] = [
    { key: "name", title: t("column.element_name"), cell: (one) => <Link className="strong" to={`/customers/network/${one.id}`}>{one.name}</Link> },
    { key: "code", title: t("column.element"), cell: (one) => one.code },
    { key: "kind", title: t("column.element_kind"), cell: (one) => <span className="row tight"><KindMark of={one.kind} />{one.retired_at && <Mark chip tone="offline" icon={PowerOff}>{t("network.retired")}</Mark>}</span> },
    { key: "elements", title: t("network.elements"), num: true, cell: (one) => count(one.elements) },
    { key: "points", title: t("network.points"), num: true, cell: (one) => count(one.points) },
  ];
  if (of.elements === 0) return null;
  return (
    <Panel flush title={t("network.directly_below")}>
      <Table
        label={t("network.directly_below")}
        columns={columns}
        rows={level.data?.items}
        rowKey={(one) => one.id}
        to={(one) => `/customers/network/${one.id}`}
        empty={null}
        foot={(after || next) && <Pager words="list" newest={!after} onNewest={() => setAfter(null)} onOlder={next ? () => setAfter(next) : undefined} />}
      />
    </Panel>
  );
}

function Customers({ id }: { id: string }) {
  const { t } = useTranslation("customers");
  const [after, setAfter] = useState<string | null>(null);
  const page = useSupplied(id, after);
  const next = page.data?.next;
  const columns: Column<Supplied>[] = [
    { key: "rank", title: t("flags"), cell: (one) => (one.rank < 4 ? <FlagMarks flags={[RANK[one.rank as 1 | 2 | 3]]} /> : "") },
    { key: "name", title: t("name"), cell: (one) => <Link className="strong nowrap" to={`/customers/${one.customer}`}>{one.name}</Link> },
    { key: "number", title: t("account_number"), cell: (one) => one.number },
    { key: "class", title: t("class.label"), cell: (one) => <ClassMark of={one.class} /> },
    { key: "address", title: t("address"), cell: (one) => one.address },
  ];
  return (
    <Panel flush title={t("network.customers")}>
      {page.isError && !page.data ? (
        <Trouble error={page.error} retry={() => void page.refetch()} />
      ) : (
        <Table
          label={t("network.customers")}
          columns={columns}
          rows={page.data?.items}
          rowKey={(one) => one.account}
          to={(one) => `/customers/${one.customer}`}
          empty={<Empty icon={Users} title={t("network.nobody")}>{t("network.nobody_todo")}</Empty>}
          foot={(after || next) && <Pager words="list" newest={!after} onNewest={() => setAfter(null)} onOlder={next ? () => setAfter(next) : undefined} />}
        />
      )}
    </Panel>
  );
}

function Past({ of }: { of: ElementView }) {
  const { t, i18n } = useTranslation("customers");
  const agents = useAgents();
  const said = (value: unknown) => (typeof value === "string" ? value : "");
  const columns: Column<ElementView["history"][number]>[] = [
    { key: "at", title: t("import.at"), cell: (line) => <ListMoment at={line.at} /> },
    { key: "what", title: t("network.what"), cell: (line) => (i18n.exists(`happened.${line.kind}`, { ns: "customers" }) ? t(`happened.${line.kind}` as "happened.renamed") : line.kind) },
    { key: "why", title: t("network.reason"), cell: (line) => said(line.payload.reason) || "—" },
    { key: "who", title: t("network.who"), cell: (line) => agents.name(line.who) ?? "—" },
  ];
  return (
    <Panel flush title={t("network.history")}>
      <Table label={t("network.history")} columns={columns} rows={of.history} rowKey={(line) => line.at + line.kind} empty={<Empty icon={History} title={t("network.no_history")}>{t("network.no_history_todo")}</Empty>} />
    </Panel>
  );
}

export default function ElementPage() {
  const { id = "" } = useParams();
  const { t } = useTranslation("customers");
  const navigate = useNavigate();
  const query = useElement(id);
  const mayRead = useMay(READ);
  const [open, setOpen] = useState<ElementView["allowed"][number] | null>(null);
  const element = query.data;
  if (query.isError && !element) return <Trouble page error={query.error} retry={() => void query.refetch()} />;
  if (!element)
    return (
      <Page title={t("network.title")}>
        <Skeletons lines={7} height={26} />
      </Page>
    );
  const can = (what: ElementView["allowed"][number]) => element.allowed.includes(what);
  const close = () => setOpen(null);
  const more = (["move", "retire"] as const).filter(can).map((key) => ({ key, label: t(`network.${key}`), onClick: () => setOpen(key) }));
  const { below } = element;
  return (
    <Page
      title={element.name}
      heading={
        <span className="row">
          <Link to="/customers/network" aria-label={t("network.back")} className="row">
            <ArrowLeft size={20} aria-hidden />
          </Link>
          {element.name}
          <KindMark of={element.kind} />
        </span>
      }
      actions={
        <>
          {can("add") && (
            <Button icon={<Plus size={16} aria-hidden />} onClick={() => setOpen("add")}>
              {t("network.add_here")}
            </Button>
          )}
          {can("change") && (
            <Button icon={<Pencil size={16} aria-hidden />} onClick={() => setOpen("change")}>
              {t("edit")}
            </Button>
          )}
          {can("restore") && <Button onClick={() => setOpen("restore")}>{t("network.restore")}</Button>}
          {more.length > 0 && (
            <Dropdown trigger={["click"]} menu={{ items: more }}>
              <Button icon={<Ellipsis size={16} aria-hidden />} aria-label={t("more")} />
            </Dropdown>
          )}
        </>
      }
    >
      {element.retired_at && (
        <Notice tone="offline" title={t("network.retired_on", { day: day(element.retired_at) })}>
          {element.retired_why}
        </Notice>
      )}
      <Panel>
        <Facts
          items={[
            [t("column.element"), element.code],
            [t("network.path"), element.path.length > 1 ? <PathLinks key="p" path={element.path} last={false} /> : t("network.top")],
            [t("network.elements_all"), count(below.elements)],
            [t("network.points_all"), count(below.all)],
            [t("flag.important"), count(below.important)],
            [t("flag.life_support"), count(below.life_support)],
            [t("flag.elderly"), count(below.elderly)],
          ]}
        />
      </Panel>
      <Slot name="network.element" element={element.id} />
      <Children key={`below ${element.id}`} of={element} />
      {mayRead && <Customers key={element.id} id={element.id} />}
      <Past of={element} />
      {open === "add" && <AddDialog above={element} onClose={close} onDone={(made) => void navigate(`/customers/network/${made}`)} />}
      {open === "change" && <ChangeDialog element={element} onClose={close} />}
      {open === "move" && <MoveDialog element={element} onClose={close} />}
      {open === "retire" && <RetireDialog element={element} onClose={close} />}
      {open === "restore" && <RestoreDialog element={element} onClose={close} />}
    </Page>
  );
}
