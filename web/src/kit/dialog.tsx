// A dialog in which one thing is added or changed: what went wrong stands above the form, deleting stands apart.
import { App, Button, Modal } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Notice, useProblemText } from "./feedback";

interface EditDialogProps {
  title: string;
  width?: number;
  children: ReactNode;
  onClose: () => void;
  onSave: () => Promise<unknown>;
  /** Everything that is needed has been filled in. */
  ready?: boolean;
  /** The act on the button; “Save” unless it is something else. */
  save?: string;
  /** Said when it has been done; null where that is seen without words. */
  saved?: string | null | undefined;
  /** Only to look at. */
  readOnly?: boolean;
  /** Saving takes something away from somebody. */
  dangerous?: boolean;
  remove?: { label: string; blocked?: string | undefined; run: () => Promise<unknown> } | false | undefined;
}

export function EditDialog({ title, width = 520, children, onClose, onSave, ready = true, save, saved, readOnly = false, dangerous = false, remove }: EditDialogProps) {
  const { t } = useTranslation("app");
  const { message } = App.useApp();
  const problemText = useProblemText();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const said = problem ? problemText(problem) : null;

  async function run(what: () => Promise<unknown>): Promise<void> {
    setBusy(true);
    setProblem(null);
    try {
      await what();
      if (saved !== null) message.success(saved ?? t("saved"));
      onClose();
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Modal
      open
      title={title}
      width={width}
      style={{ top: 48 }}
      // A long form scrolls by itself: what it is and what can be done stay in sight.
      styles={{ body: { maxHeight: "calc(100vh - 220px)", overflowY: "auto", margin: "0 -24px", padding: "4px 24px" } }}
      onCancel={onClose}
      footer={
        <div className="row">
          {remove && !readOnly && (
            <Button danger disabled={busy || remove.blocked !== undefined} title={remove.blocked} onClick={() => void run(remove.run)}>
              {remove.label}
            </Button>
          )}
          <span className="grow" />
          <Button onClick={onClose}>{readOnly ? t("close") : t("cancel")}</Button>
          {!readOnly && (
            <Button type="primary" danger={dangerous} loading={busy} disabled={!ready} onClick={() => void run(onSave)}>
              {save ?? t("save")}
            </Button>
          )}
        </div>
      }
    >
      <div className="stack" style={{ gap: 16 }}>
        {said && (
          <Notice tone="busy" title={said.what}>
            {said.todo}
          </Notice>
        )}
        {children}
      </div>
    </Modal>
  );
}
