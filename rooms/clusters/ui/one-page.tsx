// One suspected outage by its number, whatever became of it.
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { Page } from "@kit";
import { Loaded } from "@kit/settings";
import { useFresh, useProposal } from "./api";
import { Detail } from "./detail";
import { Tabs } from "./marks";

export default function OnePage() {
  const { t } = useTranslation("clusters");
  const { number = "" } = useParams();
  useFresh();
  const one = useProposal(number);
  return (
    <Page title={t("one.title", { number })}>
      <Tabs />
      <Loaded of={one}>{(of) => <Detail of={of} />}</Loaded>
    </Page>
  );
}
