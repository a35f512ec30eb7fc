// The customer signs on the glass: strokes as they are drawn, kept as a PNG.
import { Eraser } from "lucide-react";
import { useEffect, useRef, useState, type PointerEvent } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { bytesOf } from "./image";
import { Form, Labelled, useKeeping, type FormProps } from "./keeping";
import { Big } from "./parts";
import { useDraft } from "./use-field";

type Stroke = [number, number][];

/** Ink on paper in every theme: it is a document. */
function draw(canvas: HTMLCanvasElement, strokes: Stroke[]): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  const scale = canvas.width / Math.max(1, canvas.clientWidth);
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, canvas.clientWidth, canvas.clientHeight);
  Object.assign(context, { strokeStyle: "#12203a", fillStyle: "#12203a", lineWidth: 2.6, lineCap: "round", lineJoin: "round" });
  for (const [first, ...rest] of strokes) {
    if (!first) continue;
    context.beginPath();
    context.moveTo(...first);
    // A dot is a stroke, too.
    context.lineTo(first[0] + 0.1, first[1]);
    let last = first;
    for (const point of rest) {
      context.quadraticCurveTo(...last, (last[0] + point[0]) / 2, (last[1] + point[1]) / 2);
      last = point;
    }
    context.lineTo(...last);
    context.stroke();
  }
}

export function SignatureForm(props: FormProps) {
  const { order, store, draft } = props;
  const { t } = useTranslation("work_orders");
  const { keep, trouble } = useKeeping(props);
  const name = order.matter.contact.name;
  const { value, change, forget } = useDraft<{ signer: string; strokes: Stroke[] }>(store, draft, () => ({ signer: name.includes("*") ? "" : name, strokes: [] }));
  const [asked, setAsked] = useState(false);
  const canvas = useRef<HTMLCanvasElement>(null);
  const stroke = useRef<Stroke | null>(null);
  const strokes = value?.strokes;

  useEffect(() => {
    const pad = canvas.current;
    if (!pad || !strokes) return;
    const fit = () => {
      const scale = Math.min(3, Math.max(2, window.devicePixelRatio || 1));
      [pad.width, pad.height] = [Math.round(pad.clientWidth * scale), Math.round(pad.clientHeight * scale)];
      draw(pad, stroke.current ? [...strokes, stroke.current] : strokes);
    };
    fit();
    window.addEventListener("resize", fit);
    return () => window.removeEventListener("resize", fit);
  }, [strokes]);

  if (!value) return null;
  const at = (event: PointerEvent<HTMLCanvasElement>): [number, number] => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    return [Math.round((event.clientX - left) * 10) / 10, Math.round((event.clientY - top) * 10) / 10];
  };
  const down = (event: PointerEvent<HTMLCanvasElement>) => {
    if (stroke.current) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    stroke.current = [at(event)];
    draw(event.currentTarget, [...value.strokes, stroke.current]);
  };
  const move = (event: PointerEvent<HTMLCanvasElement>) => {
    if (!stroke.current) return;
    stroke.current.push(at(event));
    draw(event.currentTarget, [...value.strokes, stroke.current]);
  };
  const up = () => {
    if (!stroke.current) return;
    change({ strokes: [...value.strokes, stroke.current] });
    stroke.current = null;
  };
  const empty = value.strokes.length === 0;
  const save = async () => {
    setAsked(true);
    if (empty || !canvas.current) return;
    forget();
    const bytes = await bytesOf(canvas.current, "image/png");
    const signer = value.signer.trim().replace(/[\\/:*?"<>|]/g, "") || t("field.act.signature");
    await keep({ file: "signature", name: `${signer}.png`, mime: "image/png", bytes: bytes.byteLength }, { bytes, said: t("field.signature.kept") });
  };
  return (
    <Form
      order={order}
      title={t("field.act.signature")}
      lead={t("field.signature.lead")}
      trouble={trouble}
      onKeep={() => void save()}
      disabled={asked && empty}
      more={
        <div className="pair">
          <Link className="crew-big" to={`/field/${order.id}/note?unsigned=1`}>
            <span>{t("field.signature.refused")}</span>
          </Link>
          <Big icon={Eraser} onClick={() => change({ strokes: [] })} disabled={empty}>
            {t("field.signature.clear")}
          </Big>
        </div>
      }
    >
      <Labelled id="signer" label={t("field.signature.signer")}>
        <input id="signer" value={value.signer} maxLength={30} onChange={(event) => change({ signer: event.target.value })} />
      </Labelled>
      <canvas ref={canvas} className="crew-pad" role="img" aria-label={t("field.signature.pad")} onPointerDown={down} onPointerMove={move} onPointerUp={up} onPointerCancel={up} />
      {asked && empty && (
        <p className="why" role="alert">
          {t("field.signature.empty")}
        </p>
      )}
    </Form>
  );
}
