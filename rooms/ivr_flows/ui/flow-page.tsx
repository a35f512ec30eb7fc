// One menu: its source with what was found beside it, drawn as a tree, its versions, and publishing.
import { App, Button, Input, Modal, Tooltip } from "antd";
import { ArrowLeft, CheckCircle2, CircleX, Radio, Trash2, TriangleAlert, Undo2 } from "lucide-react";
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router";
import { Empty, Mark, Moment, Notice, Page, Panel, Skeleton, Skeletons, Table, Trouble, useProblemText } from "@kit";
import { serverNow } from "@lib/clock";
import { clock } from "@lib/format";
import { useMay } from "@lib/session";
import { useUrlState } from "@lib/url";
import { deleteFlow, publish, rollBack, saveDraft, useCheck, useFlow, useVersion, type Checked, type Finding, type Flow } from "./api";
import { Editor } from "./editor";
import { FlowState } from "./flows-page";
import { PUBLISH } from "./permissions";
import { lineOf } from "./layout";
import "./flow.css";

const Tree = lazy(() => import("./tree"));
const SAVE_AFTER_MS = 2_000;
const CHECK_AFTER_MS = 500;

/** The value once it has been left alone for so long. */
function useSettled<T>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const handle = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(handle);
  }, [value, ms]);
  return settled;
}

function useSentence() {
  const { t, i18n } = useTranslation("ivr_flows");
  return (finding: Finding): string =>
    i18n.exists(`finding.${finding.code}`, { ns: "ivr_flows" }) ? (t(`finding.${finding.code}`, { ...finding.params, ns: "ivr_flows" } as never) as unknown as string) : `${finding.code} ${Object.values(finding.params).join(" ")}`;
}

function Findings({ checked, source, onGo, error }: { checked: Checked | undefined; source: string; onGo: (line: number) => void; error: unknown }) {
  const { t } = useTranslation("ivr_flows");
  const sentence = useSentence();
  if (error && !checked) return <Trouble error={error} />;
  if (!checked) return <div style={{ padding: 16 }}><Skeletons lines={4} /></div>;
  if (checked.findings.length === 0) {
    return (
      <Empty icon={CheckCircle2} title={t("findings.none")}>
        {t("findings.none_text")}
      </Empty>
    );
  }
  return (
    <div className="findings">
      {checked.findings.map((finding, i) => {
        const line = finding.line ?? lineOf(source, finding.node);
        return (
          <button key={i} type="button" disabled={line === null} onClick={() => line !== null && onGo(line)}>
            <Mark tone={finding.level === "error" ? "busy" : "wrap"} icon={finding.level === "error" ? CircleX : TriangleAlert}>
              {t(`severity.${finding.level}`)}
            </Mark>
            <span>{sentence(finding)}</span>
            {(line !== null || finding.node) && (
              <span className="where">{[line === null ? null : t("line", { line }), finding.node].filter(Boolean).join(" · ")}</span>
            )}
          </button>
        );
      })}
    </div>
  );
}

function Versions({ flow, onTake, onBack, may }: { flow: Flow; onTake: (source: string, version: number) => void; onBack: (version: number) => void; may: boolean }) {
  const { t } = useTranslation("ivr_flows");
  const [asked, setAsked] = useState<number | null>(null);
  const version = useVersion(flow.id, asked);
  return (
    <Panel flush label={t("view.versions")}>
      <Table
        label={t("view.versions")}
        rows={flow.versions}
        rowKey={(v) => String(v.version)}
        selected={asked === null ? null : String(asked)}
        onOpen={(v) => setAsked(v.version)}
        columns={[
          { key: "version", title: t("column.version"), cell: (v) => <Button type="link" style={{ padding: 0 }} onClick={() => setAsked(v.version)}>{t("version", { version: v.version })}</Button> },
          { key: "live", title: t("column.state"), cell: (v) => (v.live ? <Mark tone="ready" icon={Radio}>{t("live_now")}</Mark> : <span className="muted">{t("replaced")}</span>) },
          { key: "at", title: t("column.at"), cell: (v) => <Moment at={v.at} /> },
          { key: "by", title: t("column.by"), cell: (v) => v.by ?? "—" },
          { key: "note", title: t("column.note"), cell: (v) => v.note ?? "—" },
        ]}
        empty={<Empty icon={Radio} title={t("versions.none")}>{t("versions.none_todo")}</Empty>}
      />
      {asked !== null && version.data && (
        <div style={{ borderTop: "1px solid var(--line)" }}>
          <div className="panel-head">
            <h2>{t("version", { version: asked })}</h2>
            <span className="grow" />
            {flow.allowed.includes("roll_back") && flow.published !== asked && (
              <Tooltip title={t("versions.back_means", { version: asked })}>
                <Button icon={<Radio size={16} aria-hidden />} onClick={() => onBack(asked)}>
                  {t("versions.back")}
                </Button>
              </Tooltip>
            )}
            {may && (
              <Button icon={<Undo2 size={16} aria-hidden />} onClick={() => onTake(version.data.source, asked)}>
                {t("versions.take")}
              </Button>
            )}
          </div>
          <pre style={{ margin: 0, padding: 16, maxHeight: 420, overflow: "auto" }} tabIndex={0}>
            {version.data.source}
          </pre>
        </div>
      )}
    </Panel>
  );
}

