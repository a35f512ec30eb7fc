//! What a leader has spoken into a telephone: whether it can be a greeting, and from where to where it is one.

use audio::g711;

use super::words;

words! {
    /// Where a recording by telephone stands.
    Take {
        /// The telephone rings, or it is being spoken.
        Ringing = "ringing",
        /// It was heard back, and neither kept nor spoken again yet.
        Recorded = "recorded",
        /// It waits for approval.
        Kept = "kept",
        /// Hung up while speaking: it is still to be looked at.
        HungUp = "hung_up",
        Short = "short",
        /// Dead air.
        Silent = "silent",
        Long = "long",
        /// What was recorded cannot be had in time.
        Lost = "lost",
        NotReached = "not_reached",
        /// Answered, and nothing was spoken.
        Nothing = "nothing",
    }
}

/// Samples in a frame of 20 ms.
const FRAME: usize = 160;
const FRAMES_PER_S: usize = 50;
/// A frame with less sound than this is silence: -46 dBFS.
const QUIET: f64 = 164.0;
/// A shorter greeting says nothing.
const SHORTEST_S: usize = 2;
/// So much of it is voice.
const VOICE_S: usize = 1;
/// Nobody is left so long without a word.
const GAP_S: usize = 5;
/// What stays before the first and after the last word.
const MARGIN: usize = FRAMES_PER_S / 5;

/// The part of what was recorded that is a greeting: 8 kHz, A-law.
///
/// # Errors
/// What is the matter with it.
pub fn greeting(recorded: &[u8], most_s: u32) -> Result<&[u8], Take> {
    if recorded.len() < SHORTEST_S * FRAMES_PER_S * FRAME {
        return Err(Take::Short);
    }
    let loud: Vec<bool> = recorded.chunks(FRAME).map(is_voice).collect();
    let (Some(first), Some(last)) =
        (loud.iter().position(|voice| *voice), loud.iter().rposition(|voice| *voice))
    else {
        return Err(Take::Silent);
    };
    let spoken = loud.get(first..=last).unwrap_or_default();
    let gap = spoken.split(|voice| *voice).map(<[bool]>::len).max().unwrap_or(0);
    if spoken.iter().filter(|voice| **voice).count() < VOICE_S * FRAMES_PER_S || gap > GAP_S * FRAMES_PER_S {
        return Err(Take::Silent);
    }
    let from = first.saturating_sub(MARGIN) * FRAME;
    let to = ((last + 1 + MARGIN) * FRAME).min(recorded.len());
    let greeting = recorded.get(from..to).unwrap_or_default();
    if greeting.len() < SHORTEST_S * FRAMES_PER_S * FRAME {
        return Err(Take::Short);
    }
    if greeting.len() > most_s as usize * FRAMES_PER_S * FRAME {
        return Err(Take::Long);
    }
    Ok(greeting)
}

fn is_voice(frame: &[u8]) -> bool {
    let power: f64 = frame.iter().map(|code| f64::from(g711::ALAW[usize::from(*code)]).powi(2)).sum();
    (power / frame.len().max(1) as f64).sqrt() > QUIET
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seconds of a tone of this size, A-law.
    fn tone(seconds: f64, size: f64) -> Vec<u8> {
        let sample = |at: usize| (size * (at as f64 * 0.5).sin()) as i16;
        (0..(seconds * 8_000.0) as usize).map(|at| g711::to_alaw(sample(at))).collect()
    }

    #[test]
    fn a_greeting_is_what_was_said_between_the_silences() {
        let said = [tone(1.5, 0.0), tone(6.0, 8_000.0), tone(3.0, 0.0)].concat();
        let kept = greeting(&said, 45).expect("a greeting");
        let seconds = kept.len() as f64 / 8_000.0;
        assert!((6.3..6.5).contains(&seconds), "{seconds}");
    }

    #[test]
    fn what_is_no_greeting_is_told_why() {
        let said = |parts: &[(f64, f64)]| {
            let all: Vec<u8> = parts.iter().flat_map(|(seconds, size)| tone(*seconds, *size)).collect();
            greeting(&all, 45).map(|kept| kept.len() / 8_000)
        };
        assert_eq!(said(&[(1.0, 8_000.0)]), Err(Take::Short));
        assert_eq!(said(&[(0.3, 0.0), (1.2, 8_000.0), (9.0, 0.0)]), Err(Take::Short));
        assert_eq!(said(&[(20.0, 0.0)]), Err(Take::Silent), "the line was dead");
        assert_eq!(said(&[(20.0, 60.0)]), Err(Take::Silent), "a hum is no voice");
        assert_eq!(said(&[(0.4, 8_000.0), (4.0, 0.0), (0.4, 8_000.0)]), Err(Take::Silent));
        assert_eq!(said(&[(3.0, 8_000.0), (6.0, 0.0), (3.0, 8_000.0)]), Err(Take::Silent), "dead air in it");
        assert_eq!(said(&[(46.0, 8_000.0)]), Err(Take::Long));
        assert_eq!(
            said(&[(5.0, 0.0), (44.0, 8_000.0), (5.0, 0.0)]),
            Ok(44),
            "silence around it does not count"
        );
        assert_eq!(greeting(&[], 45), Err(Take::Short));
    }
}
