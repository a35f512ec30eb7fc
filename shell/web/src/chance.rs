//! Where secrets and salts come from.

use std::sync::atomic::{AtomicU64, Ordering};

/// A source of chance.
pub trait Chance: Send + Sync + 'static {
    /// # Errors
    /// When the system has none to give; then nothing secret may be made.
    fn fill(&self, bytes: &mut [u8]) -> anyhow::Result<()>;
}

/// The operating system's.
#[derive(Debug, Default)]
pub struct OsChance;

impl Chance for OsChance {
    fn fill(&self, bytes: &mut [u8]) -> anyhow::Result<()> {
        getrandom::fill(bytes).map_err(|error| anyhow::anyhow!("the system gives no random bytes: {error}"))
    }
}

/// For tests: looks random, repeats exactly.
#[derive(Debug, Default)]
pub struct TestChance(AtomicU64);

impl Chance for TestChance {
    fn fill(&self, bytes: &mut [u8]) -> anyhow::Result<()> {
        for chunk in bytes.chunks_mut(8) {
            // splitmix64
            let mut z = self
                .0
                .fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed)
                .wrapping_add(0x9e37_79b9_7f4a_7c15);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            let word = (z ^ (z >> 31)).to_le_bytes();
            let length = chunk.len();
            chunk.copy_from_slice(&word[..length]);
        }
        Ok(())
    }
}
