// Nothing here yet, something went wrong, still on its way: what a page says instead of its content.
import { Button } from "antd";
import { CircleAlert, Info, LockKeyhole, RefreshCw, SearchX, TriangleAlert, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "@lib/api";
import { moment } from "@lib/format";
import type { Tone } from "./state";

export function Skeleton({ height = 18, width = "100%" }: { height?: number; width?: number | string }) {
  return <div className="skeleton" style={{ height, width }} aria-hidden />;
}

/** As many grey lines as the content will roughly have, so that nothing jumps when it comes. */
export function Skeletons({ lines, height = 18 }: { lines: number; height?: number }) {
  const { t } = useTranslation("app");
  return (
    <div className="stack" role="status" aria-label={t("loading")}>
      {Array.from({ length: lines }, (_, i) => (
        <Skeleton key={i} height={height} width={`${92 - ((i * 17) % 34)}%`} />
      ))}
    </div>
  );
}

/** An empty place teaches the next step. */
export function Empty({ icon: Icon, title, children, action }: { icon: LucideIcon; title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="empty">
      <Icon size={36} strokeWidth={1.4} aria-hidden />
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {action}
    </div>
  );
}

/** The filters have left nothing: all there is is one step away. */
export function NoneFound({ title, children, onAll }: { title: string; children?: ReactNode; onAll: () => void }) {
  const { t } = useTranslation("app");
  return (
    <Empty icon={SearchX} title={title} action={<Button onClick={onAll}>{t("show_all")}</Button>}>
      {children}
    </Empty>
  );
}

/** What happened, and what to do. */
type Words = readonly [title: string, todo?: string];

/** A list without rows: its filters have left none, or there is nothing yet. */
export function Nothing({ filtered, found, onAll, icon, none }: { filtered: boolean; found: Words; onAll: () => void; icon: LucideIcon; none: Words }) {
  return filtered ? (
    <NoneFound title={found[0]} onAll={onAll}>
      {found[1]}
    </NoneFound>
  ) : (
    <Empty icon={icon} title={none[0]}>
      {none[1]}
    </Empty>
  );
}

const icons: Partial<Record<Tone, LucideIcon>> = { wrap: TriangleAlert, busy: CircleAlert };
export function Notice({ tone, title, children, action, icon }: { tone: Tone; title: string; children?: ReactNode; action?: ReactNode; icon?: LucideIcon }) {
  const Icon = icon ?? icons[tone] ?? Info;
  return (
    <div className="notice" data-tone={tone} role={tone === "busy" ? "alert" : "status"}>
      <Icon size={20} aria-hidden />
      <div>
        <b>{title}</b> {children}
      </div>
      {action ?? <span />}
    </div>
  );
}

/** Instants in a refusal's parameters as people write them. */
function readable(params: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(params).map(([key, value]) => [key, typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value) ? moment(value) : value]));
}

/** The sentence for a problem, in the reader's language: what happened and what to do. */
export function useProblemText() {
  const { t, i18n } = useTranslation("app");
  return (error: unknown): { what: string; todo: string } => {
    if (!(error instanceof Problem)) return { what: t("problem.page.what"), todo: t("problem.page.todo") };
    const dot = error.code.indexOf(".");
    // The web shell is no room: its sentences stand in the app's messages.
    const room = dot > 0 && !error.code.startsWith("web.") ? error.code.slice(0, dot) : "app";
    const name = dot > 0 ? error.code.slice(dot + 1) : error.code;
    const reason = (error.params.why as { reason?: unknown } | undefined)?.reason;
    const key = [`refusal.${name}_${String(reason)}`, `refusal.${name}`].find((candidate) => i18n.exists(candidate, { ns: room }));
    if (key) {
      return { what: t(key, { ns: room, ...readable(error.params) } as never) as unknown as string, todo: "" };
    }
    const kind =
      error.status === 0 ? "unreachable" : error.status === 401 ? "signed_out" : error.status === 403 ? "forbidden" : error.status === 404 ? "not_found" : error.status === 409 ? "conflict" : error.status === 422 || error.status === 400 ? "refused" : error.status === 429 ? "too_many" : "failed";
    return { what: t(`problem.${kind}.what`), todo: t(`problem.${kind}.todo`, { code: error.code }) };
  };
}

/** `page`: it is all there is on the page, so its sentence is the heading. */
export function Trouble({ error, retry, page = false }: { error: unknown; retry?: () => void; page?: boolean }) {
  const Heading = page ? "h1" : "h2";
  const { t } = useTranslation("app");
  const { what, todo } = useProblemText()(error);
  const forbidden = error instanceof Problem && error.status === 403;
  return (
    <div className="empty" role="alert">
      {forbidden ? <LockKeyhole size={36} strokeWidth={1.4} aria-hidden /> : <CircleAlert size={36} strokeWidth={1.4} aria-hidden />}
      <Heading style={{ fontSize: "var(--title)" }}>{what}</Heading>
      {todo && <p>{todo}</p>}
      {retry && (
        <Button onClick={retry} icon={<RefreshCw size={15} aria-hidden />}>
          {t("try_again")}
        </Button>
      )}
      {page && <a href="/">{t("home")}</a>}
    </div>
  );
}
