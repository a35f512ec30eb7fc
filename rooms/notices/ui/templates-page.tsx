// The texts of notices: written by one, approved by another; the versions before stay as they were.
import { App, Button } from "antd";
import { FilePlus2, MessageSquareText, Sparkles } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Empty, ListMoment, Notice, Page, Panel, Table, Trouble, useProblemText } from "@kit";
import { useAgents } from "@lib/directory";
import { useMay } from "@lib/session";
import { takeHouse, useTemplates, type Template } from "./api";
import { WRITE_TEMPLATES } from "./permissions";
import { Tabs } from "./tabs";
import { TemplateDialog } from "./template-dialog";
import { NewerMark, StageMark } from "./words";
import "./notices.css";

export default function TemplatesPage() {
  const { t } = useTranslation("notices");
  const asked = useTemplates();
  const agents = useAgents();
  const mayWrite = useMay(WRITE_TEMPLATES);
  const [open, setOpen] = useState<Template | "new" | null>(null);
  const { message } = App.useApp();
  const problem = useProblemText();
  const newer = asked.data?.filter((template) => template.newer !== null) ?? [];
  const take = (template: Template) => takeHouse(template).then(() => message.success(t("template.taken")), (error: unknown) => message.error(problem(error).what));
  const add = mayWrite && (
    <Button type="primary" icon={<FilePlus2 size={16} aria-hidden />} onClick={() => setOpen("new")}>
      {t("template.new")}
    </Button>
  );
  return (
    <Page title={t("template.title")} lead={t("template.lead")} actions={add}>
      <Tabs />
      {newer.length > 0 && (
        <Notice tone="wrap" icon={Sparkles} title={t("template.newer", { count: newer.length })}>
          {t(mayWrite ? "template.newer_todo" : "template.newer_ask")}
        </Notice>
      )}
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
              { key: "state", title: t("column.state"), cell: (template) => <span className="nowrap"><StageMark state={template.state} /> <span className="muted">{t("one.version_of", { version: template.version })}</span>{template.newer && <><br /><NewerMark /></>}</span> },
              ...(mayWrite && newer.length > 0
                ? [{ key: "take", title: t("template.take_title"), cell: (template: Template) => template.newer && <Button size="small" onClick={() => void take(template)}>{t("template.take")}</Button> }]
                : []),
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
      {open && <TemplateDialog onTake={mayWrite ? take : undefined} key={open === "new" ? "new" : `${open.code} ${open.language} ${open.version}`} template={open === "new" ? null : open} all={asked.data ?? []} onClose={() => setOpen(null)} />}
    </Page>
  );
}
