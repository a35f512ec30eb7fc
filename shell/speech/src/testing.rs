//! For tests: a speech pack without a model.

#![allow(clippy::expect_used, reason = "a test that cannot begin fails")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::Speech;
use crate::pack::VOICES;

/// A speech pack in this folder whose voice is silence of a second, for which it needs `pause` seconds.
pub fn pack(folder: &Path, pause: &str) -> Speech {
    let pack = folder.join("pack");
    fs::create_dir_all(pack.join("voices")).expect("made");
    fs::create_dir_all(folder.join("spoken")).expect("made");
    for file in ["kokoro-v1.0.int8.onnx", "libonnxruntime.so.1.31.1"] {
        fs::write(pack.join(file), "").expect("written");
    }
    for (voice, _) in VOICES {
        fs::write(pack.join(format!("voices/{voice}.bin")), "").expect("written");
    }
    let program = format!(
        "#!/bin/sh\necho '\"here\"'\nwhile read -r line; do\nsleep {pause}\n\
         out=$(printf '%s' \"$line\" | sed 's/.*\"file\":\"\\([^\"]*\\)\".*/\\1/')\n\
         head -c 8058 /dev/zero > \"$out\"\necho '{{\"said\":{{\"ms\":1000}}}}'\ndone\n"
    );
    fs::write(pack.join("speak"), program).expect("written");
    fs::set_permissions(pack.join("speak"), fs::Permissions::from_mode(0o755)).expect("a program");
    Speech::start(&pack, folder, "zf_xiaobei")
}
