//! `centre.toml`: read; what was read is written, and read again as the same.
#![no_main]

#[path = "../../switchboard/src/centre.rs"]
mod centre;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match centre::read(text) {
        Ok(spec) => {
            let written = centre::write(&spec).expect("what was read can be written");
            assert_eq!(centre::read(&written).as_ref(), Ok(&spec), "{written}");
        }
        Err(troubles) => assert!(!troubles.to_string().is_empty()),
    }
});
