//! The outage at the telephone: what menus ask and are answered in clips, who wants to be told, and what is spoken before
//! anybody calls.

use std::sync::Arc;
use std::time::Duration;

use audio::{Clip, Sound};
use db::{Emitted, Tx, config};
use ivr::{Answer, Choice};
use kernel::calendar::Calendar;
use kernel::{OutageId, Timestamp};
use speech::{Said, Speech, Words};
use web::{App, LookUp};

use crate::hearing::{heard_by_in, heard_of_account_in};
use crate::picture::{Picture, Shield};
use crate::rules::greeting::{self, Voice};
use crate::rules::told::Contact;
use crate::rules::{Heard, Outage, Segment, Settings, State, recorded};
use crate::store::outages::{self, Which};
use crate::store::reached;
use crate::tell_me;
use crate::voice::{self, Booth};
use crate::whose::Whose;

/// No caller waits longer for the first word; the step `announce` waits for 300 ms.
const WITHIN: Duration = Duration::from_millis(280);
/// Whoever has typed an account, or has chosen, waits a moment.
const CHOSEN_WITHIN: Duration = Duration::from_secs(2);
/// What is about to become late is spoken before it does.
const AHEAD: Duration = Duration::from_secs(120);
/// Callers hear of it two hours before it begins.
const SOON: Duration = Duration::from_secs(3 * 3_600);
/// Of each kind; no centre says more to its callers.
const PREPARED_MAX: i64 = 50;
/// Names of places spoken beforehand in one turn.
const NAMES_MAX: usize = 200;

/// The keys, with what is asked and answered: for whoever writes flows.
pub const LOOK_UPS: &[(&str, &str)] = &[
    (
        "outages",
        "the calling number; says his outages, or the largest for a stranger, and answers how many; nothing when nothing is off",
    ),
    (
        "outages.account",
        "an account number; says its outages and answers how many, or none; nothing when there is no such account, or when it was cut off for what its customer owes or did",
    ),
    (
        "outages.districts",
        "offers every district to choose from, those where supply is off first; nothing while their names are not spoken",
    ),
    (
        "outages.places",
        "a district as it was chosen; offers its communities and roads where supply is off, or answers none; nothing where more is off than may be told",
    ),
    ("outages.place", "a place as it was chosen; says its outages and answers how many, or none"),
    (
        "outages.recorded",
        "what a leader has spoken, as a recording; says it and answers kept, or short, silent, long, late; nothing when it cannot be had",
    ),
    (
        "outages.notice",
        "an outage, as it is given to whom the machine calls about it; says where, why, from when and until when, and answers in which state it is",
    ),
    ("outages.keep", "the same recording, once it was heard: it waits for approval; answers kept"),
];

/// What the look-ups share.
#[derive(Clone)]
pub(crate) struct Menus {
    pub calendar: Arc<Calendar>,
    pub speech: Speech,
    pub shield: Shield,
    pub whose: Whose,
    pub booth: Booth,
}

pub(crate) fn look_ups(asked: &Menus) -> Vec<LookUp> {
    LOOK_UPS
        .iter()
        .map(|(key, about)| {
            let (asked, within) = (asked.clone(), if *key == "outages" { WITHIN } else { CHOSEN_WITHIN });
            let within = if *key == "outages.recorded" { voice::WITHIN } else { within };
            LookUp::new(key, about, within, move |app: App, argument: String| {
                let asked = asked.clone();
                async move { asked.answer(&app, key, &argument).await }
            })
        })
        .collect()
}

