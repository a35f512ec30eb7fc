// The report of one storm, to be read and printed.
import { Button } from "antd";
import { Printer } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { Facts, Page, Panel, Skeletons, Trouble } from "@kit";
import { serverNow } from "@lib/clock";
import { count, duration, moment } from "@lib/format";
import { useReport, type Line } from "./api";
import { share } from "./share";
import { Tabs } from "./tabs";
import { useWho, useWhy } from "./why";
import "./storms.css";

function Body({ line }: { line: Line }) {
  const { t } = useTranslation("storms");
  const why = useWhy();
  const who = useWho();
  const { load, ...report } = line.report;
  const counted = (keys: (keyof typeof load)[]): [string, string][] => keys.map((key) => [t(`report.${key}`), count(load[key])]);
  const rates = ["answer_rate", "overall_rate", "in_20_s_rate", "abandon_rate", "blocked_rate", "self_served_rate"] as const;
  return (
    <>
      <Panel title={t("report.when")}>
        <Facts
          items={[
            [t("report.from_to"), `${moment(line.began_at, false)} – ${line.ended_at ? moment(line.ended_at, false) : t("past.goes_on")}`],
            [t("past.lasted"), duration((line.ended_at ? Date.parse(line.ended_at) : serverNow()) - Date.parse(line.began_at))],
            [t("report.began"), `${who(line.began_by)}${t("colon")}${why.began(line)}`],
            [t("report.ended"), line.ended_at ? `${who(line.ended_by)}${t("colon")}${why.ended(line)}` : "—"],
          ]}
        />
      </Panel>
      <Panel title={t("report.rates")}>
        <Facts items={rates.map((key) => [t(`report.${key}`), share(report[key])])} />
      </Panel>
      <Panel title={t("report.load")}>
        <Facts
          items={[
            ...counted(["offered", "blocked", "requests", "answered", "abandoned", "self_served"]),
            [t("report.peak_arrived"), count(report.peak_arrived)],
            [t("report.peak_waiting"), count(report.peak_waiting)],
            [t("report.longest"), duration(load.longest_wait_ms)],
          ]}
        />
      </Panel>
      <Panel title={t("report.effects")}>
        <Facts items={counted(["heard", "heard_and_went", "held_back", "waited_anyway", "callbacks", "callbacks_kept", "breaks_refused"])} />
      </Panel>
    </>
  );
}

export default function ReportPage() {
  const { t } = useTranslation("storms");
  const { id = "" } = useParams();
  const report = useReport(id);
  const line = report.data;
  return (
    <Page title={t("report.title")} lead={line && moment(line.began_at, false)} actions={<Button className="storm-no-print" icon={<Printer size={16} aria-hidden />} onClick={() => window.print()}>{t("report.print")}</Button>}>
      <Tabs />
      {line ? <Body line={line} /> : report.isError ? <Trouble error={report.error} retry={() => void report.refetch()} page /> : <Skeletons lines={8} />}
    </Page>
  );
}
