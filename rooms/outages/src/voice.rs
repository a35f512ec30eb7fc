//! A leader speaks what callers hear into his own telephone: the centre rings it, a flow has it recorded and heard back, and the
//! clip waits for approval beside the outage, as one from the browser does.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use audio::{Clip as Sounding, Sound, wav};
use calls::{CalledOut, Hall};
use db::{Emitted, Entry, Tx, config};
use exchange::{CallOut, Input, Refused};
use ivr::{Answer, Said};
use ivr_flows::NewPrompt;
use kernel::calendar::Calendar;
use kernel::{AttemptId, OutageId, PersonId, RecordingId, Timestamp};
use recordings::store::rows;
use serde_json::json;
use speech::Speech;
use web::{App, Error};

use crate::ROOM;
use crate::rules::outage::Clip;
use crate::rules::take::{self, Take};
use crate::rules::{Refusal, Settings};
use crate::store::outages;
use crate::store::voices::{self, Voice};

/// The recording is sealed and known a moment after its last word.
pub(crate) const WITHIN: Duration = Duration::from_millis(4_500);
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// A call for a greeting is over by then.
const LONGEST: Duration = Duration::from_secs(1_800);
/// Rung for so long.
const RING: Duration = Duration::from_secs(30);
/// How long after it was asked for the recording of whoever has hung up is waited for.
const AFTERWARDS: Duration = Duration::from_secs(600);
/// Of a stored recording; whoever was called is the left one.
const CHANNELS: usize = 2;

/// Where recordings become clips.
#[derive(Clone)]
pub struct Booth {
    pub flows: ivr_flows::Centre,
    pub recordings: recordings::Config,
}

impl Booth {
    /// Without flows and prompts of the house: for tests of rooms.
    pub fn empty(folder: &Path) -> Booth {
        let flows = ivr_flows::Centre {
            calendar: Arc::new(Calendar::china()),
            queues: Arc::new(|_| Box::pin(async { Ok(Default::default()) })),
            house: Arc::default(),
            prompts_dir: folder.to_owned(),
            look_ups: Arc::default(),
            templates: Arc::default(),
            speech: Speech::none("a test"),
        };
        Booth { flows, recordings: recordings::Config::new(folder.join("recordings")) }
    }

    /// The file of a clip that callers are to hear, if there is one.
    pub(crate) async fn file(&self, clip: &str) -> Option<PathBuf> {
        if let Some(house) = self.flows.house.get(clip) {
            return Some(house.path.clone());
        }
        let of_ours = clip.split('/').all(|part| {
            !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
        });
        let file = self.flows.prompts_dir.join(format!("{clip}.wav"));
        let there = of_ours && tokio::fs::try_exists(&file).await.unwrap_or(false);
        there.then_some(file)
    }
}

/// Rings the telephone of whoever asks.
///
/// # Errors
/// Refused when nothing of it is public, there is no flow for it, or he has no time.
pub(crate) async fn ring(app: &App, hall: &dyn Hall, who: PersonId, id: OutageId) -> Result<Voice, Error> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let outage = outages::one(&mut tx, id).await?.ok_or_else(Error::not_found)?;
    if !outage.state.is_public() {
        let state = outage.state.as_str();
        return Err(Refusal::NotNow { state, verb: "set_greeting" }.into());
    }
    let settings = config::now::<Settings>(&mut tx).await?.value;
    let flow = ivr_flows::store::named(&mut tx, &settings.voice_flow).await?;
    let flow = flow.filter(|flow| flow.live.is_some()).map(|flow| flow.id);
    let flow = flow.ok_or_else(|| Refusal::NoVoiceFlow { flow: settings.voice_flow.clone() })?;
    let voice = Voice {
        attempt: app.id(),
        outage: id,
        who,
        at: now,
        revision: i64::try_from(outage.said()).unwrap_or(i64::MAX),
        state: Take::Ringing,
        call: None,
        recording: None,
        clip: None,
    };
    voices::add(&mut tx, &voice).await?;
    let payload = json!({ "attempt": voice.attempt });
    tx.journal(Entry {
        at: now,
        who: Some(who),
        room: ROOM,
        subject: id.to_string(),
        kind: "voice_asked",
        payload,
    });
    tx.commit().await?;
    let wanted = CallOut {
        attempt: voice.attempt,
        own: Some(who),
        number: String::new(),
        shown: Some(settings.phone),
        flow,
        values: Default::default(),
        ring_for: RING,
        tell_machines: false,
        keep_free: 0,
    };
    let Err(refused) = hall.act(Input::CallOut(Box::new(wanted))).await? else { return Ok(voice) };
    // What was written down and could not be asked is undone: nobody was rung.
    let mut tx = app.db.begin().await?;
    voices::remove(&mut tx, voice.attempt).await?;
    tx.commit().await?;
    Err(match refused {
        Refused::NoSuchFlow { .. } => Refusal::NoVoiceFlow { flow: settings.voice_flow },
        Refused::NoSuchAgent { .. } => Refusal::NoTelephone,
        Refused::Occupied => Refusal::OnTheTelephone,
        _ => Refusal::NoRoomToRing,
    }
    .into())
}