impl Menus {
    async fn answer(&self, app: &App, key: &str, argument: &str) -> anyhow::Result<Option<Answer>> {
        match key {
            "outages.recorded" => return voice::recorded(app, &self.booth, argument).await,
            "outages.keep" => return voice::keep(app, argument).await,
            "outages.notice" => return self.notice(app, argument).await,
            _ => {}
        }
        let now = app.now();
        let picture = self.shield.picture(&app.db, now).await?;
        match key {
            "outages" => {
                let heard =
                    heard_by_in((&picture, &self.whose), &app.db, &self.calendar, argument, now).await?;
                if heard.segments.is_empty() {
                    return Ok(None);
                }
                let answer = self.said(app, &picture, heard, now).await?;
                // Where there is no voice, and nothing that is recorded fits: the menu as always.
                Ok(Some(answer).filter(|answer| !answer.says.is_empty()))
            }
            "outages.account" => {
                let heard = heard_of_account_in(&picture, &app.db, &self.calendar, argument, now).await?;
                match heard {
                    None => Ok(None),
                    Some(heard) => self.said_or_none(app, &picture, heard, now).await.map(Some),
                }
            }
            "outages.districts" => {
                let districts = picture.districts();
                let names = districts.iter().map(|one| (one.clone(), one.clone())).collect();
                Ok(Some(self.offered(names).await))
            }
            "outages.places" => {
                let places = picture.places(argument, &self.calendar, now);
                if places.is_empty() && picture.is_unsure(argument) {
                    return Ok(None);
                }
                Ok(Some(self.offered(places).await))
            }
            "outages.place" => {
                let heard = picture.heard_of(&picture.of_area(argument), &self.calendar, now);
                self.said_or_none(app, &picture, heard, now).await.map(Some)
            }
            _ => Ok(None),
        }
    }

    async fn said_or_none(
        &self,
        app: &App,
        picture: &Picture,
        heard: Heard,
        now: Timestamp,
    ) -> anyhow::Result<Answer> {
        if heard.segments.is_empty() {
            return Ok("none".into());
        }
        self.said(app, picture, heard, now).await
    }

    /// The clips of what is to be heard. What is not spoken yet is said by what is recorded anyway: in general words, of the
    /// same revision.
    async fn said(
        &self,
        app: &App,
        picture: &Picture,
        heard: Heard,
        now: Timestamp,
    ) -> anyhow::Result<Answer> {
        let own = heard.own;
        let mut words = Vec::new();
        for Segment { outage, revision, text, clip, .. } in heard.segments {
            let known = match picture.outage(outage) {
                Some(known) => Some(known.clone()),
                // So small that it was read for this caller.
                None => outages::read(&app.db, outage).await?,
            };
            let voice = Voice { now, calendar: &self.calendar, settings: &picture.settings };
            words.push(Words {
                subject: outage.to_string(),
                revision: u32::try_from(revision).unwrap_or(u32::MAX),
                own,
                text,
                recorded: clip.map(|clip| Clip::new(&clip.name)),
                otherwise: known.map(|known| recorded::sounds(&known, own, voice)).unwrap_or_default(),
            });
        }
        let says = speech::announced(&self.speech, words).await;
        Ok(Answer { value: says.len().to_string(), says, ..Answer::default() })
    }

    /// What somebody is called about. He is told the times that the text messages say, also before a leader has approved what
    /// callers hear of them.
    async fn notice(&self, app: &App, argument: &str) -> anyhow::Result<Option<Answer>> {
        let Ok(id) = argument.parse::<OutageId>() else { return Ok(None) };
        let Some(outage) = outages::read(&app.db, id).await? else { return Ok(None) };
        let settings = config::read::<Settings>(&app.db).await?.value;
        let voice = Voice { now: app.now(), calendar: &self.calendar, settings: &settings };
        let words = Words {
            subject: outage.id.to_string(),
            revision: u32::try_from(outage.revision()).unwrap_or(u32::MAX),
            own: true,
            text: greeting::notice(&outage, voice),
            recorded: None,
            otherwise: recorded::notice(&outage, voice),
        };
        let says = speech::announced(&self.speech, vec![words]).await;
        Ok(Some(Answer { value: outage.state.as_str().to_owned(), says, ..Answer::default() }))
    }

