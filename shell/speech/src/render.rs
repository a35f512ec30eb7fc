//! Renders what has changed since the manifest was written.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use anyhow::Context;

use crate::kokoro::Speaker;
use crate::manifest::{Entry, Manifest, RECIPE, Source, sha256};
use crate::music;
use crate::telephone::{Ends, RATE, encode, finish, to_wav};
use crate::texts::Line;

const SPOKEN: &str = "kokoro";
const COMPOSED: &str = "composed";
const MUSIC: &str = "music/hold";

fn sources() -> Vec<Source> {
    vec![
        Source {
            id: SPOKEN.into(),
            model: "Kokoro-82M v1.0, int8 ONNX (hexgrad; export by thewh1teagle)".into(),
            licence: "Apache-2.0 (weights and voices), MIT (export)".into(),
        },
        Source {
            id: COMPOSED.into(),
            model: "shell/speech/src/music.rs".into(),
            licence: "Apache-2.0 (own composition)".into(),
        },
    ]
}

/// Brings `folder` in line with `lines`: renders what is new or changed, removes what is no longer listed. The
/// manifest is written after each clip, so an interrupted run goes on where it stopped.
pub fn render(
    folder: &Path,
    lines: &[Line],
    speaker: &mut dyn FnMut() -> anyhow::Result<Speaker>,
    say: &mut dyn FnMut(&str),
) -> anyhow::Result<()> {
    let list = folder.join("manifest.json");
    let mut manifest = Manifest::read(&list)?;
    if manifest.recipe != RECIPE {
        manifest.clips.clear();
    }
    manifest.recipe = RECIPE;
    manifest.sources = sources();

    let wanted: HashSet<&str> = lines.iter().map(|line| line.name.as_str()).chain([MUSIC]).collect();
    for clip in manifest.clips.iter().filter(|clip| !wanted.contains(clip.name.as_str())) {
        say(&format!("{}: no longer listed, removed", clip.name));
        let _ = fs::remove_file(folder.join(format!("{}.wav", clip.name)));
    }
    manifest.clips.retain(|clip| wanted.contains(clip.name.as_str()));

    let whole = |clip: &Entry| {
        fs::read(folder.join(format!("{}.wav", clip.name))).is_ok_and(|file| sha256(&file) == clip.sha256)
    };
    let stands = |line: &&Line| {
        let clip = manifest.clip(&line.name);
        clip.is_some_and(|clip| clip.text == line.text && clip.voice == line.voice && whole(clip))
    };
    let changed: Vec<&Line> = lines.iter().filter(|line| !stands(line)).collect();
    let music_stands = manifest.clip(MUSIC).is_some_and(whole);

    if !music_stands {
        say("music on hold");
        let clip = Line { name: MUSIC.into(), text: String::new(), voice: String::new(), about: None };
        keep(folder, &mut manifest, &clip, COMPOSED, &music::on_hold())?;
        manifest.write(&list)?;
    }
    if !changed.is_empty() {
        let mut speaker = speaker()?;
        for (at, line) in changed.iter().enumerate() {
            say(&format!("{}/{} {} ({}): {}", at + 1, changed.len(), line.name, line.voice, line.text));
            let sound = record(&mut speaker, line).with_context(|| format!("rendering {}", line.name))?;
            keep(folder, &mut manifest, line, SPOKEN, &sound)?;
            manifest.write(&list)?;
        }
    }
    for clip in &mut manifest.clips {
        if let Some(line) = lines.iter().find(|line| line.name == clip.name) {
            clip.about.clone_from(&line.about);
        }
    }
    manifest.write(&list)?;
    say(&format!(
        "{} clips, {} of them rendered now",
        manifest.clips.len(),
        changed.len() + usize::from(!music_stands)
    ));
    Ok(())
}

fn record(speaker: &mut Speaker, line: &Line) -> anyhow::Result<Vec<f32>> {
    let ends = if line.name.starts_with("parts/") { Ends::PART } else { Ends::SENTENCE };
    finish(&speaker.say(&line.text, &line.voice)?, ends)
}

fn keep(
    folder: &Path,
    manifest: &mut Manifest,
    line: &Line,
    source: &str,
    sound: &[f32],
) -> anyhow::Result<()> {
    let file = folder.join(format!("{}.wav", line.name));
    if let Some(parent) = file.parent() {
        fs::create_dir_all(parent).with_context(|| format!("making {}", parent.display()))?;
    }
    let bytes = to_wav(&encode(sound));
    fs::write(&file, &bytes).with_context(|| format!("writing {}", file.display()))?;
    manifest.clips.retain(|clip| clip.name != line.name);
    manifest.clips.push(Entry {
        name: line.name.clone(),
        source: source.into(),
        text: line.text.clone(),
        voice: line.voice.clone(),
        about: line.about.clone(),
        duration_ms: (sound.len() * 1000 / RATE) as u32,
        sha256: sha256(&bytes),
    });
    manifest.clips.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(())
}
