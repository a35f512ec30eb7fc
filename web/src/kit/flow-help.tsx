// What a setting's flow is for, and the way to one where it is not published: nobody is called with a name alone.
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useFlowList } from "@lib/directory";

export function FlowHelp({ flow, children }: { flow: string; children: ReactNode }) {
  const { t } = useTranslation("app");
  const flows = useFlowList();
  const name = flow.trim();
  const known = flows?.find((one) => one.name === name);
  const missing = flows !== null && name !== "" && !known?.published;
  return (
    <>
      {children}
      {missing && (
        <>
          {" "}
          <strong>{t("flow.not_published", { flow: name })}</strong> <Link to={known ? "/ivr_flows" : `/ivr_flows?new=${encodeURIComponent(name)}`}>{t(known ? "flow.publish" : "flow.make")}</Link>
        </>
      )}
    </>
  );
}
