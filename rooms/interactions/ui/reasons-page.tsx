// The tree of contact reasons: added to, renamed, moved, retired; taken in from a file or from a demo.
import { Button, Dropdown, Input, Select, Upload } from "antd";
import { ArrowDown, ArrowUp, Ban, FolderInput, ListTree, Plus, RotateCcw, Settings2, Upload as UploadIcon } from "lucide-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Empty, Field, Mark, Notice, Page, Panel, Skeletons, Trouble, useProblemText } from "@kit";
import { EditDialog } from "@kit/dialog";
import { changeTree, importTree, said, useTree, type Change, type Imported, type Reason } from "./api";
import { PointLines, ReasonDialog } from "./reason-dialog";
import { Tabs } from "./tabs";
import { index, path, search, type Indexed } from "./tree";
import "./interactions.css";

const DEMOS = ["gas", "power", "cable"] as const;
type Source = { file: string } | { demo: string };
type Open = { add: string | null } | { edit: Reason } | { move: Reason } | { take: Source; what: Imported } | "common" | null;

function MoveDialog({ tree, reason, onClose }: { tree: Indexed; reason: Reason; onClose: () => void }) {
  const { t } = useTranslation("interactions");
  const [parent, setParent] = useState(reason.parent ?? "");
  const options = tree.tree.reasons.filter((other) => other.code !== reason.code && !other.retired && path(tree, other.code).length < 3 && !path(tree, other.code).some((above) => above.code === reason.code));
  return (
    <EditDialog title={t("edit.move", { title: said(reason.title) })} onClose={onClose} onSave={() => changeTree(tree.tree.version, { change: "move", code: reason.code, parent: parent || null, place: 999 })}>
      <Field label={t("edit.move_to")} htmlFor="m-to" help={t("edit.move_help")}>
        <Select
          id="m-to"
          showSearch={{ optionFilterProp: "label" }}
          value={parent}
          options={[{ value: "", label: t("edit.top") }, ...options.map((other) => ({ value: other.code, label: path(tree, other.code).map((above) => said(above.title)).join(" › ") }))]}
          onChange={setParent}
        />
      </Field>
    </EditDialog>
  );
}

function CommonDialog({ tree, onClose }: { tree: Indexed; onClose: () => void }) {
  const { t } = useTranslation("interactions");
  const [opening, setOpening] = useState(tree.tree.opening);
  const [closing, setClosing] = useState(tree.tree.closing);
  return (
    <EditDialog width={860} title={t("edit.common")} onClose={onClose} onSave={() => changeTree(tree.tree.version, { change: "common", opening, closing })}>
      <Field label={t("edit.opening")} help={t("edit.points_help")}>
        <PointLines points={opening} onChange={setOpening} />
      </Field>
      <Field label={t("edit.closing")}>
        <PointLines points={closing} onChange={setClosing} />
      </Field>
    </EditDialog>
  );
}

