//! The committed prompts are whole: every clip that can be asked for is there, is telephone sound, is loud enough, and
//! lasts as long as its text would take to say.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use speech::manifest::{Entry, Manifest, sha256};
use speech::telephone::{LEVEL_DBFS, PEAK_DBFS, RATE, active_level, dbfs, decode, from_wav};
use speech::texts;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn manifest() -> Manifest {
    Manifest::read(&root().join("prompts/manifest.json")).expect("the manifest")
}

/// Runs a rule over every clip and shows all that break it.
fn check(rule: impl Fn(&Entry, &[f32]) -> Result<(), String>) {
    let mut broken = Vec::new();
    let clips = manifest().clips;
    assert!(clips.len() > 300, "only {} clips", clips.len());
    for clip in clips {
        let file = std::fs::read(root().join(format!("prompts/{}.wav", clip.name)));
        let told = file.map_err(|error| error.to_string()).and_then(|file| {
            if sha256(&file) != clip.sha256 {
                return Err("is not the file the manifest means: run `cargo xtask prompts`".into());
            }
            rule(&clip, &decode(from_wav(&file).map_err(|error| error.to_string())?))
        });
        if let Err(why) = told {
            broken.push(format!("{} {:?}: {why}", clip.name, clip.text));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_file_is_the_one_the_manifest_means() {
    check(|clip, sound| {
        let ms = (sound.len() * 1000 / RATE) as u32;
        if ms == clip.duration_ms { Ok(()) } else { Err(format!("{ms} ms, not {}", clip.duration_ms)) }
    });
}

#[test]
fn every_clip_is_loud_enough_and_none_is_too_loud() {
    check(|clip, sound| {
        let level = dbfs(active_level(sound));
        let peak = dbfs(sound.iter().fold(0.0, |peak: f32, sample| peak.max(sample.abs())));
        // Music is softer on purpose; the limiter takes a little from speech with high peaks.
        let lowest = if clip.source == "composed" { LEVEL_DBFS - 6.0 } else { LEVEL_DBFS - 2.5 };
        if level >= lowest && level <= LEVEL_DBFS + 1.5 && peak <= PEAK_DBFS {
            Ok(())
        } else {
            Err(format!("level {level:.1} dBFS, peak {peak:.1} dBFS"))
        }
    });
}

#[test]
fn every_clip_begins_and_ends_in_silence() {
    check(|_, sound| {
        let ends = [sound.first(), sound.last()].map(|sample| sample.copied().unwrap_or(1.0).abs());
        if ends.iter().all(|end| *end < 0.01) || sound.len() == 60 * RATE {
            Ok(())
        } else {
            Err(format!("would click: {ends:?}"))
        }
    });
}

/// A Mandarin syllable takes 0.12 to 0.45 s; pauses at commas and full stops and the ends of the clip come on top.
#[test]
fn every_text_takes_as_long_as_its_syllables() {
    check(|clip, sound| {
        if clip.source == "composed" {
            return Ok(());
        }
        let text = texts::plain(&clip.text);
        let is_syllable = |c: &char| c.is_ascii_alphanumeric() || ('\u{4E00}'..='\u{9FFF}').contains(c);
        let syllables = text.chars().filter(is_syllable).count() as f32;
        let pauses = text.chars().count() as f32 - syllables;
        let seconds = sound.len() as f32 / RATE as f32;
        let (least, most) = (0.12 * syllables, 0.3 + 0.45 * syllables + 0.7 * pauses);
        if (least..most).contains(&seconds) {
            Ok(())
        } else {
            Err(format!("{seconds:.2} s for {syllables} syllables, expected {least:.2} to {most:.2}"))
        }
    });
}

#[test]
fn every_text_has_been_recorded_as_it_stands() {
    let manifest = manifest();
    let of_rooms = std::fs::read_dir(root().join("rooms")).expect("the rooms").flatten();
    let of_rooms = of_rooms.filter_map(|room| std::fs::read_dir(room.path().join("flows")).ok()).flatten();
    let mut flows: Vec<PathBuf> = of_rooms.flatten().map(|file| file.path()).collect();
    assert!(!flows.is_empty(), "rooms bring flows along");
    flows.push(root().join("demo/flows.toml"));
    let lines = texts::read(&root().join("prompts/texts.toml"), &flows).expect("the texts");
    let stale: Vec<_> = lines
        .iter()
        .filter(|line| {
            !manifest.clip(&line.name).is_some_and(|clip| clip.text == line.text && clip.voice == line.voice)
        })
        .map(|line| format!("{} {:?}", line.name, line.text))
        .collect();
    assert!(stale.is_empty(), "run `cargo xtask prompts`; not recorded as they stand:\n{}", stale.join("\n"));
}

#[test]
fn what_the_engines_name_is_there() {
    let manifest = manifest();
    let names: HashSet<&str> = manifest.clips.iter().map(|clip| clip.name.as_str()).collect();
    let phrases = exchange::Phrases::default();
    let exchange::Phrases { agent_lost, parked, ringing, not_reached, goodbye, message_kept, must_end } =
        &phrases;
    for sound in
        [agent_lost, parked, ringing, not_reached, goodbye, message_kept, must_end].into_iter().flatten()
    {
        if let audio::Sound::Clip(clip) = sound {
            assert!(names.contains(clip.name()), "{clip:?}");
        }
    }
    for (part, _) in audio::spoken::parts() {
        assert!(names.contains(part.as_str()), "{part}");
    }
    assert!(names.contains("music/hold"));
}

/// Names in quotes, whatever key they stand under.
#[test]
fn what_the_demo_centre_names_is_there() {
    let manifest = manifest();
    let centre = std::fs::read_to_string(root().join("demo/centre.toml")).expect("the demo centre");
    let named: HashSet<&str> = centre
        .split('"')
        .filter(|text| text.starts_with("recorded/") || text.starts_with("music/"))
        .collect();
    let missing: Vec<_> = named.into_iter().filter(|name| manifest.clip(name).is_none()).collect();
    assert_eq!(missing, Vec::<&str>::new());
}