    /// Names to choose from, with what is kept of each. One that is not spoken yet is offered without sounds, and so not at all:
    /// whoever misses it presses 0.
    async fn offered(&self, names: Vec<(String, String)>) -> Answer {
        if names.is_empty() {
            return "none".into();
        }
        let mut choices = Vec::new();
        for (value, name) in names {
            let sounds = match self.speech.say(&name).await {
                Said::Ready(clips) => clips.into_iter().map(|spoken| Sound::Clip(spoken.clip)).collect(),
                Said::Preparing | Said::Unavailable(_) => Vec::new(),
            };
            choices.push(Choice { value, sounds });
        }
        Answer { value: choices.len().to_string(), choices, ..Answer::default() }
    }

    /// Has spoken what callers hear now or in two minutes, and what waits for approval: the first caller after it hears it.
    /// And the names of all places they may choose.
    pub(crate) async fn speak(&self, app: &App) -> anyhow::Result<()> {
        if self.speech.state().why_not.is_some() {
            return Ok(());
        }
        let settings = config::read::<Settings>(&app.db).await?.value;
        let now = app.now();
        let mut all = outages::list(&app.db, Which::Now, 0, PREPARED_MAX).await?;
        let mut coming = outages::list(&app.db, Which::Coming, 0, PREPARED_MAX).await?;
        let machine = &settings.machine;
        for outage in all.iter().chain(&coming).filter(|_| machine.important || machine.liaisons) {
            // It may be begun a moment after midnight.
            for at in [now, now + AHEAD] {
                let voice = Voice { now: at, calendar: &self.calendar, settings: &settings };
                self.speech.say(&greeting::notice(outage, voice)).await;
            }
        }
        coming.retain(|outage| outage.starts().since(now) < SOON);
        all.append(&mut coming);
        for outage in all {
            self.speak_of(&outage, &settings, now).await;
        }
        let picture = Picture::read(&app.db, now).await?;
        let names = picture.districts().into_iter().chain(picture.places.iter().map(|one| one.place.clone()));
        for name in names.take(NAMES_MAX) {
            self.speech.say(&name).await;
        }
        Ok(())
    }

    /// Has spoken what callers hear of one outage, to be ready for the first who calls.
    pub(crate) async fn speak_of(&self, outage: &Outage, settings: &Settings, now: Timestamp) {
        let soon = now + AHEAD;
        let begun = (outage.state == State::Published && outage.starts() <= soon).then(|| outage.begun());
        let told = [(outage, now), (outage, soon)];
        for (outage, at) in told.into_iter().chain(begun.as_ref().map(|begun| (begun, soon))) {
            let hear_it: &[bool] = if outage.plan.class.is_personal() { &[true] } else { &[true, false] };
            for own in hear_it.iter().copied() {
                let voice = Voice { now: at, calendar: &self.calendar, settings };
                let Segment { text, clip, .. } = greeting::segment(outage, own, voice);
                if clip.is_none()
                    && let Said::Unavailable(why) = self.speech.say(&text).await
                {
                    // It has been warned of once, where it was refused.
                    tracing::debug!(outage = %outage.id, "callers hear a general sentence in place of the text: {why}");
                }
            }
        }
    }
}

/// A caller pressed 1 in an announcement of ours.
pub(crate) async fn wants_to_be_told(tx: &mut Tx, event: &Emitted) -> anyhow::Result<()> {
    let Some(wish) = event.is::<calls::WantsToBeTold>()? else { return Ok(()) };
    if let Ok(outage) = wish.subject.parse::<OutageId>() {
        tell_me(tx, outage, &wish.number, event.at).await?;
        // Where it is not his own, nothing is kept.
        let contact = Contact::Announced { own: true, whole: false, wants_to_be_told: true };
        reached::by_number(tx, outage, &wish.number, contact, event.at).await?;
    }
    Ok(())
}

/// A caller heard to its end that his own supply is off.
pub(crate) async fn announcement_heard(tx: &mut Tx, event: &Emitted) -> anyhow::Result<()> {
    let Some(heard) = event.is::<calls::AnnouncementHeard>()? else { return Ok(()) };
    if let Ok(outage) = heard.subject.parse::<OutageId>() {
        let contact = Contact::Announced { own: true, whole: true, wants_to_be_told: false };
        reached::by_number(tx, outage, &heard.number, contact, event.at).await?;
    }
    Ok(())
}
