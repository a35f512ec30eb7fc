//! The whole state as text: for transcripts, the support bundle and a failed simulation.

use std::fmt::Write;

use crate::call::Call;
use crate::exchange::Exchange;

impl Exchange {
    pub fn show(&self) -> String {
        // Taken apart without `..`, so that a new field cannot be forgotten.
        let Exchange {
            config: _,
            usual: _,
            footing,
            places_left,
            ids: _,
            acd,
            calls,
            legs,
            seats,
            recordings,
            on_trunk,
            trunks_up,
            draining,
            counters,
            due,
            by_time: _,
            to_acd,
            from_acd,
            touched,
            promised: _,
            desks_changed: _,
            at_work: _,
        } = self;
        let mut text = String::new();
        let _ = writeln!(text, "exchange{}", if *draining { ", draining" } else { "" });
        if let Some(storm) = footing.storm() {
            let _ = writeln!(text, "  {storm:?}, {} remembered", places_left.len());
        }
        for call in calls.values() {
            call.show(&mut text);
            if let Some(at) = due.get(&call.id) {
                let _ = writeln!(text, "    due {at}");
            }
        }
        for (leg, known) in legs {
            let leaving = if known.leaving { ", leaving" } else { "" };
            let _ = writeln!(text, "  leg {leg} of {}{leaving}", known.call);
        }
        for (agent, seat) in seats {
            let _ = writeln!(text, "  agent {agent} {:?} since {}", seat.desk, seat.since);
        }
        for (recording, taping) in recordings {
            let _ = writeln!(text, "  recording {recording} {taping:?}");
        }
        for (trunk, up) in trunks_up {
            let _ = writeln!(text, "  trunk {trunk} {}", if *up { "up" } else { "down" });
        }
        for (trunk, count) in on_trunk {
            let _ = writeln!(text, "  trunk {trunk}: {count}");
        }
        if !(to_acd.is_empty() && from_acd.is_empty() && touched.is_empty()) {
            let _ = writeln!(text, "  unsettled {to_acd:?} {from_acd:?} {touched:?}");
        }
        let _ = writeln!(text, "  {:?}", counters.figures());
        text.push_str(&acd.show());
        text
    }
}

impl Call {
    fn show(&self, text: &mut String) {
        let Call {
            id,
            direction,
            from,
            to,
            trunk,
            customer,
            arrived,
            requested,
            urgent,
            home,
            attempt,
            values,
            held_back,
            queue,
            served_by,
            recording,
            playing,
            hears,
            away,
            promised_in,
            state,
            since,
        } = self;
        let _ = writeln!(
            text,
            "  call {id} {direction:?} {} -> {to} over {trunk:?}, leg {customer}, at {arrived}",
            from.number
        );
        let _ = writeln!(text, "    {state:?} since {since}");
        let _ = writeln!(
            text,
            "    t2 {requested:?} urgent {urgent} home {home:?} queue {queue:?} served by {served_by:?} \
             held back {held_back:?}"
        );
        let _ = writeln!(text, "    recording {recording:?} playing {playing:?} hears {hears:?}");
        if let Some(attempt) = attempt {
            // What is said to somebody is nobody else's business.
            let _ = writeln!(text, "    by the machine, {attempt}, knows {:?}", values.keys());
        }
        if let Some(call) = promised_in {
            let _ = writeln!(text, "    promised in {call}, away {away}");
        }
    }
}
