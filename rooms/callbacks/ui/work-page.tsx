// One call-back: what the order was about and when what happened, the number to dial, the questions, and every attempt before.
import { App, Button } from "antd";
import { ArrowLeft, CircleCheckBig, Clock3, PhoneForwarded, ShieldQuestion, TriangleAlert, Undo2, UserRoundX } from "lucide-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router";
import { Due, Empty, Facts, Mark, Moment, Notice, Page, Panel, Phone, Short, Skeletons, Trouble, useProblemText } from "@kit";
import { dialFrom, useDeskNow } from "@lib/desk";
import { useAgents, useUnits } from "@lib/directory";
import { useMay } from "@lib/session";
import { AnswersForm } from "./answers-form";
import { MACHINE, hold, takeNext, useSubtypes, useTask, type TaskView } from "./api";
import { Attempts } from "./attempts";
import { StateMark } from "./marks";
import { WORK } from "./permissions";
import "./callbacks.css";

/** While one talks the task stays with one: kept again well before its minutes are over. */
const KEEP_MS = 4 * 60_000;

function OrderPanel({ task }: { task: TaskView }) {
  const { t } = useTranslation("callbacks");
  const [agents, units, subtype] = [useAgents(), useUnits(), useSubtypes()];
  const { facts } = task;
  const result = facts.result;
  const at = (when: string | null) => (when ? <Moment at={when} seconds={false} /> : "—");
  return (
    <Panel title={t("order.title")} extra={<Link to={`/work_orders/${task.order}`}>{t("order.open")}</Link>}>
      <div className="stack" style={{ gap: 12 }}>
        <Facts
          items={[
            [t("column.what"), `${t(`kind.${task.kind as "fault"}`)} · ${subtype(task.subtype)}`],
            [t("column.unit"), units.name(task.unit)],
            [t("order.contact"), facts.contact || t("order.hidden")],
            [t("order.address"), facts.address || "—"],
            [t("order.accepted"), at(facts.accepted_at)],
            [t("order.by"), agents.name(facts.accepted_by)],
            [t("order.arrived"), at(facts.arrived_at)],
            [t("order.done"), at(result?.done_at ?? null)],
            [t("order.urges"), facts.urges],
            [t("order.reopened"), facts.reopened],
          ]}
        />
        <p className="callback-said">{facts.content}</p>
        {result && (
          <Facts
            items={[
              [t("result.cause"), result.cause],
              [t("result.action"), result.action],
              [t("result.person"), result.person],
              [t("result.told"), result.told || "—"],
            ]}
          />
        )}
      </div>
    </Panel>
  );
}

