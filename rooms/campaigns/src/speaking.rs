//! Notices by voice: whoever cannot read a text message is called, and hears it.
//!
//! A notice is spoken before anybody is rung, and put into a standing campaign once, under its own id. What came of the call is
//! its receipt.

use std::time::Duration;

use db::{Emitted, Tx};
use futures::future::BoxFuture;
use gateways::{Asked, Fate, Gateway, Message, Sent};
use ivr::Answer;
use ivr_flows::Template;
use kernel::{CampaignId, NoticeId, TargetId};
use speech::{Said, Speech, Words};
use web::{App, LookUp};

use crate::putting::{self, Standing, Wanted};
use crate::rules::{Outcome, Refusal, Settings};
use crate::store::{campaigns, targets};
use crate::{Done, ROOM};

/// The gateway's name, and the standing campaign's.
const NAME: &str = "calls";
const KEY: &str = "notices";
const FLOW: &str = "notice_call";
const CONFIRM: &str = "1";
const NOTICE: &str = "campaigns.notice";
const NOTICE_IS: &str =
    "a notice, as it is given to whom the machine calls about it; says its text, and answers told";

/// The keys, with what is asked and answered: for whoever writes flows.
pub const LOOK_UPS: &[(&str, &str)] = &[(NOTICE, NOTICE_IS)];

/// The flow by which a notice is told: a template for a centre's own.
pub const TEMPLATES: &[Template] = &[Template {
    name: FLOW,
    about: "通知发不到短信时致电念给客户",
    text: include_str!("../flows/notice_call.toml"),
}];

/// Below [`gateways::SEND_MAX`], with time left for the database.
const SPOKEN_WITHIN: Duration = Duration::from_secs(120);
/// A flow that is not published, a voice that is not there: looked at again then.
const LATER: Duration = Duration::from_secs(60);
/// Whoever answers waits a moment for the first word.
const ANSWERED_WITHIN: Duration = Duration::from_secs(2);
/// At once under way; one voice speaks them one after the other.
const WINDOW: usize = 4;

/// The way out for notices by voice.
pub struct Speaker {
    app: App,
    speech: Speech,
}

impl Speaker {
    pub fn new(app: App, speech: Speech) -> Speaker {
        Speaker { app, speech }
    }

    async fn call(&self, message: &Message) -> anyhow::Result<Sent> {
        let down = |why: &str| Sent::Down { after: Some(LATER), why: why.to_owned() };
        match self.speech.wait(&message.text, SPOKEN_WITHIN).await {
            Said::Ready(_) => {}
            Said::Preparing => return Ok(down("the text is not spoken yet")),
            // Without a voice nothing is; with one it is this text that cannot be said.
            Said::Unavailable(why) if self.speech.state().why_not.is_some() => return Ok(down(&why)),
            Said::Unavailable(why) => return Ok(Sent::NotSent { again: false, why }),
        }
        let now = self.app.now();
        let mut tx = self.app.db.begin().await?;
        if ivr_flows::store::named(&mut tx, FLOW).await?.is_none_or(|flow| flow.live.is_none()) {
            return Ok(down("the flow notice_call is not published"));
        }
        let settings = db::config::now::<Settings>(&mut tx).await?.value;
        let wanted = Wanted {
            once: message.id.clone(),
            number: message.to.clone(),
            about: message.id.clone(),
            known: [("notice".to_owned(), message.id.clone())].into(),
            not_before: now,
        };
        let new = (CampaignId(self.app.id()), TargetId(self.app.id()));
        let put = putting::call(&mut tx, now, new, &standing(&settings), wanted).await?;
        tx.commit().await?;
        Ok(match put {
            // Put in before: the answer was lost on its way, and the call is not.
            Ok(_) => Sent::Accepted { ids: vec![message.id.clone()] },
            Err(Refusal::NotNow { .. }) => down("the campaign has been stopped"),
            Err(refusal) => Sent::NotSent { again: false, why: refusal.to_string() },
        })
    }

    async fn had(&self, message: &Message) -> anyhow::Result<Asked> {
        let mut tx = self.app.db.begin().await?;
        let Some(campaign) = campaigns::standing(&mut tx, KEY).await? else { return Ok(Asked::NeverHad) };
        Ok(match targets::once(&mut tx, campaign.id, &message.id).await? {
            Some(target) => Asked::Has {
                ids: vec![message.id.clone()],
                fate: target.outcome.map(|outcome| fate(outcome).0),
            },
            None => Asked::NeverHad,
        })
    }
}

impl Gateway for Speaker {
    fn name(&self) -> &'static str {
        NAME
    }

    fn window(&self) -> usize {
        WINDOW
    }

    fn ready(&self) -> Result<(), String> {
        self.speech.state().why_not.map_or(Ok(()), Err)
    }

    fn send(&self, message: Message) -> BoxFuture<'_, Sent> {
        Box::pin(async move {
            // Under its id nobody is called twice, so a failure is no doubt.
            self.call(&message).await.unwrap_or_else(|failure| {
                tracing::error!("a notice could not be put among the calls: {failure:#}");
                Sent::Down { after: Some(LATER), why: "the database did not answer".into() }
            })
        })
    }

    fn ask(&self, message: Message) -> BoxFuture<'_, Asked> {
        Box::pin(async move { self.had(&message).await.unwrap_or(Asked::NoAnswer) })
    }
}

fn standing(settings: &Settings) -> Standing {
    // Who heard it and pressed nothing has heard it.
    let plan = settings.plan(FLOW);
    let plan = crate::rules::Plan { confirm: CONFIRM.to_owned(), again_without_key: false, ..plan };
    Standing {
        key: KEY,
        name: "语音通知".to_owned(),
        purpose: "通知发不到短信的客户，由系统致电念给他听".to_owned(),
        plan,
    }
}

/// What a call was as a receipt, with words for people.
fn fate(outcome: Outcome) -> (Fate, &'static str) {
    match outcome {
        Outcome::Reached | Outcome::Answered | Outcome::Voicemail => (Fate::Delivered, ""),
        Outcome::Withdrawn => (Fate::Deleted, outcome.word()),
        _ => (Fate::Undeliverable, outcome.word()),
    }
}

/// What a call about a notice came to.
pub(crate) async fn heard(tx: &mut Tx, event: &Emitted) -> anyhow::Result<()> {
    let Some(done) = event.is::<Done>()?.filter(|done| done.standing.as_deref() == Some(KEY)) else {
        return Ok(());
    };
    let (fate, why) = fate(done.outcome);
    notices::receipt(tx, event.at, (NAME, &done.about), fate, why).await
}

/// What is said to whoever was called.
pub(crate) fn look_up(speech: Speech) -> LookUp {
    LookUp::new(NOTICE, NOTICE_IS, ANSWERED_WITHIN, move |app: App, argument: String| {
        let speech = speech.clone();
        async move { told(&app, &speech, &argument).await }
    })
}

async fn told(app: &App, speech: &Speech, argument: &str) -> anyhow::Result<Option<Answer>> {
    let Ok(id) = argument.parse::<NoticeId>() else { return Ok(None) };
    let Some(notice) = notices::store::read(&app.db, id).await? else { return Ok(None) };
    let words = Words {
        subject: format!("{ROOM}/{id}"),
        revision: 1,
        own: true,
        text: notice.text,
        recorded: None,
        otherwise: Vec::new(),
    };
    let says = speech::announced(speech, vec![words]).await;
    // Nothing to hear is nothing told: the call ends, and another follows.
    Ok((!says.is_empty()).then(|| Answer { value: "told".to_owned(), says, ..Answer::default() }))
}
