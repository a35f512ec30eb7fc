// The frame of a page: its heading, its panels, its facts.
import { useEffect, type ReactNode } from "react";

export function Page({ title, lead, actions, children, heading }: { title: string; lead?: ReactNode; actions?: ReactNode; children: ReactNode; heading?: ReactNode }) {
  useEffect(() => {
    document.title = title;
  }, [title]);
  return (
    <div className="page">
      <div className="page-head">
        <h1>{heading ?? title}</h1>
        <span className="lead">{lead}</span>
        {actions && <div className="row tight">{actions}</div>}
      </div>
      {children}
    </div>
  );
}

export function Panel({ title, extra, children, flush = false, label }: { title?: ReactNode; extra?: ReactNode; children: ReactNode; flush?: boolean; label?: string }) {
  return (
    <section className="panel" aria-label={label ?? (typeof title === "string" ? title : undefined)}>
      {title && (
        <div className="panel-head">
          <h2>{title}</h2>
          <span className="grow" />
          {extra}
        </div>
      )}
      {flush ? children : <div className="panel-body">{children}</div>}
    </section>
  );
}

export function Facts({ items }: { items: [label: string, value: ReactNode][] }) {
  return (
    <dl className="facts">
      {items.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value ?? "—"}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Field({ label, htmlFor, children, required, help, fault }: { label: string; htmlFor?: string; children: ReactNode; required?: boolean; help?: ReactNode; fault?: ReactNode }) {
  return (
    <div className={required ? "field required" : "field"}>
      {htmlFor ? <label htmlFor={htmlFor}>{label}</label> : <span className="label">{label}</span>}
      {children}
      {help && <span className="help">{help}</span>}
      {fault && (
        <span className="fault" role="alert">
          {fault}
        </span>
      )}
    </div>
  );
}
