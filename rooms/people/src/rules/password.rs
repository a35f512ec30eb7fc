//! What a password must be, and how long it may be used (domain 7.4).

use std::time::Duration;

use kernel::Timestamp;

use super::Refusal;

pub const LEAST: usize = 10;
/// Long enough for any sentence; short enough that hashing it is no attack.
pub const MOST: usize = 200;
pub const GOOD_FOR: Duration = Duration::from_secs(90 * 24 * 3_600);

/// Ten characters, three of four classes, and not the person's own number or name.
pub fn check(password: &str, number: &str, name: &str) -> Result<(), Refusal> {
    let length = password.chars().count();
    if length < LEAST {
        return Err(Refusal::PasswordTooShort { least: LEAST });
    }
    if length > MOST {
        return Err(Refusal::PasswordTooLong { most: MOST });
    }
    let classes: [fn(char) -> bool; 4] = [
        |c| c.is_lowercase(),
        |c| c.is_uppercase(),
        |c| c.is_numeric(),
        // Chinese characters have no case: they count with the signs.
        |c| !c.is_lowercase() && !c.is_uppercase() && !c.is_numeric(),
    ];
    if classes.iter().filter(|class| password.chars().any(*class)).count() < 3 {
        return Err(Refusal::PasswordTooPlain);
    }
    let lower = password.to_lowercase();
    let tells = |word: &str| word.chars().count() >= 2 && lower.contains(&word.to_lowercase());
    if tells(number) || tells(name) {
        return Err(Refusal::PasswordTellsWho);
    }
    Ok(())
}

/// Whether a password set then is too old now.
pub fn is_too_old(set_at: Option<Timestamp>, now: Timestamp) -> bool {
    set_at.is_some_and(|at| now.since(at) >= GOOD_FOR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords() {
        for (password, expected) in [
            ("Kleine-Reise-7", Ok(())),
            ("kleine reise 7", Ok(())),
            ("热线Switch2026", Ok(())),
            ("热线中心真好听真好听", Err(Refusal::PasswordTooPlain)),
            ("Reise-7", Err(Refusal::PasswordTooShort { least: 10 })),
            ("kleinereise", Err(Refusal::PasswordTooPlain)),
            ("KleineReise", Err(Refusal::PasswordTooPlain)),
            ("Kleine-1001-x", Err(Refusal::PasswordTellsWho)),
            ("Ich-LiLei-77", Err(Refusal::PasswordTellsWho)),
            ("", Err(Refusal::PasswordTooShort { least: 10 })),
        ] {
            assert_eq!(check(password, "1001", "lilei"), expected, "{password}");
        }
        let long = "Aa1".repeat(100);
        assert_eq!(check(&long, "1001", "lilei"), Err(Refusal::PasswordTooLong { most: 200 }));
        assert_eq!(check("Kleine-Reise-7", "7", ""), Ok(()), "one digit tells nothing");
    }

    #[test]
    fn a_password_is_good_for_ninety_days() {
        let set = Timestamp::from_secs(0);
        let day = |n: i64| Timestamp::from_secs(n * 86_400);
        assert!(!is_too_old(Some(set), day(89)));
        assert!(is_too_old(Some(set), day(90)));
        assert!(!is_too_old(None, day(90)));
    }
}
