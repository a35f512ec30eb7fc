// Why the customer calls: three chips, a search by Chinese, pinyin or code, and the reasons used most. Keyboard all the way.
import { Input } from "antd";
import { ChevronRight, Search } from "lucide-react";
import { useId, useRef, useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { Choose } from "@kit";
import { said, type Reason } from "../api";
import { isLeaf, path, search, type Indexed } from "../tree";

interface PickerProps {
  tree: Indexed;
  value: string | null;
  /** Codes, most often first: one's own, then the centre's. */
  used: string[];
  onChoose: (code: string) => void;
  fault?: boolean;
}

export function Picker({ tree, value, used, onChoose, fault = false }: PickerProps) {
  const { t } = useTranslation("interactions");
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [open, setOpen] = useState(false);
  const [query, setQuery] = useState("");
  const [above, setAbove] = useState<string | null>(null);
  const [at, setAt] = useState(0);
  const chosen = path(tree, value);
  const found = query.trim() !== "";
  const options: Reason[] = found ? search(tree, query, used) : (tree.below.get(above) ?? []).filter((reason) => !reason.retired);
  const here = Math.min(at, Math.max(0, options.length - 1));
  const often = used
    .map((code) => tree.byCode.get(code))
    .filter((reason): reason is Reason => reason !== undefined && !reason.retired && reason.code !== value && isLeaf(tree, reason.code))
    .slice(0, value ? 4 : 6);

  const show = (parent: string | null) => {
    setAbove(parent);
    setQuery("");
    setAt(0);
    setOpen(true);
    input.current?.focus();
  };
  const take = (reason: Reason | undefined) => {
    if (!reason) return;
    if (!isLeaf(tree, reason.code)) return show(reason.code);
    onChoose(reason.code);
    setOpen(false);
    setQuery("");
    setAbove(null);
  };
  const back = () => show(above === null ? null : (tree.byCode.get(above)?.parent ?? null));
  const onKey = (event: KeyboardEvent) => {
    // Enter ends the composing of a word before it chooses.
    if (event.nativeEvent.isComposing || event.keyCode === 229 || event.ctrlKey || event.altKey) return;
    const keys: Record<string, () => void> = {
      ArrowDown: () => (open ? setAt(Math.min(here + 1, options.length - 1)) : setOpen(true)),
      ArrowUp: () => setAt(Math.max(here - 1, 0)),
      Enter: () => (open ? take(options[here]) : setOpen(true)),
      Escape: () => setOpen(false),
      ...(found ? {} : { ArrowRight: () => open && options[here] && !isLeaf(tree, options[here].code) && take(options[here]), ArrowLeft: back, Backspace: back }),
    };
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };
  return (
    <div className="picker" onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && setOpen(false)}>
      <div className="choose picker-row">
        {chosen.map((reason, level) => (
          <span key={reason.code} className="row tight">
            {level > 0 && <ChevronRight size={14} aria-hidden className="muted" />}
            <button type="button" aria-pressed="true" onClick={() => show(reason.parent)}>
              {said(reason.title)}
            </button>
          </span>
        ))}
        <span className="picker-search">
          <Input
            ref={(element) => {
              input.current = element?.input ?? null;
            }}
            id={`${id}-search`}
            role="combobox"
            aria-label={t("desk.reason_search")}
            aria-expanded={open}
            aria-controls={`${id}-list`}
            aria-activedescendant={open && options[here] ? `${id}-${options[here].code}` : undefined}
            autoComplete="off"
            {...(fault ? { status: "error" as const } : {})}
            placeholder={value ? t("desk.reason_other") : t("desk.reason_placeholder")}
            prefix={<Search size={15} aria-hidden className="muted" />}
            value={query}
            onChange={(event) => {
              setQuery(event.target.value);
              setAt(0);
              setOpen(true);
            }}
            onFocus={() => setOpen(true)}
            onClick={() => setOpen(true)}
            onKeyDown={onKey}
          />
          {open && (
            <div className="picker-list" id={`${id}-list`} role="listbox" aria-label={t("desk.reason")}>
              {!found && above !== null && (
                <button type="button" className="picker-back" tabIndex={-1} onMouseDown={(event) => event.preventDefault()} onClick={back}>
                  {path(tree, above)
                    .map((reason) => said(reason.title))
                    .join(" › ")}
                </button>
              )}
              {options.map((reason, place) => (
                <div
                  key={reason.code}
                  id={`${id}-${reason.code}`}
                  role="option"
                  aria-selected={place === here}
                  onMouseDown={(event) => event.preventDefault()}
                  onMouseMove={() => setAt(place)}
                  onClick={() => take(reason)}
                >
                  <span>
                    {said(reason.title)}
                    {found && (
                      <small className="muted">
                        {path(tree, reason.parent)
                          .map((up) => said(up.title))
                          .join(" › ")}
                      </small>
                    )}
                  </span>
                  {isLeaf(tree, reason.code) ? <code className="muted">{reason.code}</code> : <ChevronRight size={15} aria-hidden className="muted" />}
                </div>
              ))}
              {options.length === 0 && <p className="muted">{found ? t("desk.reason_none_found") : t("desk.reason_none")}</p>}
            </div>
          )}
        </span>
        {often.length > 0 && (
          <>
            <span className="muted">{t("desk.often")}</span>
            <Choose label={t("desk.often")} items={often.map(({ code, title }) => ({ key: code, label: said(title) }))} value={null} onChoose={(code) => take(tree.byCode.get(code))} />
          </>
        )}
      </div>
    </div>
  );
}
