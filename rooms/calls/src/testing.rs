//! For rooms' tests: halls without an exchange.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use exchange::floor::Pulse;
use exchange::{AgentLine, Config, DeskView, Exchange, FloorView, Input, Refused};
use futures::future::BoxFuture;
use kernel::time::{Clock, TestClock};
use kernel::{IdMint, PersonId};

use crate::Hall;

/// What the exchange says to an act.
pub type Said = anyhow::Result<Result<(), Refused>>;

/// Nobody has a desk, and nothing can be done.
#[derive(Clone, Copy, Debug, Default)]
pub struct Away;

impl Hall for Away {
    fn act(&self, _: Input) -> BoxFuture<'_, Said> {
        Box::pin(async { anyhow::bail!("there is no exchange in this test") })
    }
    fn floor(&self) -> BoxFuture<'_, anyhow::Result<Arc<FloorView>>> {
        Box::pin(async { Ok(Arc::default()) })
    }
    fn desk(&self, _: PersonId) -> BoxFuture<'_, anyhow::Result<Option<DeskView>>> {
        Box::pin(async { Ok(None) })
    }
    fn desks_changed(&self) -> BoxFuture<'_, BTreeSet<PersonId>> {
        Box::pin(std::future::pending())
    }
    fn pulse(&self) -> BoxFuture<'_, anyhow::Result<Pulse>> {
        Box::pin(async { Ok(Pulse::default()) })
    }
}

/// Keeps whatever it is asked, and agrees unless the test answers otherwise; its floor and desks are what the test says.
pub struct Noting {
    asked: Mutex<Vec<Input>>,
    floor: Mutex<FloorView>,
    answer: Box<dyn Fn() -> BoxFuture<'static, Said> + Send + Sync>,
    desk: Box<dyn Fn(PersonId) -> Option<DeskView> + Send + Sync>,
}

impl Default for Noting {
    fn default() -> Self {
        Noting {
            asked: Mutex::default(),
            floor: Mutex::default(),
            answer: Box::new(|| Box::pin(async { Ok(Ok(())) })),
            desk: Box::new(|_| None),
        }
    }
}

impl Noting {
    /// With this answer to every act.
    pub fn answering(answer: impl Fn() -> BoxFuture<'static, Said> + Send + Sync + 'static) -> Noting {
        Noting { answer: Box::new(answer), ..Noting::default() }
    }

    /// With these desks.
    pub fn with_desks(desk: impl Fn(PersonId) -> Option<DeskView> + Send + Sync + 'static) -> Noting {
        Noting { desk: Box::new(desk), ..Noting::default() }
    }

    /// What it was asked since it was last asked for.
    pub fn take(&self) -> Vec<Input> {
        std::mem::take(&mut *self.asked.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// From now on its floor looks like this.
    pub fn show(&self, change: impl FnOnce(&mut FloorView)) {
        change(&mut self.floor.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl fmt::Debug for Noting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Noting").field("asked", &self.asked).finish_non_exhaustive()
    }
}

impl Hall for Noting {
    fn act(&self, input: Input) -> BoxFuture<'_, Said> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(input);
        (self.answer)()
    }
    fn floor(&self) -> BoxFuture<'_, anyhow::Result<Arc<FloorView>>> {
        let view = Arc::new(self.floor.lock().unwrap_or_else(PoisonError::into_inner).clone());
        Box::pin(async { Ok(view) })
    }
    fn desk(&self, agent: PersonId) -> BoxFuture<'_, anyhow::Result<Option<DeskView>>> {
        let desk = (self.desk)(agent);
        Box::pin(async { Ok(desk) })
    }
    fn desks_changed(&self) -> BoxFuture<'_, BTreeSet<PersonId>> {
        Away.desks_changed()
    }
    fn pulse(&self) -> BoxFuture<'_, anyhow::Result<Pulse>> {
        Away.pulse()
    }
}

/// The desk of an agent who has not signed in.
pub fn desk(agent: PersonId) -> Option<DeskView> {
    let line = AgentLine { phone: "1001".into(), number: "1001".into(), name: "李敏".into() };
    let config = Config { agents: [(agent, line)].into(), ..Config::default() };
    let exchange = Exchange::new(config, Arc::new(IdMint::new(0)));
    exchange.desk(TestClock::monday_morning().now(), agent)
}
