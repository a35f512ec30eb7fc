// A state is always three things: a colour, an icon and a word.
import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

/** The colours that mean something; nothing else on a page is coloured. */
export type Tone = "ready" | "call" | "hold" | "wrap" | "busy" | "rest" | "offline" | "accent";

export function Mark({ tone, icon: Icon, children, chip = false }: { tone: Tone; icon: LucideIcon; children: ReactNode; chip?: boolean }) {
  return (
    <span className={chip ? "mark chip" : "mark"} data-tone={tone}>
      <Icon size={15} strokeWidth={2.2} aria-hidden />
      <span>{children}</span>
    </span>
  );
}
