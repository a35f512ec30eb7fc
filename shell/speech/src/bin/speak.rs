//! `speak PACK`: reads orders from standard input and writes sound, until the input ends. A process of its own, so that the
//! voice model is never in the program that carries calls.

use std::fs;
use std::io::{BufRead, Write, stdin, stdout};
use std::path::PathBuf;

use anyhow::Context;
use speech::kokoro::Speaker;
use speech::pack::{FOLDER, Pack};
use speech::telephone::{Ends, RATE, encode, finish, to_wav};
use speech::worker::{Order, Outcome};

fn main() -> anyhow::Result<()> {
    let folder = std::env::args_os().nth(1).map_or_else(|| PathBuf::from(FOLDER), PathBuf::from);
    let mut speaker = Speaker::open(Pack::open(&folder)?)?;
    let mut out = stdout().lock();
    tell(&mut out, &Outcome::Here)?;
    for line in stdin().lock().lines() {
        let order: Order = serde_json::from_str(&line?).context("an order that cannot be read")?;
        let outcome = match say(&mut speaker, &order) {
            Ok(ms) => Outcome::Said { ms },
            Err(failure) => Outcome::Refused { why: format!("{failure:#}") },
        };
        tell(&mut out, &outcome)?;
    }
    Ok(())
}

fn tell(out: &mut impl Write, outcome: &Outcome) -> anyhow::Result<()> {
    serde_json::to_writer(&mut *out, outcome)?;
    out.write_all(b"\n")?;
    Ok(out.flush()?)
}

fn say(speaker: &mut Speaker, order: &Order) -> anyhow::Result<u64> {
    let sound = finish(&speaker.say(&order.text, &order.voice)?, Ends::SENTENCE)?;
    let half = order.file.with_extension("half");
    fs::write(&half, to_wav(&encode(&sound))).with_context(|| format!("writing {}", half.display()))?;
    fs::rename(&half, &order.file).with_context(|| format!("writing {}", order.file.display()))?;
    Ok((sound.len() * 1_000 / RATE) as u64)
}
