// On the page of an order: what the customer was told about it, and whether it arrived.
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Moment, Panel } from "@kit";
import { useMay } from "@lib/session";
import type { SlotProps } from "@lib/slots";
import { useNoticesAbout, useTemplates } from "./api";
import { NoticeDialog } from "./notice-dialog";
import { READ } from "./permissions";
import { ChannelWord, StateMark, useWhy } from "./words";
import "./notices.css";

export default function OrderNotices({ order }: SlotProps["order.parts"]) {
  const { t } = useTranslation("notices");
  const may = useMay(READ);
  const sent = useNoticesAbout("work_orders", order, may).data;
  const templates = useTemplates(may).data;
  const names = useMemo(() => new Map((templates ?? []).map((template) => [template.code, template.name])), [templates]);
  const why = useWhy();
  const [open, setOpen] = useState<string | null>(null);
  if (!may || !sent) return null;
  return (
    <Panel title={t("about.title")}>
      {sent.length === 0 ? (
        <p className="muted">{t("about.none")}</p>
      ) : (
        <ul className="notice-lines">
          {sent.map((notice) => (
            <li key={notice.id} className="notice-about">
              <span className="row tight wrap">
                <button type="button" className="linkish" onClick={() => setOpen(notice.id)}>
                  {names.get(notice.template) ?? notice.template}
                </button>
                <ChannelWord channel={notice.channel} />
                <span className="nowrap">{notice.to}</span>
                <span className="grow" />
                <StateMark state={notice.state} />
              </span>
              <p className="notice-said">{notice.text}</p>
              <span className="muted">
                <Moment at={notice.created_at} seconds={false} /> {why(notice)}
              </span>
            </li>
          ))}
        </ul>
      )}
      {open && <NoticeDialog key={open} id={open} names={names} onClose={() => setOpen(null)} />}
    </Panel>
  );
}
