//! A session description, as an offer and as an answer.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    telephony::probe::sdp(bytes);
});
