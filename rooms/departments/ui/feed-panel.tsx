// One's own duties in the calendar of one's telephone: the address is made here, told once, and taken away again.
import { App, Button, Input, Popconfirm } from "antd";
import { CalendarPlus, Copy, Link2Off } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Moment, Notice, Panel, useProblemText } from "@kit";
import { makeFeed, revokeFeed, useFeed } from "./api";

export function FeedPanel() {
  const { t } = useTranslation("departments");
  const { message } = App.useApp();
  const feed = useFeed();
  const problem = useProblemText();
  const [address, setAddress] = useState<string | null>(null);
  const [failed, setFailed] = useState<unknown>(null);
  const said = failed ? problem(failed) : null;
  const make = () => {
    setFailed(null);
    makeFeed().then(({ path }) => setAddress(path && `${window.location.origin}${path}`), setFailed);
  };
  const revoke = () => {
    setFailed(null);
    revokeFeed().then(() => setAddress(null), setFailed);
  };
  const there = Boolean(feed.data?.made_at);
  return (
    <Panel title={t("feed.title")}>
      <div className="stack">
        {said && (
          <Notice tone="busy" title={said.what}>
            {said.todo}
          </Notice>
        )}
        <p className="muted">{t("feed.help")}</p>
        {address && (
          <>
            <Input readOnly aria-label={t("feed.address")} value={address} onFocus={(event) => event.target.select()} suffix={<Button size="small" type="text" aria-label={t("feed.copy")} title={t("feed.copy")} icon={<Copy size={15} aria-hidden />} onClick={() => void navigator.clipboard?.writeText(address).then(() => message.success(t("feed.copied")))} />} />
            <p className="muted">{t("feed.once")}</p>
          </>
        )}
        {feed.data?.made_at && (
          <p>
            {t("feed.made")} <Moment at={feed.data.made_at} seconds={false} />
            {"　"}
            {t("feed.used")} {feed.data.used_at ? <Moment at={feed.data.used_at} seconds={false} /> : t("feed.never")}
          </p>
        )}
        <span className="row tight">
          {there ? (
            <Popconfirm title={t("feed.again_help")} okText={t("feed.again")} onConfirm={make}>
              <Button icon={<CalendarPlus size={15} aria-hidden />}>{t("feed.again")}</Button>
            </Popconfirm>
          ) : (
            <Button type="primary" icon={<CalendarPlus size={15} aria-hidden />} disabled={!feed.data} onClick={make}>
              {t("feed.make")}
            </Button>
          )}
          {there && (
            <Popconfirm title={t("feed.revoke_help")} okText={t("feed.revoke")} onConfirm={revoke}>
              <Button danger icon={<Link2Off size={15} aria-hidden />}>
                {t("feed.revoke")}
              </Button>
            </Popconfirm>
          )}
        </span>
      </div>
    </Panel>
  );
}
