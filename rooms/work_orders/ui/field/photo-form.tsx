// Photos of the place: from the camera or the gallery, made smaller, kept at once.
import { Camera, Images } from "lucide-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Notice, Skeleton } from "@kit";
import { phoneNow } from "@lib/clock";
import { shrunk } from "./image";
import { Form, useKeeping, type FormProps } from "./keeping";
import { Big, Pictures } from "./parts";
import { toInput } from "./time";

export function PhotoForm(props: FormProps) {
  const { order, own, store } = props;
  const { t } = useTranslation("work_orders");
  const { keep, trouble } = useKeeping(props);
  const [reading, setReading] = useState(false);
  const [bad, setBad] = useState(false);
  const camera = useRef<HTMLInputElement>(null);
  const gallery = useRef<HTMLInputElement>(null);

  async function take(files: FileList | null): Promise<void> {
    setBad(false);
    setReading(true);
    for (const file of files ?? []) {
      const bytes = await shrunk(file).catch(() => null);
      if (!bytes) {
        setBad(true);
        continue;
      }
      const name = `${toInput(phoneNow()).replace(/\D/g, "")}.jpg`;
      await keep({ file: "photo", name, mime: "image/jpeg", bytes: bytes.byteLength }, { bytes, stay: true, said: t("field.photo.kept") });
    }
    setReading(false);
    // The same picture may be chosen again.
    for (const input of [camera.current, gallery.current]) if (input) input.value = "";
  }

  const count = order.attachments.filter(({ what }) => what === "photo").length + own.filter(({ what }) => "file" in what && what.file === "photo").length;
  return (
    <Form
      order={order}
      title={t("field.act.photo")}
      lead={t("field.photo.lead")}
      trouble={trouble}
      onKeep={null}
      more={
        <>
          <Big icon={Images} disabled={reading} onClick={() => gallery.current?.click()}>
            {t("field.photo.choose")}
          </Big>
          <Big primary icon={Camera} disabled={reading} onClick={() => camera.current?.click()}>
            {t("field.photo.take")}
          </Big>
        </>
      }
    >
      <input ref={camera} type="file" accept="image/*" capture="environment" hidden data-from="camera" onChange={(event) => void take(event.target.files)} />
      <input ref={gallery} type="file" accept="image/*" multiple hidden data-from="gallery" onChange={(event) => void take(event.target.files)} />
      {bad && <Notice tone="busy" title={t("field.photo.bad")} />}
      <p role="status">{reading ? t("field.photo.reading") : t("field.photo.count", { n: count })}</p>
      {reading && <Skeleton height={120} />}
      <Pictures order={order} own={own} store={store} />
    </Form>
  );
}
