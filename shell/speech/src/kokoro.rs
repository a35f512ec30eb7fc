//! A speaker: the voice model Kokoro-82M, run by ONNX Runtime from the speech pack.

use std::collections::HashMap;

use anyhow::{Context, anyhow, ensure};
use ort::session::Session;
use ort::value::Tensor;

use crate::g2p::Reader;
use crate::pack::Pack;
use crate::syllable::token;
use crate::telephone::MODEL_RATE;

/// The model hears at most this many symbols at once.
const TOKENS_MAX: usize = 510;

/// Beyond this many it hurries, so longer texts are said sentence by sentence.
const TOKENS_GOOD: usize = 260;

/// Between sentences that are said apart, in milliseconds.
const PAUSE_MS: usize = 250;

/// The numbers that describe a voice for a text of one length.
const STYLE: usize = 256;

/// Says texts in the voices of the pack.
pub struct Speaker {
    pack: Pack,
    reader: Reader,
    session: Session,
    voices: HashMap<String, Vec<f32>>,
}

impl Speaker {
    /// Loads runtime and model; takes a second or two. One thread does the work.
    pub fn open(pack: Pack) -> anyhow::Result<Speaker> {
        let runtime = ort::init_from(pack.runtime())
            .map_err(|error| {
                anyhow!("{} cannot be loaded: {error}; run `make speech`", pack.runtime().display())
            })?
            .build()?;
        let session = Session::builder(&runtime)?
            .with_intra_threads(1)
            .map_err(|error| anyhow!("{error}"))?
            .commit_from_file(pack.model())
            .map_err(|error| anyhow!("{} cannot be loaded: {error}", pack.model().display()))?;
        Ok(Speaker { pack, reader: Reader::default(), session, voices: HashMap::new() })
    }

    /// The text in this voice, ±1 at 24 kHz.
    pub fn say(&mut self, text: &str, voice: &str) -> anyhow::Result<Vec<f32>> {
        let symbols = self.reader.read(text)?;
        let mut speech = Vec::new();
        for chunk in chunks(&symbols) {
            if !speech.is_empty() {
                speech.extend(std::iter::repeat_n(0.0, MODEL_RATE * PAUSE_MS / 1000));
            }
            speech.extend(self.utter(&chunk, voice)?);
        }
        Ok(speech)
    }

    fn utter(&mut self, symbols: &str, voice: &str) -> anyhow::Result<Vec<f32>> {
        let mut tokens = vec![0];
        for symbol in symbols.chars() {
            tokens.push(token(symbol).with_context(|| format!("the model knows no symbol {symbol:?}"))?);
        }
        let count = tokens.len() - 1;
        ensure!(count > 0, "there is nothing to say");
        ensure!(
            count <= TOKENS_MAX,
            "a sentence is too long ({count} symbols of {TOKENS_MAX}): divide it by full stops"
        );
        tokens.push(0);
        let style = self.style(voice, count)?;
        let outputs = self.session.run(ort::inputs![
            "tokens" => Tensor::from_array(([1, tokens.len()], tokens))?,
            "style" => Tensor::from_array(([1, STYLE], style))?,
            "speed" => Tensor::from_array(([1], vec![1.0f32]))?,
        ])?;
        let (_, speech) =
            outputs.get("audio").context("the model gave no sound")?.try_extract_tensor::<f32>()?;
        Ok(speech.to_vec())
    }

    /// A voice is a table: one row of numbers for each length of text.
    fn style(&mut self, voice: &str, length: usize) -> anyhow::Result<Vec<f32>> {
        if !self.voices.contains_key(voice) {
            let file = self.pack.voice(voice);
            let bytes = std::fs::read(&file)
                .with_context(|| format!("there is no voice {voice} ({})", file.display()))?;
            let numbers =
                bytes.chunks_exact(4).map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]]));
            self.voices.insert(voice.to_owned(), numbers.collect());
        }
        let rows = self.voices.get(voice).map(Vec::as_slice).unwrap_or_default();
        let row = rows.chunks_exact(STYLE).nth(length.min(TOKENS_MAX - 1));
        Ok(row.with_context(|| format!("the voice {voice} is damaged: run `make speech`"))?.to_vec())
    }
}

/// Sentences, joined while they are short.
fn chunks(symbols: &str) -> Vec<String> {
    let mut chunks: Vec<String> = Vec::new();
    for sentence in
        symbols.split_inclusive(['.', '!', '?']).map(str::trim).filter(|sentence| !sentence.is_empty())
    {
        match chunks.last_mut() {
            Some(last) if last.chars().count() + sentence.chars().count() < TOKENS_GOOD => {
                last.push(' ');
                last.push_str(sentence);
            }
            _ => chunks.push(sentence.to_owned()),
        }
    }
    chunks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_said_sentence_by_sentence() {
        assert_eq!(chunks("a. b! c"), ["a. b! c"]);
        let long = format!("{}. {}.", "a".repeat(200), "b".repeat(200));
        assert_eq!(chunks(&long).iter().map(String::len).collect::<Vec<_>>(), [201, 201]);
        assert!(chunks("").is_empty());
    }
}
