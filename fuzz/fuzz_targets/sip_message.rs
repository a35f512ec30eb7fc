//! A SIP message as it comes in a datagram.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    telephony::probe::sip_message(bytes);
});