/// Between two looks while a caller waits for his recording.
#[expect(clippy::disallowed_methods, reason = "a caller is on the line: a job would come too late")]
async fn moment() {
    tokio::time::sleep(LOOK_EVERY).await;
}

/// What a flow asks when something was spoken: made into a clip, it is said; or what is the matter with it.
pub(crate) async fn recorded(app: &App, booth: &Booth, argument: &str) -> anyhow::Result<Option<Answer>> {
    let Ok(id) = argument.parse::<RecordingId>() else { return Ok(None) };
    let mut tries = WITHIN.as_millis() / LOOK_EVERY.as_millis();
    let voice = loop {
        if let Some(voice) = of_recording(app, id).await? {
            break voice;
        }
        tries = tries.saturating_sub(1);
        if tries == 0 {
            return Ok(None);
        }
        moment().await;
    };
    let made = make(app, booth, voice, id, Take::Recorded).await?;
    let Some(clip) = made.clip.filter(|_| made.state == Take::Recorded) else {
        return Ok(Some(made.state.as_str().into()));
    };
    let sounds = vec![Sound::Clip(Sounding::new(&clip.name))];
    // Named after the recording: it is nothing that callers are told.
    let says = vec![Said { subject: argument.to_owned(), revision: 0, own: false, sounds }];
    Ok(Some(Answer { value: made.state.as_str().to_owned(), says, ..Answer::default() }))
}

/// Heard back, and good: it waits for approval.
pub(crate) async fn keep(app: &App, argument: &str) -> anyhow::Result<Option<Answer>> {
    let Ok(id) = argument.parse::<RecordingId>() else { return Ok(None) };
    let mut tx = app.db.begin().await?;
    let open = voices::open(&mut tx, app.now() - LONGEST).await?;
    let Some(voice) = open.into_iter().find(|one| one.recording == Some(id) && one.state == Take::Recorded)
    else {
        return Ok(None);
    };
    let kept = Voice { state: Take::Kept, ..voice };
    if !voices::save(&mut tx, &kept, Take::Recorded).await? {
        return Ok(None);
    }
    tell(&mut tx, app.now(), &kept);
    tx.commit().await?;
    Ok(Some(kept.state.as_str().into()))
}

/// Which call for a greeting this recording is of, as soon as it is sealed.
async fn of_recording(app: &App, id: RecordingId) -> anyhow::Result<Option<Voice>> {
    let Some(recording) = rows::one(&app.db, id).await?.filter(|one| one.sealed.is_some()) else {
        return Ok(None);
    };
    let mut tx = app.db.begin().await?;
    let open = voices::open(&mut tx, app.now() - LONGEST).await?;
    let attempts: Vec<AttemptId> = open.iter().map(|one| one.attempt).collect();
    let calls = calls::of_attempts(&mut tx, &attempts).await?;
    let of_it = |one: &Voice| calls.get(&one.attempt) == Some(&recording.call);
    let found = open.into_iter().find(of_it);
    Ok(found.map(|voice| Voice { call: Some(recording.call), ..voice }))
}

