// The form of one act of one order, or of an entry that is mended (`?entry=7`).
import { useTranslation } from "react-i18next";
import { useParams, useSearchParams } from "react-router";
import { Notice } from "@kit";
import { Missing, Screen } from "./parts";
import { AskTimeForm } from "./ask-time-form";
import { PhotoForm } from "./photo-form";
import { ResultForm } from "./result-form";
import { SignatureForm } from "./signature-form";
import { EstimateForm, MomentForm } from "./time-form";
import { nameOf, type Order } from "./types";
import { useOrder } from "./use-field";
import { SendBackForm, WordsForm } from "./words-form";

const WORDS = ["note", "contact", "answer_urge", "reply_supervision"] as const;

/** Why not now, as far as the telephone knows; the server decides when it is sent. */
function useBar(order: Order | null, act: string): string | null {
  const { t } = useTranslation("work_orders");
  if (!order) return null;
  const found = order.allowed.find((one) => one.act === (act === "photo" || act === "signature" ? "attach" : act));
  if (!found) return t("field.form.state", { state: t(`field.state.${order.state}`) });
  return found.barred ? t("field.form.cannot", { why: t(`bar.${found.barred}`) }) : null;
}

export default function ActPage() {
  const { t } = useTranslation("work_orders");
  const { id, act = "" } = useParams();
  const [search] = useSearchParams();
  const { order, own, ready, sync, store } = useOrder(id);
  const bar = useBar(order, act);
  const seq = Number(search.get("entry"));
  const found = own.find((entry) => entry.seq === seq);
  const entry = found && nameOf(found.what) === act ? found : null;
  if (!order || !sync || !store) return <Missing ready={ready} back={id ? `/field/${id}` : "/field"} />;
  // An entry is mended for the state in which it was made.
  if (bar && !entry) {
    return (
      <Screen title={t("field.nav")} back={`/field/${order.id}`}>
        <Notice tone="wrap" title={bar} />
      </Screen>
    );
  }
  const draft = entry ? `entry/${entry.seq}` : `${order.id}/${act}`;
  const props = { order, own, entry, sync, store, draft };
  if (act === "arrive" || act === "leave") return <MomentForm key={draft} {...props} act={act} />;
  if (act === "estimate") return <EstimateForm key={draft} {...props} />;
  if (act === "ask_time") return <AskTimeForm key={draft} {...props} />;
  if (act === "give_result") return <ResultForm key={draft} {...props} />;
  if (act === "send_back") return <SendBackForm key={draft} {...props} />;
  if (act === "photo") return <PhotoForm key={draft} {...props} />;
  if (act === "signature") return <SignatureForm key={draft} {...props} />;
  const words = WORDS.find((one) => one === act);
  if (words) return <WordsForm key={draft} {...props} act={words} begin={search.has("unsigned") ? t("field.signature.refused_note") : ""} />;
  return <Missing ready={ready} back={`/field/${order.id}`} />;
}
