// What belongs to an order beside its matter: result, urges, supervisions, files, the reports that follow it.
import { FileLock, FileText } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Facts, Mark, Moment, Panel, Skeletons } from "@kit";
import { useAgents } from "@lib/directory";
import { bytes } from "@lib/format";
import { BadgeCheck, BellRing, CircleCheckBig, CircleX, Hourglass } from "lucide-react";
import { AttachButton } from "../acts/buttons";
import { attachmentAt, useChildren, type Order } from "../api";
import { StateMark, useTopic } from "../marks";

export function ResultPart({ order }: { order: Order }) {
  const { t } = useTranslation("work_orders");
  const result = order.result;
  if (!result) return null;
  return (
    <Panel title={t("part.result")}>
      <div className="stack">
        <Facts
          items={[
            [t("result.cause"), result.cause],
            [t("result.action"), result.action],
            [t("result.done_at"), result.done_at && <Moment key="at" at={result.done_at} seconds={false} />],
            [t("result.person"), result.person],
            ...(result.substantiated !== null ? ([[t("result.substantiated"), result.substantiated ? t("yes_no.yes") : t("yes_no.no")]] as [string, string][]) : []),
            [t("ask.told"), result.told || null],
            [t("ask.evidence"), result.evidence || null],
          ]}
        />
      </div>
    </Panel>
  );
}

export function UrgesPart({ order }: { order: Order }) {
  const { t } = useTranslation("work_orders");
  const agents = useAgents();
  if (order.urged.length === 0) return null;
  return (
    <Panel title={t("part.urges", { count: order.urged.length })}>
      <ol className="order-steps">
        {order.urged.map((urge, at) => (
          <li key={at}>
            <span className="row tight wrap">
              <Mark tone="rest" icon={BellRing}>{t(`urged_by.${urge.by}`)}</Mark>
              <span className="muted"><Moment at={urge.at} seconds={false} /> {agents.name(urge.who)}</span>
            </span>
            <p className="order-words">{urge.words}</p>
            {urge.promise && <p className="soft">{t("urge_promised", { promise: urge.promise })}</p>}
            {urge.answer ? <p><b>{t("answered")}</b> {urge.answer}</p> : <Mark tone="wrap" icon={Hourglass}>{t("not_answered")}</Mark>}
          </li>
        ))}
      </ol>
    </Panel>
  );
}

export function SupervisionsPart({ order }: { order: Order }) {
  const { t } = useTranslation("work_orders");
  const agents = useAgents();
  if (order.supervisions.length === 0) return null;
  return (
    <Panel title={t("part.supervisions")}>
      <ol className="order-steps">
        {order.supervisions.map((one, at) => (
          <li key={at}>
            <span className="row tight wrap">
              <Mark tone="busy" icon={BadgeCheck}>{t(`grade.${one.grade}`)}</Mark>
              <span>{t(`supervision_reason.${one.reason}`)}</span>
              <span className="grow" />
              {one.evaluation !== null ? <Mark tone="ready" icon={CircleCheckBig}>{t("supervision.evaluated")}</Mark> : one.reply !== null ? <Mark tone="wrap" icon={Hourglass}>{t("supervision.replied")}</Mark> : <Mark tone="busy" icon={CircleX}>{t("not_answered")}</Mark>}
            </span>
            <p className="order-words">{one.action}</p>
            {one.reply !== null && <p><b>{t("answered")}</b> {one.reply}</p>}
            {one.evaluation !== null && <p className="soft">{one.evaluation}</p>}
            <span className="muted"><Moment at={one.at} seconds={false} /> {agents.name(one.who) ?? t("by_itself")} · {t("clocks.until")} <Moment at={one.due} seconds={false} /></span>
          </li>
        ))}
      </ol>
    </Panel>
  );
}

export function FilesPart({ order }: { order: Order }) {
  const { t } = useTranslation("work_orders");
  const may = order.allowed.some(({ act, barred }) => act === "attach" && barred === undefined);
  if (!may && order.attachments.length === 0) return null;
  return (
    <Panel title={t("part.files")} extra={may && <AttachButton order={order} />}>
      {order.attachments.length === 0 ? (
        <p className="muted">{t("files.none")}</p>
      ) : (
        <ul className="order-files">
          {order.attachments.map((file) => (
            <li key={file.id}>
              {file.opens ? (
                <a href={attachmentAt(order.id, file.id)} target="_blank" rel="noreferrer">
                  {file.mime.startsWith("image/") ? <img src={attachmentAt(order.id, file.id)} alt={file.name || t(`file_kind.${file.what}`)} loading="lazy" /> : <FileText size={36} strokeWidth={1.4} aria-hidden />}
                  <span className="clip">{file.name || t(`file_kind.${file.what}`)}</span>
                </a>
              ) : (
                <span className="row tight" title={t("files.closed")}>
                  <FileLock size={36} strokeWidth={1.4} aria-hidden />
                  <span className="clip">{file.name || t(`file_kind.${file.what}`)}</span>
                </span>
              )}
              <span className="muted">
                {t(`file_kind.${file.what}`)} · {bytes(file.bytes)}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

export function ChildrenPart({ order }: { order: Order }) {
  const { t } = useTranslation("work_orders");
  const topic = useTopic();
  const children = useChildren(order.id, order.children > 0);
  if (order.children === 0) return null;
  return (
    <Panel title={t("part.children", { count: order.children })}>
      {!children.data ? (
        <Skeletons lines={3} />
      ) : (
        <ul className="order-lines">
          {children.data.map((child) => (
            <li key={child.id}>
              <Link to={`/work_orders/${child.number}`}>{child.number}</Link>
              <StateMark state={child.state} />
              <span className="soft clip">{[topic(child), child.contact, child.phone, child.address].filter(Boolean).join(" · ")}</span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
