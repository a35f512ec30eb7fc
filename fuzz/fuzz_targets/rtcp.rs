//! A compound RTCP packet.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    telephony::probe::rtcp(bytes);
});