export default function ReasonsPage() {
  const { t } = useTranslation("interactions");
  const trees = useTree();
  const problem = useProblemText();
  const tree = useMemo(() => (trees.data ? index(trees.data) : null), [trees.data]);
  const [open, setOpen] = useState<Open>(null);
  const [failed, setFailed] = useState<unknown>(null);
  const [query, setQuery] = useState("");
  const [retired, setRetired] = useState(false);
  const version = tree?.tree.version ?? 0;
  const run = (what: Promise<unknown>) => {
    setFailed(null);
    what.catch(setFailed);
  };
  const change = (what: Change) => run(changeTree(version, what));
  const look = (take: Source) => run(importTree(version, take, true).then((what) => setOpen({ take, what })));
  const said_ = failed ? problem(failed) : null;

  const row = (reason: Reason, level: number, siblings: Reason[]) => {
    if (!tree) return null;
    const at = siblings.indexOf(reason);
    const counts = [reason.fields.length > 0 && t("tree.fields", { count: reason.fields.length }), reason.points.length > 0 && t("tree.points", { count: reason.points.length })].filter(Boolean).join(" · ");
    return (
      <div key={reason.code} className="reason-row" data-level={level} data-retired={reason.retired} style={{ paddingLeft: 8 + (level - 1) * 26 }}>
        <code>{reason.code}</code>
        <button type="button" className="linkish" onClick={() => setOpen({ edit: reason })}>
          {said(reason.title)}
        </button>
        {counts && <span className="muted">{counts}</span>}
        {reason.retired && <Mark tone="offline" icon={Ban}>{t("tree.retired")}</Mark>}
        <span className="grow" />
        <Button size="small" type="text" aria-label={t("tree.up", { title: reason.title.zh })} disabled={at <= 0} icon={<ArrowUp size={15} aria-hidden />} onClick={() => change({ change: "move", code: reason.code, parent: reason.parent, place: at - 1 })} />
        <Button size="small" type="text" aria-label={t("tree.down", { title: reason.title.zh })} disabled={at < 0 || at >= siblings.length - 1} icon={<ArrowDown size={15} aria-hidden />} onClick={() => change({ change: "move", code: reason.code, parent: reason.parent, place: at + 1 })} />
        <Button size="small" type="text" aria-label={t("edit.move", { title: reason.title.zh })} icon={<FolderInput size={15} aria-hidden />} onClick={() => setOpen({ move: reason })} />
        {level < 3 && <Button size="small" type="text" aria-label={t("tree.add_below", { title: reason.title.zh })} disabled={reason.retired} icon={<Plus size={15} aria-hidden />} onClick={() => setOpen({ add: reason.code })} />}
        {reason.retired ? (
          <Button size="small" type="text" aria-label={t("tree.restore", { title: reason.title.zh })} icon={<RotateCcw size={15} aria-hidden />} onClick={() => change({ change: "restore", code: reason.code })} />
        ) : (
          <Button size="small" type="text" danger aria-label={t("tree.retire", { title: reason.title.zh })} title={t("tree.retire_help")} icon={<Ban size={15} aria-hidden />} onClick={() => change({ change: "retire", code: reason.code })} />
        )}
      </div>
    );
  };
  const grow = (parent: string | null, level: number): React.ReactNode => {
    const all = (tree?.below.get(parent) ?? []).filter((reason) => retired || !reason.retired);
    return all.map((reason) => (
      <div key={reason.code}>
        {row(reason, level, all)}
        {level < 3 && grow(reason.code, level + 1)}
      </div>
    ));
  };
  const shown = tree && query.trim() ? search(tree, query, [], 50) : null;
  return (
    <Page
      title={t("nav.reasons")}
      lead={t("tree.lead", { version })}
      actions={
        <span className="row tight">
          <Button icon={<Settings2 size={16} aria-hidden />} onClick={() => setOpen("common")} disabled={!tree}>
            {t("edit.common")}
          </Button>
          <Dropdown trigger={["click"]} menu={{ items: DEMOS.map((key) => ({ key, label: t(`demo.${key}`) })), onClick: ({ key }) => look({ demo: key }) }}>
            <Button>{t("demo.load")}</Button>
          </Dropdown>
          <Upload
            accept=".toml,.json"
            showUploadList={false}
            beforeUpload={(file) => {
              run(file.text().then((text) => look({ file: text })));
              return false;
            }}
          >
            <Button icon={<UploadIcon size={16} aria-hidden />}>{t("tree.import")}</Button>
          </Upload>
          <Button type="primary" icon={<Plus size={16} aria-hidden />} onClick={() => setOpen({ add: null })} disabled={!tree}>
            {t("tree.add")}
          </Button>
        </span>
      }
    >
      <Tabs />
      {said_ && (
        <Notice tone="busy" title={said_.what}>
          {said_.todo}
        </Notice>
      )}
      <span className="row">
        <Input style={{ width: 280 }} aria-label={t("desk.reason_search")} placeholder={t("desk.reason_placeholder")} value={query} allowClear onChange={(event) => setQuery(event.target.value)} />
        <span className="choose">
          <button type="button" aria-pressed={retired} onClick={() => setRetired(!retired)}>
            {t("tree.show_retired")}
          </button>
        </span>
      </span>
      <Panel flush label={t("nav.reasons")}>
        {trees.isError && !trees.data ? (
          <Trouble error={trees.error} retry={() => void trees.refetch()} />
        ) : !tree ? (
          <Skeletons lines={10} />
        ) : tree.tree.reasons.length === 0 ? (
          <Empty icon={ListTree} title={t("tree.none")}>
            {t("tree.none_todo")}
          </Empty>
        ) : (
          <div className="reason-tree">{shown ? shown.map((reason) => row(reason, 1, [])) : grow(null, 1)}</div>
        )}
      </Panel>
      {tree && open !== null && open !== "common" && "add" in open && <ReasonDialog tree={tree} reason={null} parent={open.add} onClose={() => setOpen(null)} />}
      {tree && open !== null && open !== "common" && "edit" in open && <ReasonDialog tree={tree} reason={open.edit} parent={open.edit.parent} onClose={() => setOpen(null)} />}
      {tree && open !== null && open !== "common" && "move" in open && <MoveDialog tree={tree} reason={open.move} onClose={() => setOpen(null)} />}
      {tree && open === "common" && <CommonDialog tree={tree} onClose={() => setOpen(null)} />}
      {open !== null && open !== "common" && "take" in open && (
        <EditDialog title={t("tree.import")} save={t("tree.import_do")} onClose={() => setOpen(null)} onSave={() => importTree(version, open.take, false)}>
          <p>{t("tree.import_what", { added: open.what.added, changed: open.what.changed, unchanged: open.what.unchanged })}</p>
          <p className="muted">{t("tree.import_help")}</p>
        </EditDialog>
      )}
    </Page>
  );
}
