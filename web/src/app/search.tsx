// The one search box: everything a room lets be found, grouped, masked, worked by keyboard alone.
import { Button, Input, Modal, type InputRef } from "antd";
import { Search as SearchIcon } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { useQuery } from "@tanstack/react-query";
import { api } from "@lib/api";
import { useHotkeys } from "@lib/hotkeys";
import { keyLabel, useKeys } from "@lib/keys";
import "./search.css";

interface Hit {
  title: string;
  detail: string;
  to: string;
  /** Keys in the room's messages. */
  marks: string[];
}
interface Found {
  /** Per cent, while the index is built. */
  building: number | null;
  groups: { source: string; label: string; hits: Hit[] }[];
}

/** Asked once typing rests for this long, in milliseconds. */
const REST = 120;

/** The text as it was when typing last rested. */
function useRested(text: string): string {
  const [rested, setRested] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setRested(text), REST);
    return () => clearTimeout(timer);
  }, [text]);
  return rested;
}

function Palette({ onClose }: { onClose: () => void }) {
  const { t, i18n } = useTranslation("app");
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  // What an input method is still composing is not a question yet.
  const [composing, setComposing] = useState(false);
  const asked = useRested(composing ? "" : text.trim());
  const input = useRef<InputRef>(null);
  const { data } = useQuery({
    queryKey: ["search", asked],
    enabled: asked !== "",
    queryFn: ({ signal }) => api.get<Found>("/api/search", { q: asked }, signal),
    refetchInterval: (query) => (query.state.data?.building != null ? 2_000 : false),
  });
  const groups = asked ? (data?.groups ?? []) : [];
  const hits = groups.flatMap((group) => group.hits);
  const chosen = Math.min(at, Math.max(0, hits.length - 1));
  const open = (hit: Hit | undefined) => {
    if (!hit) return;
    onClose();
    void navigate(hit.to);
  };
  const word = (source: string, key: string) => (i18n.exists(key, { ns: source }) ? (t(key, { ns: source } as never) as unknown as string) : key);
  let count = 0;
  return (
    <Modal open footer={null} closable={false} width={640} style={{ top: 72 }} onCancel={onClose} afterOpenChange={(shown) => shown && input.current?.focus()} aria-label={t("search_box.title")}>
      <div
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing || event.keyCode === 229) return;
          const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
          if (step && hits.length > 0) {
            event.preventDefault();
            setAt((chosen + step + hits.length) % hits.length);
          } else if (event.key === "Enter") {
            event.preventDefault();
            open(hits[chosen]);
          }
        }}
      >
        <Input
          ref={input}
          size="large"
          value={text}
          maxLength={64}
          allowClear
          role="combobox"
          aria-expanded={hits.length > 0}
          aria-controls="search-hits"
          aria-activedescendant={hits.length > 0 ? `search-hit-${chosen}` : undefined}
          aria-label={t("search_box.title")}
          placeholder={t("search_box.what")}
          prefix={<SearchIcon size={18} aria-hidden className="muted" />}
          onChange={(event) => {
            setText(event.target.value);
            setAt(0);
          }}
          onCompositionStart={() => setComposing(true)}
          onCompositionEnd={() => setComposing(false)}
        />
        <div id="search-hits" role="listbox" aria-label={t("search_box.hits")} className="search-hits">
          {groups.map((group) => (
            <div key={`${group.source}.${group.label}`} role="group" aria-label={word(group.source, `found.${group.label}`)}>
              <h3 aria-hidden>{word(group.source, `found.${group.label}`)}</h3>
              {group.hits.map((hit) => {
                const place = count++;
                return (
                  <div
                    key={`${hit.to}-${place}`}
                    id={`search-hit-${place}`}
                    role="option"
                    aria-selected={place === chosen}
                    className="search-hit"
                    ref={(element) => {
                      if (place === chosen) element?.scrollIntoView?.({ block: "nearest" });
                    }}
                    onMouseMove={() => place !== chosen && setAt(place)}
                    onClick={() => open(hit)}
                  >
                    <b>{hit.title}</b>
                    <span className="where">{hit.detail}</span>
                    <span className="muted nowrap">{hit.marks.map((mark) => word(group.source, mark)).join(" · ")}</span>
                  </div>
                );
              })}
            </div>
          ))}
        </div>
        <p className="muted" role="status">
          {data?.building != null ? t("search_box.building", { percent: data.building }) : asked && data && hits.length === 0 ? t("search_box.none") : t("search_box.keys")}
        </p>
      </div>
    </Modal>
  );
}

/** Stands in the bar; its key opens it from anywhere. */
export function SearchBox() {
  const { t } = useTranslation("app");
  const [open, setOpen] = useState(false);
  const keys = useKeys();
  useHotkeys({ [keys.search]: () => setOpen(true) });
  return (
    <>
      <Button className="search-box" onClick={() => setOpen(true)} icon={<SearchIcon size={16} aria-hidden />} aria-haspopup="dialog">
        <span className="what">{t("search_box.what")}</span>
        <span className="short" aria-hidden>
          {t("keys.act.search")}
        </span>
        <kbd>{keyLabel(keys.search)}</kbd>
      </Button>
      {open && <Palette onClose={() => setOpen(false)} />}
    </>
  );
}
