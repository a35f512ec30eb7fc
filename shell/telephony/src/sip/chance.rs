//! Chance for tags, branches and nonces: unpredictable, from the operating system, a page at a time.

use std::cell::RefCell;

thread_local! {
    static POOL: RefCell<([u8; 1024], usize)> = const { RefCell::new(([0; 1024], 1024)) };
}

/// Sixteen letters and digits that nobody can guess.
pub fn token() -> String {
    let mut bytes = [0u8; 16];
    POOL.with_borrow_mut(|(pool, used)| {
        if *used + 16 > pool.len() {
            if let Err(error) = getrandom::fill(pool) {
                // Without chance there is no security; nothing sensible can go on.
                panic!("the operating system gives no random bytes: {error}");
            }
            *used = 0;
        }
        if let Some(part) = pool.get_mut(*used..*used + 16) {
            bytes.copy_from_slice(part);
            part.fill(0);
        }
        *used += 16;
    });
    const DIGITS: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";
    bytes.iter().map(|b| DIGITS[usize::from(b & 31)] as char).collect()
}

pub fn secret() -> [u8; 32] {
    let mut out = [0u8; 32];
    if let Err(error) = getrandom::fill(&mut out) {
        panic!("the operating system gives no random bytes: {error}");
    }
    out
}
