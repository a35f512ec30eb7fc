//! Who hears whom.

use std::collections::BTreeMap;

use kernel::LegId;

use super::{Call, State, Talk, With};
use crate::cx::Cx;
use crate::line::{Command, Source};

impl Call {
    /// Who hears whom: the only place that knows. Listening, whisper and barge-in are further rows of it.
    pub fn who_hears_whom(&self) -> BTreeMap<LegId, Vec<Source>> {
        let mut hears = BTreeMap::new();
        if !self.away {
            hears.insert(self.customer, vec![]);
        }
        match &self.state {
            State::Talking(talk) => self.in_conversation(talk, &mut hears),
            // The caller hears the number and nobody else; the agent hears the caller from the first word.
            State::Announcing(talk) => drop(hears.insert(talk.leg, vec![Source::full(self.customer)])),
            State::Dialling(dialling) => drop(hears.insert(dialling.leg, vec![])),
            State::Outside { leg } => {
                hears.insert(self.customer, vec![Source::full(*leg)]);
                hears.insert(*leg, vec![Source::full(self.customer)]);
            }
            State::Ended { .. } => hears.clear(),
            State::Arriving
            | State::CallingOut { .. }
            | State::InFlow(_)
            | State::InQueue(_)
            | State::Parked(_)
            | State::Reaching { .. }
            | State::LeavingMessage(_)
            | State::Closing { .. } => {}
        }
        hears
    }

    /// Those who talk hear each other, but not who is muted. While the customer types in secret, the agent hears no keys.
    fn in_conversation(&self, talk: &Talk, hears: &mut BTreeMap<LegId, Vec<Source>>) {
        hears.insert(talk.leg, vec![]);
        let up = talk.third_up();
        if let Some((leg, _)) = up {
            hears.insert(leg, vec![]);
        }
        let agent = (!talk.held()).then_some(talk.leg);
        let third_mutes = talk.third.as_ref().is_some_and(|third| third.muted);
        let members: Vec<LegId> = match up {
            None if talk.third.is_some() => vec![],
            None | Some((_, With::Customer)) => [Some(self.customer), agent].into_iter().flatten().collect(),
            Some((third, With::Third)) => [agent, Some(third)].into_iter().flatten().collect(),
            Some((third, With::All)) => {
                [Some(self.customer), agent, Some(third)].into_iter().flatten().collect()
            }
        };
        let heard = |by: LegId, leg: LegId| {
            let silent = (leg == talk.leg && talk.muted)
                || (up.is_some_and(|(third, _)| third == leg) && third_mutes)
                || (leg == self.customer && by == talk.leg && talk.secret.is_some());
            leg != by && !silent
        };
        for by in &members {
            let sources = members.iter().filter(|leg| heard(*by, **leg)).map(|leg| Source::full(*leg));
            hears.insert(*by, sources.collect());
        }
    }

    pub(super) fn rehear(&mut self, cx: &mut Cx) {
        let hears = self.who_hears_whom();
        for (leg, sources) in &hears {
            if self.hears.get(leg).map_or(&[][..], Vec::as_slice) != sources.as_slice() {
                cx.line(Command::Hear { leg: *leg, sources: sources.clone() });
            }
        }
        self.hears = hears;
    }
}
