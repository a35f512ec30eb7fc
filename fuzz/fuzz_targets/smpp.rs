//! A packet of a short message centre, and what it says in it.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    gateways::smpp::probe(bytes);
    // The same as the body of a delivery: the header is hard to find by chance.
    let length = u32::try_from(bytes.len() + 16).unwrap_or(u32::MAX).to_be_bytes();
    gateways::smpp::probe(&[&length[..], &[0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 1], bytes].concat());
});
