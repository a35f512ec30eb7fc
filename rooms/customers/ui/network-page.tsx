// The supply network as a tree: a level at a time, however large it is; found by code or name.
import { Button, Tree } from "antd";
import { FileUp, Network, Plus, PowerOff } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { Empty, Mark, NoneFound, Page, Panel, Skeletons, Table, Trouble, type Column } from "@kit";
import { ExportButton } from "@kit/export";
import { Filters, TextFilter } from "@kit/filters";
import { count } from "@lib/format";
import { useMay } from "@lib/session";
import { useUrlState } from "@lib/url";
import { readLevel, useFound, type Branch, type Level } from "./network";
import { AddDialog } from "./network-dialogs";
import { KindMark } from "./network-words";
import { NETWORK } from "./permissions";

interface Node {
  key: string;
  title: React.ReactNode;
  isLeaf: boolean;
  selectable: boolean;
  children?: Node[];
}
const TOP = "top";

function Line({ of }: { of: Branch }) {
  const { t } = useTranslation("customers");
  return (
    <span className="row tight">
      <KindMark of={of.kind} />
      <span>{of.name}</span>
      <span className="muted">{of.code}</span>
      {of.elements > 0 && <span className="muted">{t("network.elements_below", { count: of.elements })}</span>}
      {of.points > 0 && <span className="muted">{t("network.points_below", { count: of.points })}</span>}
      {of.retired_at && <Mark chip tone="offline" icon={PowerOff}>{t("network.retired")}</Mark>}
    </span>
  );
}

function Whole({ onAdd }: { onAdd: (() => void) | null }) {
  const { t } = useTranslation("customers");
  const navigate = useNavigate();
  const [levels, setLevels] = useState<Partial<Record<string, Level>>>({});
  const [failed, setFailed] = useState<unknown>(null);
  const load = async (parent: string, after?: string | null) => {
    try {
      const level = await readLevel(parent === TOP ? null : parent, after);
      setLevels((known) => ({ ...known, [parent]: { items: [...(after ? (known[parent]?.items ?? []) : []), ...level.items], next: level.next ?? null } }));
    } catch (error) {
      setFailed(error);
    }
  };
  useEffect(() => void load(TOP), []);
  const nodes = (parent: string): Node[] => {
    const level = levels[parent];
    if (!level) return [];
    const own = level.items.map((one): Node => {
      const below = levels[one.id] ? { children: nodes(one.id) } : {};
      return { key: one.id, title: <Line of={one} />, isLeaf: one.elements === 0, selectable: true, ...below };
    });
    const more: Node[] = level.next
      ? [{ key: `more~${parent}`, isLeaf: true, selectable: false, title: <Button size="small" onClick={() => void load(parent, level.next)}>{t("network.more")}</Button> }]
      : [];
    return [...own, ...more];
  };
  if (failed) return <Trouble error={failed} retry={() => { setFailed(null); void load(TOP); }} />;
  const top = levels[TOP];
  if (!top) return <Skeletons lines={8} height={26} />;
  if (top.items.length === 0)
    return (
      <Empty icon={Network} title={t("network.none")} action={onAdd && <Button onClick={onAdd}>{t("network.add")}</Button>}>
        {t("network.none_todo")}
      </Empty>
    );
  return (
    <Tree<Node>
      aria-label={t("network.title")}
      blockNode
      showLine
      treeData={nodes(TOP)}
      loadData={({ key }) => load(String(key))}
      onSelect={(_, { node }) => void navigate(`/customers/network/${String(node.key)}`)}
    />
  );
}

export default function NetworkPage() {
  const { t } = useTranslation("customers");
  const navigate = useNavigate();
  const may = useMay(NETWORK);
  const [url, change] = useUrlState(["text"] as const);
  const [adding, setAdding] = useState(false);
  const text = url.text ?? "";
  const found = useFound(text);
  const columns: Column<Branch>[] = [
    { key: "name", title: t("column.element_name"), cell: (one) => <Link className="strong" to={`/customers/network/${one.id}`}>{one.name}</Link> },
    { key: "code", title: t("column.element"), cell: (one) => one.code },
    { key: "kind", title: t("column.element_kind"), cell: (one) => <span className="row tight"><KindMark of={one.kind} />{one.retired_at && <Mark chip tone="offline" icon={PowerOff}>{t("network.retired")}</Mark>}</span> },
    { key: "elements", title: t("network.elements"), num: true, cell: (one) => count(one.elements) },
    { key: "points", title: t("network.points"), num: true, cell: (one) => count(one.points) },
  ];
  return (
    <Page
      title={t("network.title")}
      lead={t("network.lead")}
      actions={
        may && (
          <>
            <ExportButton path="/api/customers/network/exports" filters={{ which: "elements" }} title={t("network.export_elements")} />
            <ExportButton path="/api/customers/network/exports" filters={{ which: "attachments" }} title={t("network.export_attachments")} />
            <Button icon={<FileUp size={16} aria-hidden />} onClick={() => void navigate("/customers/network/import")}>
              {t("network.import")}
            </Button>
            <Button type="primary" icon={<Plus size={16} aria-hidden />} onClick={() => setAdding(true)}>
              {t("network.add")}
            </Button>
          </>
        )
      }
    >
      <Filters label={t("network.find")} active={text !== ""} onClear={() => change({ text: null })}>
        <TextFilter id="text" label={t("network.find")} width={320} value={url.text} onChange={(next) => change({ text: next })} />
      </Filters>
      {text ? (
        <Panel flush label={t("network.title")}>
          {found.isError && !found.data ? (
            <Trouble error={found.error} retry={() => void found.refetch()} />
          ) : (
            <Table
              label={t("network.title")}
              columns={columns}
              rows={found.data?.items}
              rowKey={(one) => one.id}
              to={(one) => `/customers/network/${one.id}`}
              empty={
                <NoneFound title={t("network.none_found")} onAll={() => change({ text: null })}>
                  {t("network.none_found_todo")}
                </NoneFound>
              }
            />
          )}
        </Panel>
      ) : (
        <Panel label={t("network.title")}>
          <Whole onAdd={may ? () => setAdding(true) : null} />
        </Panel>
      )}
      {adding && <AddDialog above={null} onClose={() => setAdding(false)} onDone={(id) => void navigate(`/customers/network/${id}`)} />}
    </Page>
  );
}
