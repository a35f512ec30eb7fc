//! A datagram on a port for audio, and the jitter buffer behind it.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    telephony::probe::rtp(bytes);
});
