// The texts of notices: written by one, approved by another; the versions before stay as they were.
import { Button } from "antd";
import { FilePlus2, MessageSquareText } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Empty, ListMoment, Page, Panel, Table, Trouble } from "@kit";
import { useAgents } from "@lib/directory";
import { useMay } from "@lib/session";
import { useTemplates, type Template } from "./api";
import { WRITE_TEMPLATES } from "./permissions";
import { Tabs } from "./tabs";
import { TemplateDialog } from "./template-dialog";
import { StageMark } from "./words";
import "./notices.css";

export default function TemplatesPage() {
  const { t } = useTranslation("notices");
  const asked = useTemplates();
  const agents = useAgents();
  const mayWrite = useMay(WRITE_TEMPLATES);
  const [open, setOpen] = useState<Template | "new" | null>(null);
  const add = mayWrite && (
    <Button type="primary" icon={<FilePlus2 size={16} aria-hidden />} onClick={() => setOpen("new")}>
      {t("template.new")}
    </Button>
  );
  return (
    <Page title={t("template.title")} lead={t("template.lead")} actions={add}>
      <Tabs />
      <Panel flush label={t("template.title")}>
        {asked.isError && !asked.data ? (
          <Trouble error={asked.error} retry={() => void asked.refetch()} />
        ) : (
          <Table
            label={t("template.title")}
            rows={asked.data}
            rowKey={(template) => `${template.code} ${template.language} ${template.version}`}
            onOpen={setOpen}
            expect={12}
            columns={[
              { key: "name", title: t("template.name"), width: 170, cell: (template) => <button type="button" className="linkish strong" onClick={() => setOpen(template)}>{template.name}</button> },
              { key: "body", title: t("column.text"), cell: (template) => <span className="notice-text">{template.body}</span> },
              { key: "class", title: t("one.class"), cell: (template) => <span className="nowrap">{t(`class.${template.class}`)}{template.language === "en" ? " · English" : ""}</span> },
              { key: "state", title: t("column.state"), cell: (template) => <span className="nowrap"><StageMark state={template.state} /> <span className="muted">{t("one.version_of", { version: template.version })}</span></span> },
              { key: "who", title: t("template.by"), cell: (template) => <span className="nowrap">{agents.name(template.reviewed_by ?? template.written_by) ?? t("template.house")}</span> },
              { key: "at", title: t("column.changed"), cell: (template) => <ListMoment at={template.reviewed_at ?? template.written_at} /> },
            ]}
            empty={
              <Empty icon={MessageSquareText} title={t("template.none")} action={add}>
                {t("template.none_todo")}
              </Empty>
            }
          />
        )}
      </Panel>
      {open && <TemplateDialog key={open === "new" ? "new" : `${open.code} ${open.language} ${open.version}`} template={open === "new" ? null : open} all={asked.data ?? []} onClose={() => setOpen(null)} />}
    </Page>
  );
}