/// Makes a clip of a recording, and `then` the voice stands there; or it says what is the matter.
async fn make(app: &App, booth: &Booth, voice: Voice, id: RecordingId, then: Take) -> anyhow::Result<Voice> {
    let now = app.now();
    let before = voice.state;
    let settings = config::read::<Settings>(&app.db).await?.value;
    let outage = outages::read(&app.db, voice.outage).await?.context("the outage is gone")?;
    let spoken = sound(app, booth, id).await?;
    let greeting = tokio::task::spawn_blocking(move || {
        let greeting = take::greeting(&spoken, settings.voice_s)?;
        let mut file = wav::prompt_header(greeting.len() as u64).to_vec();
        file.extend_from_slice(greeting);
        ivr_flows::rules::prompt::convert(&file, true).map_err(|_| Take::Silent)
    });
    let greeting = greeting.await.context("making a greeting of what was spoken")?;
    let mut next = Voice { recording: Some(id), ..voice };
    let mut tx = app.db.begin().await?;
    match greeting {
        Err(why) => (next.state, next.clip) = (why, None),
        Ok(converted) => {
            let seconds = u32::try_from(converted.duration_ms.div_ceil(1_000)).unwrap_or(u32::MAX);
            let name = format!("recorded/outage_{}", outage.number);
            let text = Some(outage.plan.area.text.clone());
            let new = NewPrompt { name, text, converted, replace: true };
            let by = ivr_flows::By { person: Some(next.who), name: None };
            let kept = ivr_flows::put_clip(&mut tx, &booth.flows, &app.mint, new, &by, now).await?;
            let clip = kept.map_err(|refusal| anyhow::anyhow!("the clip was refused: {refusal:?}"))?;
            (next.state, next.clip) = (then, Some(Clip { name: clip.name().to_owned(), seconds }));
        }
    }
    // Spoken again: the row goes on from wherever it stood.
    anyhow::ensure!(voices::save(&mut tx, &next, before).await?, "the greeting has moved on meanwhile");
    tell(&mut tx, now, &next);
    tx.commit().await?;
    Ok(next)
}

/// The voice of whoever was called.
async fn sound(app: &App, booth: &Booth, id: RecordingId) -> anyhow::Result<Vec<u8>> {
    let recording = rows::one(&app.db, id).await?.context("the recording is gone")?;
    let path = recordings::http::play::inside(&booth.recordings.folder, &recording.file)?;
    let file = tokio::fs::read(&path).await.with_context(|| format!("reading {}", path.display()))?;
    let stored = file.get(wav::HEADER_BYTES..).unwrap_or_default();
    Ok(stored.iter().step_by(CHANNELS).copied().collect())
}

fn tell(tx: &mut Tx, now: Timestamp, voice: &Voice) {
    let payload = json!({ "attempt": voice.attempt, "state": voice.state, "clip": voice.clip, "recording": voice.recording });
    let subject = voice.outage.to_string();
    tx.journal(Entry { at: now, who: Some(voice.who), room: ROOM, subject, kind: "voice_taken", payload });
}

/// The call is over. Whoever hung up after he had heard it has kept it: a leader approves it in any case.
pub(crate) async fn heard(tx: &mut Tx, event: &Emitted) -> anyhow::Result<()> {
    let Some(over) = event.is::<CalledOut>()? else { return Ok(()) };
    let Some(voice) = voices::one(tx, over.attempt).await? else { return Ok(()) };
    let state = match voice.state {
        Take::Recorded => Take::Kept,
        Take::Ringing if over.answered => Take::HungUp,
        Take::Ringing => Take::NotReached,
        _ => return Ok(()),
    };
    let before = voice.state;
    let next = Voice { state, call: Some(over.call), ..voice };
    voices::save(tx, &next, before).await?;
    tell(tx, event.at, &next);
    Ok(())
}

/// Makes clips of what was being spoken when its speaker hung up.
pub(crate) async fn settle(app: App, booth: Booth) -> anyhow::Result<()> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let open = voices::open(&mut tx, now - LONGEST).await?;
    drop(tx);
    for voice in open.into_iter().filter(|one| one.state == Take::HungUp) {
        let Some(call) = voice.call else { continue };
        let mut all = rows::of_calls(&app.db, &[call]).await?;
        all.sort_by_key(|one| one.started);
        match all.pop() {
            Some(recording) if recording.sealed.is_some() => {
                make(&app, &booth, voice, recording.id, Take::Kept).await?;
            }
            Some(_) if now.since(voice.at) < AFTERWARDS => {}
            _ => {
                let mut tx = app.db.begin().await?;
                let next = Voice { state: Take::Nothing, ..voice };
                if voices::save(&mut tx, &next, Take::HungUp).await? {
                    tell(&mut tx, now, &next);
                    tx.commit().await?;
                }
            }
        }
    }
    Ok(())
}
