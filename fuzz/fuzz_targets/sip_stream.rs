//! SIP over TCP: the cutting of a stream into messages.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    telephony::probe::sip_stream(bytes);
});
