// One figure that asks for an action: value now, target, a small chart, and how old the data is.
import type { ReactNode } from "react";
import type { Tone } from "./state";

/** A line without axes; the last point is marked. The words around it carry the meaning. */
export function Spark({ values, height = 30 }: { values: (number | null)[]; height?: number }) {
  const width = 240;
  const known = values.filter((v): v is number => v != null);
  const top = Math.max(1, ...known);
  const step = values.length > 1 ? width / (values.length - 1) : width;
  const y = (v: number) => height - 3 - (v / top) * (height - 6);
  let path = "";
  let pen = false;
  values.forEach((v, i) => {
    if (v == null) pen = false;
    else {
      path += `${pen ? "L" : "M"}${(i * step).toFixed(1)} ${y(v).toFixed(1)}`;
      pen = true;
    }
  });
  return (
    <svg className="spark" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden>
      <path d={`M0 ${height - 1}H${width}`} stroke="var(--line)" strokeWidth="1" vectorEffect="non-scaling-stroke" />
      {path && <path d={path} fill="none" stroke="currentColor" strokeWidth="2" strokeLinejoin="round" vectorEffect="non-scaling-stroke" />}
    </svg>
  );
}

export function Tile({ title, value, unit, tone, note, foot, spark, chart, mark }: { title: string; value: ReactNode; unit?: string; tone?: Tone; note?: ReactNode; foot?: ReactNode; spark?: (number | null)[]; chart?: ReactNode; mark?: ReactNode }) {
  return (
    <section className="tile" data-tone={tone} aria-label={title}>
      <h2>
        <span>{title}</span>
        {mark}
      </h2>
      <div className="v">
        {value}
        {unit && <small>{unit}</small>}
      </div>
      {spark ? <Spark values={spark} /> : chart}
      <div className="foot">
        <span>{note}</span>
        <span>{foot}</span>
      </div>
    </section>
  );
}
