// What customers wrote back: each is looked at by somebody, who says so.
import { Button } from "antd";
import { CheckCheck, Clock, MessageSquareReply } from "lucide-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Empty, ListMoment, Mark, Moment, Notice, Page, useProblemText } from "@kit";
import { Listed } from "@kit/listed";
import { useAgents } from "@lib/directory";
import { useUrlState } from "@lib/url";
import { seeReply, useReplies, useTemplates, type ReplyRow } from "./api";
import { Tabs } from "./tabs";
import "./notices.css";

/** What it answers: the text that was sent, and the order where it was about one. */
function Answers({ reply, names }: { reply: ReplyRow; names: Map<string, string> }) {
  const { t } = useTranslation("notices");
  if (!reply.notice) return <span className="muted">{t("reply.to_nothing")}</span>;
  const name = names.get(reply.template ?? "") ?? reply.template;
  return (
    <>
      <Link className="nowrap" to={`/notices?open=${reply.notice}`}>{name}</Link>
      {reply.about?.room === "work_orders" && (
        <p>
          <Link to={`/work_orders/${reply.about.id}`}>{t("reply.order")}</Link>
        </p>
      )}
    </>
  );
}

export default function RepliesPage() {
  const { t } = useTranslation("notices");
  const [url, change] = useUrlState(["all", "before"] as const);
  const all = url.all === "true";
  const asked = useReplies(!all, url.before);
  const templates = useTemplates();
  const agents = useAgents();
  const problem = useProblemText();
  const [failed, setFailed] = useState<unknown>(null);
  const names = useMemo(() => new Map((templates.data ?? []).map((template) => [template.code, template.name])), [templates.data]);
  return (
    <Page
      title={t("reply.title")}
      lead={t("reply.lead")}
      actions={
        <span className="choose">
          <button type="button" aria-pressed={all} onClick={() => change({ all: all ? null : "true", before: null })}>
            {t("reply.all")}
          </button>
        </span>
      }
    >
      <Tabs />
      {failed ? <Notice tone="busy" title={problem(failed).what} /> : null}
      <Listed
        label={t("reply.title")}
        of={asked}
        rowKey={(reply) => reply.id}
        expect={8}
        columns={[
          { key: "at", title: t("column.at"), cell: (reply) => <ListMoment at={reply.at} /> },
          { key: "from", title: t("reply.from"), cell: (reply) => <span className="nowrap">{reply.from}</span> },
          { key: "text", title: t("column.text"), cell: (reply) => <span className="notice-text">{reply.text}</span> },
          { key: "to", title: t("reply.answers"), cell: (reply) => <Answers reply={reply} names={names} /> },
          {
            key: "seen",
            title: t("column.state"),
            width: 200,
            cell: (reply) =>
              reply.seen_at ? (
                <>
                  <Mark tone="ready" icon={CheckCheck}>{t("reply.seen")}</Mark>
                  <p className="muted">
                    {agents.name(reply.seen_by)} <Moment at={reply.seen_at} seconds={false} />
                  </p>
                </>
              ) : (
                <span className="row tight">
                  <Mark tone="wrap" icon={Clock}>{t("reply.unseen")}</Mark>
                  <Button size="small" icon={<CheckCheck size={15} aria-hidden />} onClick={() => void seeReply(reply.id).then(() => setFailed(null), setFailed)}>
                    {t("reply.see")}
                  </Button>
                </span>
              ),
          },
        ]}
        empty={
          <Empty icon={MessageSquareReply} title={t(all ? "reply.none" : "reply.none_unseen")}>
            {t("reply.none_todo")}
          </Empty>
        }
      />
    </Page>
  );
}
