// Customers, or the network, from a file: upload, say what the columns are, try, see what would happen, run, fetch what could not be taken.
import { App, Button, Progress, Select, Upload } from "antd";
import { ArrowLeft, CalendarX, CircleCheck, CircleX, Download, FileSpreadsheet, FlaskConical, LoaderCircle, Play, UploadCloud } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Facts, ListMoment, Mark, Notice, Page, Panel, Table, useProblemText, type Tone } from "@kit";
import { count } from "@lib/format";
import { useUrlState } from "@lib/url";
import { cancelImport, COLUMNS, errorsOf, NETWORK_COLUMNS, runImport, uploadImport, useImport, useImports, type Column, type ImportJob, type What } from "./jobs";
import "./customers.css";

const LOOK: Record<ImportJob["state"], [Tone, typeof CircleCheck]> = {
  uploaded: ["accent", FileSpreadsheet],
  running: ["call", LoaderCircle],
  tried: ["hold", FlaskConical],
  done: ["ready", CircleCheck],
  cancelled: ["offline", CircleX],
  failed: ["busy", CircleX],
  expired: ["offline", CalendarX],
};
const BYTES_MAX = 64 * 1024 * 1024;

function State({ job }: { job: ImportJob }) {
  const { t } = useTranslation("customers");
  const [tone, icon] = LOOK[job.state];
  return (
    <Mark tone={tone} icon={icon}>
      {t(`import.state.${job.state}`)}
    </Mark>
  );
}

