// The way to every page of a shell, in groups that can be folded: a leader has more of them than a small screen holds.
import { ChevronDown } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { ShellName } from "@lib/shells";
import { navigation, type places } from "./rooms";

type Placed = (typeof places)[number] & { shells: ShellName[] };
const FOLDED = "folded";

/** Which groups somebody has folded, on this computer. */
function useFolded() {
  const [folded, setFolded] = useState<string[]>(() => {
    try {
      return (localStorage.getItem(FOLDED) ?? "").split(" ").filter(Boolean);
    } catch {
      return [];
    }
  });
  const toggle = (group: string) => {
    const next = folded.includes(group) ? folded.filter((one) => one !== group) : [...folded, group];
    setFolded(next);
    try {
      localStorage.setItem(FOLDED, next.join(" "));
    } catch {
      // Without a memory it is folded until the page is loaded anew.
    }
  };
  return { folded, toggle };
}

/** `here`: the page that is looked at, which is never folded away. */
export function Navigation({ shell, placed, here }: { shell: ShellName | null | undefined; placed: Placed[]; here: string | undefined }) {
  const { t } = useTranslation("app");
  const { folded, toggle } = useFolded();
  // At the desk it is a row of pictures without headings.
  const folds = shell !== "desk";
  return (
    <nav aria-label={t("nav.label")}>
      {navigation.map(({ group }) => {
        const allowed = placed.filter((place) => place.group === group && shell && place.shells.includes(shell));
        if (allowed.length === 0) return null;
        const open = !folds || !folded.includes(group);
        const shown = open ? allowed : allowed.filter(({ path }) => path === here);
        return (
          <div key={group} role="group" aria-labelledby={`nav-${group}`} style={{ display: "contents" }}>
            <h2 id={`nav-${group}`}>
              {folds ? (
                <button type="button" className="fold" aria-expanded={open} onClick={() => toggle(group)}>
                  {t(`nav.${group}`)}
                  <ChevronDown size={14} aria-hidden />
                </button>
              ) : (
                t(`nav.${group}`)
              )}
            </h2>
            {shown.map((item) => (
              <Link key={item.path} to={item.path} className={item.path === here ? "active" : ""} aria-current={item.path === here ? "page" : false}>
                <item.icon size={18} strokeWidth={1.8} aria-hidden />
                <span>{t(item.label, { ns: item.room } as never) as unknown as string}</span>
              </Link>
            ))}
          </div>
        );
      })}
    </nav>
  );
}
