//! Rules that need no call: what may be dialled, how the day is counted.