/** What can be done now, or why nothing can. */
function Doing({ task }: { task: TaskView }) {
  const { t } = useTranslation("callbacks");
  const { message } = App.useApp();
  const problem = useProblemText();
  const navigate = useNavigate();
  const agents = useAgents();
  const work = useMay(WORK);
  const desk = useDeskNow();
  const talking = desk?.call != null;
  const sorry = (error: unknown) => void message.error(problem(error).what);
  const { order, mine } = task;
  useEffect(() => {
    if (!mine || !talking) return;
    const again = setInterval(() => void hold(order, "take").catch(() => undefined), KEEP_MS);
    return () => clearInterval(again);
  }, [mine, talking, order]);
  const next = () =>
    takeNext()
      .then((taken) => navigate(`/callbacks/${taken.order}`))
      .catch((error: unknown) => void message.info(problem(error).what));

  if (task.state.state !== "open")
    return (
      <Panel title={t("work.title")}>
        <Empty icon={CircleCheckBig} title={t("work.over")} action={work && <Button type="primary" icon={<PhoneForwarded size={16} aria-hidden />} onClick={() => void next()}>{t("list.next")}</Button>}>
          {task.told ? t("work.told") : t("work.over_todo")}
        </Empty>
      </Panel>
    );
  if (!work) return null;
  if (task.barred)
    return (
      <Notice tone="wrap" icon={UserRoundX} title={t(`barred.${task.barred}`)}>
        {t("barred.todo")}
      </Notice>
    );
  if (mine)
    return (
      <Panel
        title={t("work.title")}
        extra={
          <Button size="small" icon={<Undo2 size={14} aria-hidden />} onClick={() => void hold(order, "release").then(() => navigate("/callbacks")).catch(sorry)}>
            {t("work.release")}
          </Button>
        }
      >
        <div className="stack" style={{ gap: 16 }}>
          <div className="row callback-number">
            <Phone strong number={task.facts.phone || t("order.hidden")} onDial={() => dialFrom(`/api/callbacks/${order}`)} />
            <span className="muted">{desk ? t("work.dial_help") : t("work.no_desk")}</span>
            <span className="grow" />
            {task.claimed_until && <span className="muted">{t("work.until")} <Short at={task.claimed_until} /></span>}
          </div>
          <AnswersForm key={`${task.rounds.length} ${task.rounds.at(-1)?.attempts.length ?? 0}`} task={task} onDone={(done) => done.state.state === "open" && navigate("/callbacks")} />
        </div>
      </Panel>
    );
  return (
    <Panel title={t("work.title")}>
      {task.claimed_by ? (
        <Notice tone="wrap" title={t("claimed", { who: task.claimed_by === MACHINE ? t("machine") : agents.name(task.claimed_by) })}>
          {t("work.until")} {task.claimed_until && <Short at={task.claimed_until} />}
        </Notice>
      ) : task.may_take ? (
        <Empty icon={PhoneForwarded} title={t("work.free")} action={<Button type="primary" onClick={() => void hold(order, "take").catch(sorry)}>{t("work.take")}</Button>}>
          {t("work.free_todo")}
        </Empty>
      ) : (
        <Empty icon={Clock3} title={t("work.early")} action={<Button icon={<PhoneForwarded size={16} aria-hidden />} onClick={() => void next()}>{t("list.next")}</Button>}>
          {task.next && <>{t("work.early_from")} <Moment at={task.next} seconds={false} /></>}
        </Empty>
      )}
    </Panel>
  );
}

export default function WorkPage() {
  const { t } = useTranslation("callbacks");
  const { order = "" } = useParams();
  const query = useTask(order);
  const task = query.data;
  if (query.isError && !task) return <Trouble page error={query.error} retry={() => void query.refetch()} />;
  if (!task)
    return (
      <Page title={t("nav.callbacks")}>
        <Skeletons lines={10} />
      </Page>
    );
  return (
    <Page
      title={t("work.heading", { number: task.number })}
      heading={
        <span className="row">
          <Link to="/callbacks" aria-label={t("work.back")} className="row">
            <ArrowLeft size={20} aria-hidden />
          </Link>
          {t("work.heading", { number: task.number })}
        </span>
      }
      lead={
        <span className="row tight">
          <StateMark state={task.state} />
          {task.urgent && <Mark tone="busy" icon={TriangleAlert}>{t("urgent")}</Mark>}
          {task.state.state === "open" && <>{t("column.due")} <Due at={task.due} past={t("overdue")} /></>}
        </span>
      }
    >
      {task.doubt && (
        <Notice tone="busy" icon={ShieldQuestion} title={t("doubt.title")}>
          {t("doubt.recorded")} <Moment at={task.doubt.recorded} seconds={false} />
          {task.doubt.told ? <> · {t("doubt.told")} <Moment at={task.doubt.told} seconds={false} /> · {t("doubt.differs", { count: task.doubt.differs_min ?? 0 })}</> : <> · {t("doubt.never")}</>}
        </Notice>
      )}
      <div className="callback-columns">
        <div className="stack" style={{ gap: 16 }}>
          <Doing task={task} />
          <Attempts task={task} />
        </div>
        <OrderPanel task={task} />
      </div>
    </Page>
  );
}
