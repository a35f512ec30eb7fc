// A list as a file: asked for with the filters of the list, watched while it is written, fetched; in the language of the screen.
import { App, Button, Dropdown } from "antd";
import { Download } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@lib/api";
import { count } from "@lib/format";
import { useProblemText } from "./feedback";

interface Job {
  id: string;
  state: "running" | "done" | "failed";
  /** Rows written so far. */
  rows: number;
  /** There was more than a sheet holds. */
  cut: boolean;
}
const FORMATS = ["xlsx", "csv"] as const;
const WAIT_MS = 500;

/** `path` takes a POST with the filters, `path/ID` says how far it is, `path/ID/file` is the file. `title`: where a page has several. */
export function ExportButton({ path, filters, title }: { path: string; filters: Record<string, unknown>; title?: string }) {
  const { t, i18n } = useTranslation("app");
  const { message } = App.useApp();
  const problemText = useProblemText();
  const [rows, setRows] = useState<number | null>(null);

  async function write(format: (typeof FORMATS)[number]): Promise<void> {
    setRows(0);
    try {
      let job = await api.post<Job>(path, { format, language: i18n.language, ...filters });
      while (job.state === "running") {
        await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
        job = await api.get<Job>(`${path}/${job.id}`);
        setRows(job.rows);
      }
      if (job.state === "failed") {
        message.error(t("export.failed"));
        return;
      }
      window.location.assign(`${path}/${job.id}/file`);
      if (job.cut) message.warning(t("export.cut", { rows: count(job.rows) }));
      else message.success(t("export.ready", { rows: count(job.rows) }));
    } catch (error) {
      message.error(problemText(error).what);
    } finally {
      setRows(null);
    }
  }

  return (
    <Dropdown
      trigger={["click"]}
      disabled={rows !== null}
      menu={{ items: FORMATS.map((key) => ({ key, label: t(`export.${key}`) })), onClick: ({ key }) => void write(key === "csv" ? "csv" : "xlsx") }}
    >
      <Button loading={rows !== null} icon={<Download size={16} aria-hidden />}>
        {rows ? t("export.rows", { rows: count(rows) }) : (title ?? t("export.title"))}
      </Button>
    </Dropdown>
  );
}
