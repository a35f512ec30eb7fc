//! Lines of what waits, each worked off from its head.
//!
//! A line is taken in hand for a while; what it holds is told one after the other, each outcome kept before the next goes out.
//! Whoever dies between telling and keeping leaves it at the head: it goes out again under the same name.

use std::time::Duration;

use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use kernel::Timestamp;
use tokio::time::timeout;
use web::App;

use crate::Try;

/// Who sends has a line for so long, renewed with each thing told; longer than one try can take.
pub const LEASE: Duration = Duration::from_secs(90);
/// So many lines are served at once: one that is not answered does not hold up the others.
const AT_ONCE: usize = 8;
/// While some are being served, those that become due are looked for so often.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// What stands at the head of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Head<T> {
    Next(T),
    /// Nothing waits.
    Empty,
    /// Nobody is to be told now: paused meanwhile, or gone.
    Shut,
}

impl<T> From<Option<T>> for Head<T> {
    fn from(head: Option<T>) -> Head<T> {
        head.map_or(Head::Empty, Head::Next)
    }
}

/// The lines of a room. A line is told of something only while it is in hand, and let go of by whoever had it until then.
pub trait Lines: Send + Sync {
    type Id: Copy + Send + Sync;
    type Head: Send + Sync;
    /// So many of one line go out before others have their turn.
    const IN_A_ROW: usize;

    fn app(&self) -> &App;
    /// Those with something to tell now that nobody has in hand.
    fn due(&self, now: Timestamp, most: usize) -> impl Future<Output = anyhow::Result<Vec<Self::Id>>> + Send;
    /// Takes one in hand: its failures in a row, none when somebody else was faster.
    fn claim(
        &self,
        id: Self::Id,
        now: Timestamp,
        until: Timestamp,
    ) -> impl Future<Output = anyhow::Result<Option<i64>>> + Send;
    /// What is told next, as things stand at this moment.
    fn head(&self, id: Self::Id) -> impl Future<Output = anyhow::Result<Head<Self::Head>>> + Send;
    fn tell(&self, head: &Self::Head) -> impl Future<Output = anyhow::Result<Try>> + Send;
    /// Keeps what came of it; until when the line is in hand, none when no more may be told now.
    fn keep(
        &self,
        head: &Self::Head,
        tried: &Try,
        failures: i64,
    ) -> impl Future<Output = anyhow::Result<Option<Timestamp>>> + Send;
    /// It was said that some wait, and none does.
    fn recount(&self, id: Self::Id) -> impl Future<Output = anyhow::Result<()>> + Send;
    fn release(&self, id: Self::Id, until: Timestamp) -> impl Future<Output = anyhow::Result<()>> + Send;
}

/// Serves all that are due, until none is.
///
/// # Errors
/// When the lines cannot be read. A line that fails is logged, and due again when its time in hand is over.
pub async fn serve<L: Lines>(lines: &L) -> anyhow::Result<()> {
    let mut under_way = FuturesUnordered::new();
    loop {
        let free = AT_ONCE.saturating_sub(under_way.len());
        if free > 0 {
            let now = lines.app().now();
            for id in lines.due(now, free).await? {
                if let Some(failures) = lines.claim(id, now, now + LEASE).await? {
                    under_way.push(serve_one(lines, id, failures, now + LEASE));
                }
            }
        }
        match timeout(LOOK_AGAIN, under_way.next()).await {
            Ok(None) => return Ok(()),
            Ok(Some(Err(failure))) => tracing::error!("a line could not be served: {failure:#}"),
            Ok(Some(Ok(()))) | Err(_) => {}
        }
    }
}

/// Serves one that is in hand until it is empty or something goes wrong.
///
/// # Errors
/// When it cannot be read or kept.
pub async fn serve_one<L: Lines>(
    lines: &L,
    id: L::Id,
    failures: i64,
    until: Timestamp,
) -> anyhow::Result<()> {
    let (mut failures, mut until) = (failures, until);
    for turn in 0..L::IN_A_ROW {
        let head = match lines.head(id).await? {
            Head::Next(head) => head,
            Head::Empty if turn == 0 => {
                // It would be taken in hand for ever.
                lines.recount(id).await?;
                break;
            }
            Head::Empty | Head::Shut => break,
        };
        let tried = lines.tell(&head).await?;
        match lines.keep(&head, &tried, failures).await? {
            Some(next) => until = next,
            None => break,
        }
        failures = 0;
    }
    lines.release(id, until).await
}
