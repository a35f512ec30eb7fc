//! A bug that strikes where a test wants it: a panic at the nth fact or command from now on, in this thread.

use std::cell::Cell;

thread_local! {
    static COUNTDOWN: Cell<Option<u64>> = const { Cell::new(None) };
}

/// The nth place from now panics; none disarms.
pub fn arm(countdown: Option<u64>) {
    COUNTDOWN.set(countdown);
}

/// One of the places: silently, without the panic hook's message, for a simulation has thousands of them.
pub fn here() {
    match COUNTDOWN.get() {
        Some(0) => {
            arm(None);
            std::panic::resume_unwind(Box::new("a bug that was asked for"));
        }
        Some(n) => arm(Some(n - 1)),
        None => {}
    }
}
