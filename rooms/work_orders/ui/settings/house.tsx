// What comes with the program for a house: chosen, looked at, and brought into this centre's sub-types and limits.
import { Button, Checkbox, Dropdown } from "antd";
import { useQuery } from "@tanstack/react-query";
import { PackageOpen } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Skeletons, Trouble } from "@kit";
import { EditDialog } from "@kit/dialog";
import { said } from "@lib/words";
import { bringHouse, HOUSES, useKinds, useLimits, type Brought, type House } from "./api";

const PARTS = ["kinds", "limits"] as const;
type Part = (typeof PARTS)[number];
const DONE = ["added", "changed", "left", "gone"] as const;

function What({ part, brought }: { part: Part; brought: Brought }) {
  const { t } = useTranslation("work_orders");
  const name = ({ code, title, step }: Brought["added"][number]) => (title ? said(title) : `${step ? t(`step.${step}` as "step.arrive") : ""} ${code}`);
  return (
    <section aria-label={t(`settings.${part}`)}>
      <b>{t(`settings.${part}`)}</b>
      <ul>
        {DONE.filter((key) => brought[key].length > 0).map((key) => (
          <li key={key}>
            {t(`house.${key}`, { count: brought[key].length })}
            <span className="muted">{t("house.names", { names: brought[key].map(name).join(t("subtype.and")) })}</span>
          </li>
        ))}
        {brought.unchanged > 0 && <li>{t("house.unchanged", { count: brought.unchanged })}</li>}
      </ul>
    </section>
  );
}

function HouseDialog({ house, first, onClose }: { house: House; first: readonly Part[]; onClose: () => void }) {
  const { t } = useTranslation("work_orders");
  const [chosen, setChosen] = useState(first);
  const read = { kinds: useKinds().data?.version, limits: useLimits().data?.version };
  const versions = { kinds: chosen.includes("kinds") ? read.kinds : undefined, limits: chosen.includes("limits") ? read.limits : undefined };
  const known = chosen.length > 0 && chosen.every((part) => read[part] !== undefined);
  const look = useQuery({ queryKey: ["work_orders", "configured", "house", house, versions], enabled: known, gcTime: 0, queryFn: () => bringHouse(house, versions, true) });
  return (
    <EditDialog title={t("house.title", { house: t(`house.${house}`) })} width={680} ready={known && look.data !== undefined} save={t("house.bring")} saved={t("house.brought")} onClose={onClose} onSave={() => bringHouse(house, versions, false)}>
      <p className="soft">{t("house.text")}</p>
      <div className="row">
        {PARTS.map((part) => (
          <Checkbox key={part} checked={chosen.includes(part)} onChange={(event) => setChosen(PARTS.filter((one) => (one === part ? event.target.checked : chosen.includes(one))))}>
            {t(`settings.${part}`)}
          </Checkbox>
        ))}
      </div>
      {look.isError ? <Trouble error={look.error} retry={() => void look.refetch()} /> : known && !look.data ? <Skeletons lines={4} /> : null}
      {look.data && PARTS.map((part) => { const brought = look.data[part]; return brought && <What key={part} part={part} brought={brought} />; })}
    </EditDialog>
  );
}

/** `first`: what is ticked to begin with. */
export function HouseMenu({ first, primary = false }: { first: readonly Part[]; primary?: boolean }) {
  const { t } = useTranslation("work_orders");
  const [house, setHouse] = useState<House | null>(null);
  return (
    <>
      <Dropdown trigger={["click"]} menu={{ items: HOUSES.map((key) => ({ key, label: t(`house.${key}`) })), onClick: ({ key }) => setHouse(key as House) }}>
        <Button type={primary ? "primary" : "default"} icon={<PackageOpen size={16} aria-hidden />}>
          {t("house.begin")}
        </Button>
      </Dropdown>
      {house && <HouseDialog key={house} house={house} first={first} onClose={() => setHouse(null)} />}
    </>
  );
}
