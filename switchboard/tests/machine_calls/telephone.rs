//! A telephone of somebody who is called: it answers at once, keeps what it hears, and does what it is told to.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use audio::{Clip, Sound, g711, wav};
use exchange::line::{Command, Event};
use kernel::{LegId, RecordingId};
use testkit::{Centre, Telephones, house, wait_for};

const LONG: Duration = Duration::from_secs(60);
const HZ: f64 = 8_000.0;

/// A clip of the house, and how long it is.
pub fn clip(name: &str) -> (Vec<i16>, Duration) {
    let file = std::fs::read(house().join(format!("prompts/{name}.wav"))).expect("a clip");
    let sound: Vec<i16> =
        file[wav::HEADER_BYTES..].iter().map(|code| g711::ALAW[usize::from(*code)]).collect();
    let long = Duration::from_secs_f64(sound.len() as f64 / HZ);
    (sound, long)
}

/// How alike they are, however loud: 1 is the same.
fn alike(one: &[i16], other: &[i16]) -> f64 {
    let (mut both, mut a, mut b) = (0.0, 0.0, 0.0);
    for (x, y) in one.iter().zip(other) {
        let (x, y) = (f64::from(*x), f64::from(*y));
        (both, a, b) = (both + x * y, a + x * x, b + y * y);
    }
    if a == 0.0 || b == 0.0 { 0.0 } else { both / (a * b).sqrt() }
}

/// Whether a fifth of a second out of the loudest parts of `clip` is in what was heard, be it at another volume.
pub fn is_in(heard: &[i16], clip: &[i16]) -> bool {
    const PART: usize = 1_600;
    const BEGIN: usize = 80;
    let loud = |part: &&[i16]| part.iter().map(|s| i64::from(s.unsigned_abs())).sum::<i64>();
    let mut parts: Vec<&[i16]> = clip.chunks_exact(PART).collect();
    parts.sort_by_key(|part| std::cmp::Reverse(loud(part)));
    parts.iter().take(4).any(|part| {
        heard.windows(PART).any(|at| alike(&at[..BEGIN], &part[..BEGIN]) > 0.9 && alike(at, part) > 0.9)
    })
}

/// What whoever answers does, so long after it was answered.
#[derive(Clone)]
pub enum Does {
    Says(&'static str),
    Presses(char),
}

/// One call, by the recording of what was heard.
#[derive(Clone, Debug)]
struct Met {
    /// The number that was rung.
    rung: String,
    /// The file of what was heard, once it is complete.
    heard: Option<String>,
}

/// A telephone that answers at once, keeps what it hears, does what it is to do, and waits until the centre hangs up.
pub struct Telephone {
    pub at: SocketAddr,
    recordings: PathBuf,
    met: Arc<Mutex<BTreeMap<RecordingId, Met>>>,
    _run: tokio::task::JoinHandle<()>,
}

impl Telephone {
    /// In the town, where the carrier brings every number.
    pub async fn in_town(script: Vec<(Duration, Does)>) -> Telephone {
        Telephone::held(Telephones::rung([127, 0, 0, 6]).await.expect("a telephone"), script)
    }

    /// On a desk, registered with the centre.
    pub async fn of(centre: &Centre, number: &str, script: Vec<(Duration, Does)>) -> Telephone {
        let desk = Telephones::on_desk([127, 0, 0, 7], centre.sip, number).await;
        Telephone::held(desk.expect("a telephone"), script)
    }

    fn held(telephone: Telephones, script: Vec<(Duration, Does)>) -> Telephone {
        let (at, recordings) = (telephone.at(), telephone.recordings().to_owned());
        let met = Arc::<Mutex<BTreeMap<RecordingId, Met>>>::default();
        let run = tokio::spawn(answer(telephone, script, met.clone()));
        Telephone { at, recordings, met, _run: run }
    }

    /// The only call to a number of this kind: which it was, and all that was heard. The demo's own people may be called, too.
    pub async fn met(&self, whose: impl Fn(&str) -> bool) -> (String, Vec<i16>) {
        let (rung, file) = wait_for("a call that is over", LONG, async || {
            let met = self.met.lock().expect("not poisoned");
            let his: Vec<&Met> = met.values().filter(|met| whose(&met.rung)).collect();
            assert!(his.len() < 2, "{his:?}");
            let met = his.first()?;
            Some((met.rung.clone(), met.heard.clone()?))
        })
        .await;
        let file = std::fs::read(self.recordings.join(file)).expect("what was heard");
        // On the left is whoever is at the other end.
        let heard = file[wav::HEADER_BYTES..].iter().step_by(2).map(|code| g711::ALAW[usize::from(*code)]);
        (rung, heard.collect())
    }
}

async fn answer(
    mut telephone: Telephones,
    script: Vec<(Duration, Does)>,
    met: Arc<Mutex<BTreeMap<RecordingId, Met>>>,
) {
    let mut rung: BTreeMap<LegId, String> = BTreeMap::new();
    let (does, mut doing) = tokio::sync::mpsc::unbounded_channel::<(LegId, Does)>();
    loop {
        tokio::select! {
            event = telephone.event() => match event {
                Some(Event::Incoming { leg, to, .. }) => {
                    rung.insert(leg, to);
                    telephone.command(Command::Answer { leg });
                }
                Some(Event::Answered { leg }) => {
                    for (after, what) in script.clone() {
                        let does = does.clone();
                        tokio::spawn(async move {
                            tokio::time::sleep(after).await;
                            let _ = does.send((leg, what));
                        });
                    }
                    let recording: RecordingId = telephone.id();
                    let rung = rung.get(&leg).cloned().unwrap_or_default();
                    met.lock().expect("not poisoned").insert(recording, Met { rung, heard: None });
                    telephone.command(Command::Record { recording, leg });
                }
                Some(Event::RecordingSealed { recording, file, .. }) => {
                    if let Some(met) = met.lock().expect("not poisoned").get_mut(&recording) {
                        met.heard = Some(file);
                    }
                }
                Some(_) => {}
                None => return,
            },
            Some((leg, what)) = doing.recv() => telephone.play(leg, match what {
                Does::Says(name) => Sound::Clip(Clip::new(name)),
                Does::Presses(key) => Sound::Key { digit: key.try_into().expect("a key"), ms: 120 },
            }),
        }
    }
}
