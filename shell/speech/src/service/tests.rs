//! The service with a program in place of the voice model: what it says, what happens when it dies, and when there is none.

use std::os::unix::fs::PermissionsExt;

use super::*;

/// A program that writes 100 ms of a tone for each order; `extra` is shell run for each line before it answers.
fn program(folder: &Path, extra: &str) -> Command {
    let file = folder.join("program");
    let script = format!(
        "#!/bin/sh\necho '\"here\"'\nwhile read -r line; do\n{extra}\n\
         out=$(printf '%s' \"$line\" | sed 's/.*\"file\":\"\\([^\"]*\\)\".*/\\1/')\n\
         head -c 858 /dev/zero > \"$out\"\necho '{{\"said\":{{\"ms\":100}}}}'\ndone\n"
    );
    std::fs::write(&file, script).expect("written");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).expect("a program");
    Command::new(file)
}

fn speech(folder: &Path, extra: &str) -> Speech {
    let speech = Speech::new(&folder.join("prompts"), "zf_xiaobei", None);
    tokio::spawn(speech.clone().work(program(folder, extra)));
    speech
}

const WITHIN: Duration = Duration::from_secs(20);

#[tokio::test]
async fn a_text_is_said_sentence_by_sentence_and_no_sentence_twice() {
    let folder = tempfile::tempdir().expect("a folder");
    let speech = speech(folder.path(), &format!("echo x >> {}/count", folder.path().display()));
    assert_eq!(speech.say("您好。3号楼停电。").await, Said::Preparing);
    let said = speech.wait("您好。3号楼停电。", WITHIN).await;
    assert_eq!(said.ms(), Some(200));
    let Said::Ready(first) = said else { panic!("not ready") };
    let Said::Ready(second) = speech.wait("您好。5号楼停电。", WITHIN).await else {
        panic!("not ready")
    };
    assert_eq!(first[0], second[0], "a sentence that was said is used again");
    assert_ne!(first[1].clip, second[1].clip);
    let count = std::fs::read_to_string(folder.path().join("count")).expect("counted");
    assert_eq!(count.lines().count(), 3);
    assert_eq!(speech.state(), State { why_not: None, waiting: 0 });
}

#[tokio::test]
async fn a_program_that_dies_is_started_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let died = folder.path().join("died");
    let extra = format!("[ -e {0} ] || {{ touch {0}; exit 1; }}", died.display());
    let speech = speech(folder.path(), &extra);
    assert!(matches!(speech.wait("您好。", WITHIN).await, Said::Ready(_)));
}

#[tokio::test]
async fn a_sentence_that_kills_the_program_twice_is_given_up_and_others_are_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let speech = speech(folder.path(), "case \"$line\" in *坏*) exit 1;; esac");
    let Said::Unavailable(why) = speech.wait("坏。", WITHIN).await else { panic!("said") };
    assert_eq!(why, "the speaker's program has failed twice at it: see the log");
    assert!(matches!(speech.wait("好。", WITHIN).await, Said::Ready(_)));
}

#[tokio::test]
async fn without_a_pack_it_says_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let speech = Speech::start(&folder.path().join("pack"), folder.path(), "zf_xiaobei");
    let Said::Unavailable(why) = speech.say("您好。").await else { panic!("said") };
    assert!(why.ends_with("run `make speech`"), "{why}");
    assert_eq!(speech.state().why_not, Some(why));
    assert!(
        matches!(Speech::none("switched off").say("您好。").await, Said::Unavailable(why) if why == "switched off")
    );
}

#[tokio::test]
async fn what_is_too_much_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let speech = Speech::new(folder.path(), "zf_xiaobei", None);
    assert!(matches!(speech.say(&"好。".repeat(100)).await, Said::Unavailable(_)));
    assert!(matches!(speech.say("。").await, Said::Unavailable(_)));
    for n in 0..WAITING_MAX / 32 {
        let text: String = (0..32).map(|m| format!("{n}{}好。", "很".repeat(m + 1))).collect();
        assert_eq!(speech.say(&text).await, Said::Preparing);
    }
    assert!(
        matches!(speech.say("再来一句。").await, Said::Unavailable(why) if why.contains("try again later"))
    );
}

#[test]
fn the_clips_unused_for_longest_go() {
    let folder = tempfile::tempdir().expect("a folder");
    for n in 0..5_u64 {
        let file = std::fs::File::create(folder.path().join(format!("{n}.wav"))).expect("made");
        let used = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1_000 - n * 100);
        file.set_times(std::fs::FileTimes::new().set_accessed(used)).expect("set");
    }
    sweep(folder.path(), 3).expect("swept");
    let mut left: Vec<_> = std::fs::read_dir(folder.path())
        .expect("read")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    left.sort();
    assert_eq!(left, ["0.wav", "1.wav", "2.wav"]);
}