function Edit({ flow }: { flow: Flow }) {
  const { t } = useTranslation("ivr_flows");
  const { t: app } = useTranslation("app");
  const { message, modal } = App.useApp();
  const navigate = useNavigate();
  const problemText = useProblemText();
  const [url, change] = useUrlState(["view"] as const);
  const mayEdit = flow.allowed.includes("save_draft");
  const mayPublish = useMay(PUBLISH);
  const [source, setSource] = useState(flow.source);
  const [saved, setSaved] = useState({ source: flow.source, revision: flow.revision, at: null as number | null });
  const [problem, setProblem] = useState<unknown>(null);
  const [goTo, setGoTo] = useState<{ line: number; asked: number } | null>(null);
  const [publishing, setPublishing] = useState(false);
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const saving = useRef(false);
  const settled = useSettled(source, CHECK_AFTER_MS);
  const toSave = useSettled(source, SAVE_AFTER_MS);
  const check = useCheck(settled);
  const view = url.view === "tree" || url.view === "versions" ? url.view : "source";

  useEffect(() => {
    if (!mayEdit || saving.current || toSave !== source || toSave === saved.source) return;
    saving.current = true;
    saveDraft(flow.id, toSave, saved.revision)
      .then(
        (next) => {
          setSaved({ source: toSave, revision: next.revision, at: serverNow() });
          setProblem(null);
        },
        (error: unknown) => setProblem(error),
      )
      .finally(() => {
        saving.current = false;
      });
  }, [toSave, source, saved, flow.id, mayEdit]);

  const findings = useMemo(() => check.data?.findings ?? [], [check.data]);
  const errors = findings.filter((f) => f.level === "error").length;
  const marks = useMemo(() => {
    const found = new Map<number, Finding["level"]>();
    for (const finding of findings) {
      const line = finding.line ?? lineOf(settled, finding.node);
      if (line !== null && found.get(line) !== "error") found.set(line, finding.level);
    }
    return found;
  }, [findings, settled]);
  const unsaved = source !== saved.source;
  const unchanged = !flow.changed && !unsaved && saved.source === flow.source;
  const blocked = !mayPublish ? t("publish.not_allowed") : errors > 0 ? t("publish.errors", { errors }) : unsaved || check.isPending ? t("publish.wait") : unchanged ? t("publish.unchanged") : null;
  const go = (line: number) => {
    change({ view: null });
    setGoTo((was) => ({ line, asked: (was?.asked ?? 0) + 1 }));
  };
  const said = problem ? problemText(problem) : null;

  async function send(): Promise<void> {
    setBusy(true);
    try {
      const next = await publish(flow.id, saved.revision, note);
      setSaved({ source, revision: next.revision, at: saved.at });
      message.success(t("publish.done"));
      setPublishing(false);
      setNote("");
    } catch (error) {
      setProblem(error);
      setPublishing(false);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Page
      title={flow.name}
      heading={
        <span className="row">
          <Link to="/ivr_flows" aria-label={t("back")} className="row">
            <ArrowLeft size={20} aria-hidden />
          </Link>
          {flow.name}
        </span>
      }
      lead={<FlowState flow={flow} />}
      actions={
        <>
          <span className="muted" role="status">
            {!mayEdit ? t("read_only") : unsaved ? t("saving") : saved.at ? t("saved", { at: clock(saved.at) }) : ""}
          </span>
          {flow.allowed.includes("delete") && (
            <Button
              type="text"
              aria-label={t("flow.delete_title", { name: flow.name })}
              icon={<Trash2 size={16} aria-hidden />}
              onClick={() =>
                modal.confirm({
                  title: t("flow.delete_title", { name: flow.name }),
                  content: t("flow.delete_means"),
                  okText: t("flow.delete"),
                  okButtonProps: { danger: true },
                  cancelText: app("cancel"),
                  onOk: () =>
                    deleteFlow(flow.id).then(
                      () => {
                        message.success(t("flow.deleted", { name: flow.name }));
                        return navigate("/ivr_flows");
                      },
                      (error: unknown) => setProblem(error),
                    ),
                })
              }
            />
          )}
          <Tooltip title={blocked}>
            <Button type="primary" disabled={blocked !== null} onClick={() => setPublishing(true)} icon={<Radio size={16} aria-hidden />}>
              {t("publish.open")}
            </Button>
          </Tooltip>
        </>
      }
    >
      <div className="row wrap">
        <div className="choose" role="group" aria-label={t("view.label")}>
          {(["source", "tree", "versions"] as const).map((key) => (
            <button key={key} type="button" aria-pressed={view === key} onClick={() => change({ view: key === "source" ? null : key })}>
              {t(`view.${key}`)}
            </button>
          ))}
        </div>
        {flow.numbers.length > 0 && <span className="muted">{t("reached_by", { numbers: flow.numbers.join("、") })}</span>}
      </div>
      {said && (
        <Notice tone="busy" title={said.what}>
          {said.todo}
        </Notice>
      )}
      {view === "source" && (
        <div className="flow-edit">
          <section className="panel" aria-label={t("view.source")}>
            <span />
            <Editor value={source} onChange={setSource} readOnly={!mayEdit} label={t("view.source")} marks={marks} goTo={goTo} />
          </section>
          <section className="panel" aria-label={t("findings.title")}>
            <div className="panel-head">
              <h2>{t("findings.title")}</h2>
              <span className="grow" />
              {check.data && (
                <Mark tone={errors > 0 ? "busy" : findings.length > 0 ? "wrap" : "ready"} icon={errors > 0 ? CircleX : findings.length > 0 ? TriangleAlert : CheckCircle2}>
                  {errors > 0 ? t("findings.errors", { errors }) : t("findings.may")}
                </Mark>
              )}
            </div>
            <Findings checked={check.data} source={settled} onGo={go} error={check.error} />
          </section>
        </div>
      )}
      {view === "tree" &&
        (check.data?.graph ? (
          <Suspense fallback={<Skeleton height={460} />}>
            <Tree
              graph={check.data.graph}
              findings={findings}
              onOpen={(node) => {
                const line = lineOf(source, node);
                if (line !== null) go(line);
              }}
            />
          </Suspense>
        ) : check.isError ? (
          <Panel>
            <Trouble error={check.error} retry={() => void check.refetch()} />
          </Panel>
        ) : check.data ? (
          <Panel>
            <Empty icon={TriangleAlert} title={t("tree.none")}>
              {t("tree.none_todo")}
            </Empty>
          </Panel>
        ) : (
          <Skeleton height={460} />
        ))}
      {view === "versions" && (
        <Versions
          flow={flow}
          may={mayEdit}
          onBack={(version) =>
            void rollBack(flow.id, saved.revision, version).then(
              (next) => {
                setSaved((was) => ({ ...was, revision: next.revision }));
                message.success(t("versions.back_done", { version }));
              },
              (error: unknown) => setProblem(error),
            )
          }
          onTake={(text, version) => {
            setSource(text);
            change({ view: null });
            message.info(t("versions.taken", { version }));
          }}
        />
      )}
      <Modal open={publishing} title={t("publish.title", { name: flow.name })} onCancel={() => setPublishing(false)} okText={t("publish.send", { version: (flow.published ?? 0) + 1 })} cancelText={app("cancel")} confirmLoading={busy} onOk={() => void send()} width={520}>
        <div className="stack">
          <p>{t("publish.consequence", { numbers: flow.numbers.join("、") || t("no_number") })}</p>
          {findings.length > 0 && (
            <Notice tone="wrap" title={t("publish.warnings", { warnings: findings.length })}>
              {t("publish.warnings_text")}
            </Notice>
          )}
          <label className="muted" htmlFor="note">
            {t("publish.note")}
          </label>
          <Input id="note" value={note} maxLength={200} onChange={(event) => setNote(event.target.value)} />
        </div>
      </Modal>
    </Page>
  );
}

export default function FlowPage() {
  const { t } = useTranslation("ivr_flows");
  const { id = "" } = useParams();
  const flow = useFlow(id);
  if (flow.data) return <Edit key={flow.data.id} flow={flow.data} />;
  return (
    <Page title={t("title")}>
      <Panel>{flow.isError ? <Trouble error={flow.error} retry={() => void flow.refetch()} /> : <Skeletons lines={12} />}</Panel>
    </Page>
  );
}
