// A plain text field with line numbers and marks where something was found. Works with every input method and reader.
import { useEffect, useRef } from "react";
import type { Finding } from "./api";

interface EditorProps {
  value: string;
  onChange: (value: string) => void;
  readOnly: boolean;
  label: string;
  /** Findings by line. */
  marks: Map<number, Finding["level"]>;
  /** A line to show, and a counter that makes asking again work. */
  goTo: { line: number; asked: number } | null;
}

const LINE_PX = 22;
const TOP_PX = 12;

export function Editor({ value, onChange, readOnly, label, marks, goTo }: EditorProps) {
  const area = useRef<HTMLTextAreaElement>(null);
  const gutter = useRef<HTMLDivElement>(null);
  const lines = value.split("\n");

  useEffect(() => {
    const field = area.current;
    if (!goTo || !field) return;
    const before = field.value.split("\n").slice(0, goTo.line - 1);
    const start = before.reduce((sum, line) => sum + line.length + 1, 0);
    const end = start + (field.value.split("\n")[goTo.line - 1]?.length ?? 0);
    field.focus();
    field.setSelectionRange(start, end);
    field.scrollTop = Math.max(0, (goTo.line - 5) * LINE_PX);
  }, [goTo]);

  return (
    <div className="editor">
      <div className="gutter" ref={gutter} aria-hidden>
        <div style={{ paddingTop: TOP_PX, paddingBottom: 40 }}>
          {lines.map((_, i) => (
            <div key={i} className="no" data-tone={marks.get(i + 1) === "error" ? "busy" : marks.has(i + 1) ? "wrap" : undefined} data-marked={marks.has(i + 1)}>
              {i + 1}
            </div>
          ))}
        </div>
      </div>
      <textarea
        ref={area}
        value={value}
        readOnly={readOnly}
        aria-label={label}
        spellCheck={false}
        autoCapitalize="off"
        wrap="off"
        onChange={(event) => onChange(event.target.value)}
        onScroll={(event) => {
          if (gutter.current) gutter.current.scrollTop = event.currentTarget.scrollTop;
        }}
      />
    </div>
  );
}