function Mapping({ what, job, columns, onChange }: { what: What; job: ImportJob; columns: (Column | null)[]; onChange: (columns: (Column | null)[]) => void }) {
  const { t } = useTranslation("customers");
  return (
    <div className="table-wrap">
      <table className="table" aria-label={t("import.columns")}>
        <thead>
          <tr>
            {job.headings.map((heading, at) => (
              <th key={at} scope="col">
                <div>{heading || "—"}</div>
                <Select
                  size="small"
                  style={{ width: 140 }}
                  allowClear
                  aria-label={t("import.column_of", { heading })}
                  placeholder={t("import.left_out")}
                  value={columns[at] ?? null}
                  options={(what === "network" ? NETWORK_COLUMNS : COLUMNS).map((value) => ({ value, label: t(`column.${value}`), disabled: value !== columns[at] && columns.includes(value) }))}
                  onChange={(next: Column | null | undefined) => onChange(job.headings.map((_, other) => (other === at ? (next ?? null) : (columns[other] ?? null))))}
                />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {job.sample.map((row, at) => (
            <tr key={at}>
              {job.headings.map((_, column) => (
                <td key={column}>{row[column] ?? ""}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Job({ what, id }: { what: What; id: string }) {
  const { t } = useTranslation("customers");
  const { message } = App.useApp();
  const problemText = useProblemText();
  const { data: job } = useImport(what, id);
  const [chosen, setChosen] = useState<(Column | null)[] | null>(null);
  if (!job) return null;
  const columns = chosen ?? job.columns;
  const running = job.state === "running";
  const run = (what: () => Promise<unknown>) => void what().catch((error: unknown) => message.error(problemText(error).what));
  const { rows, new: made, changed, same, wrong } = job.counts;
  return (
    <>
      <Panel
        title={job.title}
        extra={<State job={job} />}
      >
        <div className="stack" style={{ gap: 16 }}>
          {job.failure && (
            <Notice tone="busy" title={t("import.failed")}>
              {t(`trouble.${job.failure}`)}
            </Notice>
          )}
          {!job.files && (
            <Notice tone="offline" title={t("import.gone")}>
              {t("import.gone_todo")}
            </Notice>
          )}
          {job.state === "tried" && (
            <Notice tone={wrong > 0 ? "wrap" : "ready"} title={t("import.tried")}>
              {t("import.tried_todo")}
            </Notice>
          )}
          {running ? (
            <div className="row">
              <Progress percent={100} status="active" showInfo={false} style={{ maxWidth: 320 }} />
              <span>{t("import.done_rows", { rows: count(job.done ?? 0) })}</span>
              <Button onClick={() => run(() => cancelImport(what, id))}>{t("import.cancel")}</Button>
            </div>
          ) : (
            <Facts
              items={[
                [t("import.rows"), count(rows)],
                [t("import.new"), count(made)],
                [t("import.changed"), count(changed)],
                [t("import.same"), count(same)],
                [t("import.wrong"), wrong > 0 && job.files ? <a key="e" href={errorsOf(what, id)} download><Download size={14} aria-hidden /> {t("import.errors", { rows: count(wrong) })}</a> : count(wrong)],
              ]}
            />
          )}
          <div className="row">
            <Button disabled={running || !job.files} icon={<FlaskConical size={16} aria-hidden />} onClick={() => run(() => runImport(what, id, columns, true))}>
              {t("import.try")}
            </Button>
            <Button type="primary" disabled={running || job.state === "uploaded" || !job.files} title={job.state === "uploaded" ? t("import.try_first") : undefined} icon={<Play size={16} aria-hidden />} onClick={() => run(() => runImport(what, id, columns, false))}>
              {t("import.run")}
            </Button>
            <span className="muted">{t("import.again")}</span>
          </div>
        </div>
      </Panel>
      {job.problems.length > 0 && (
        <Panel flush title={t("import.problems")}>
          <Table
            label={t("import.problems")}
            rows={job.problems}
            rowKey={(one) => `${one.row} ${one.column}`}
            columns={[
              { key: "row", title: t("import.row"), num: true, cell: (one) => count(one.row) },
              { key: "column", title: t("import.column"), cell: (one) => t(`column.${one.column}`) },
              { key: "value", title: t("import.value"), cell: (one) => one.value || "—" },
              { key: "why", title: t("import.why_label"), cell: (one) => t(`import.why.${one.why as "missing"}`) },
            ]}
            empty={null}
          />
        </Panel>
      )}
      <Panel flush title={t("import.columns")}>
        <Mapping what={what} job={job} columns={columns} onChange={setChosen} />
      </Panel>
    </>
  );
}

export default function ImportPage() {
  return <ImportScreen what="customers" />;
}

export function ImportScreen({ what }: { what: What }) {
  const { t } = useTranslation("customers");
  const { message } = App.useApp();
  const problemText = useProblemText();
  const [url, change] = useUrlState(["job"] as const);
  const jobs = useImports(what);
  const title = what === "network" ? t("network.import") : t("import.title");
  return (
    <Page
      title={title}
      heading={
        <span className="row">
          <Link to={what === "network" ? "/customers/network" : "/customers"} aria-label={what === "network" ? t("network.back") : t("back")} className="row">
            <ArrowLeft size={20} aria-hidden />
          </Link>
          {title}
        </span>
      }
    >
      <Upload.Dragger
        accept=".csv,.xlsx,text/csv"
        maxCount={1}
        showUploadList={false}
        beforeUpload={(file) => {
          // Said at once: a server that stops reading looks like a broken line.
          if (file.size > BYTES_MAX) {
            message.error(`${t("refusal.bad_file", { why: "too_large" })}`);
            return false;
          }
          uploadImport(what, file)
            .then((job) => change({ job: job.id }))
            .catch((error: unknown) => message.error(problemText(error).what));
          return false;
        }}
      >
        <p>
          <UploadCloud size={28} aria-hidden />
        </p>
        <p className="strong">{t("import.drop")}</p>
        <p className="muted">{what === "network" ? t("network.import_help") : t("import.drop_help")}</p>
      </Upload.Dragger>
      {url.job && <Job key={url.job} what={what} id={url.job} />}
      <Panel flush title={t("import.late")}>
        <Table
          label={t("import.late")}
          rows={jobs.data}
          rowKey={(job) => job.id}
          onOpen={(job) => change({ job: job.id })}
          selected={url.job ?? null}
          expect={3}
          columns={[
            { key: "title", title: t("import.file"), cell: (job) => <button type="button" className="linkish" onClick={() => change({ job: job.id })}>{job.title}</button> },
            { key: "at", title: t("import.at"), cell: (job) => <ListMoment at={job.at} /> },
            { key: "state", title: t("import.state_label"), cell: (job) => <State job={job} /> },
            { key: "new", title: t("import.new"), num: true, cell: (job) => count(job.counts.new) },
            { key: "changed", title: t("import.changed"), num: true, cell: (job) => count(job.counts.changed) },
            { key: "wrong", title: t("import.wrong"), num: true, cell: (job) => count(job.counts.wrong) },
          ]}
          empty={<p className="muted" style={{ padding: 16 }}>{t("import.never")}</p>}
        />
      </Panel>
    </Page>
  );
}
