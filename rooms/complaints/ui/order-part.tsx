// On the page of an order: its level as the rules propose it, until the committee has decided, and where the case stands.
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Panel } from "@kit";
import { useMay } from "@lib/session";
import type { SlotProps } from "@lib/slots";
import { useCaseIfAny } from "./api";
import { LevelMark, StageMark } from "./marks";
import { SEE } from "./permissions";

export default function OrderCase({ order }: SlotProps["order.parts"]) {
  const { t } = useTranslation("complaints");
  const of = useCaseIfAny(order, useMay(SEE)).data;
  if (!of) return null;
  const grounds = of.proposal.grounds.map((one) => t(`ground.${one.ground}` as "ground.repeat", { count: one.count ?? 0 })).join("、");
  return (
    <Panel
      title={t("of_order.title")}
      extra={<Link className="not-on-paper" to={`/complaints/${order}`}>{t("of_order.open")}</Link>}
    >
      <span className="row tight wrap">
        <LevelMark level={of.level} confirmed={of.level_by !== null} />
        <StageMark stage={of.stage} />
        {grounds && <span className="soft">{t("proposed")}：{t(`level.${of.proposal.level}`)}（{grounds}）</span>}
      </span>
      {of.level_by === null && (of.level === "major" || of.level === "special") && <p className="soft">{t("of_order.told")}</p>}
    </Panel>
  );
}
