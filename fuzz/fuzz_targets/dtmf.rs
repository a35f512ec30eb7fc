//! Keys: telephone-event packets, and tones in the sound.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    telephony::probe::dtmf(bytes);
});
