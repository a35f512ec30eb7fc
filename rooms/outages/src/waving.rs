//! Text messages to everybody affected, a batch at a time: a batch and how far the wave has come are one transaction, so that
//! whatever dies when, it goes on where it was and tells nobody twice.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use db::{Tx, config};
use kernel::calendar::Calendar;
use kernel::{PhoneNumber, Timestamp};
use notices::Subject;
use web::App;

use crate::rules::news::Waits;
use crate::rules::table::Terms;
use crate::rules::told::Contact;
use crate::rules::{Class, Moment, Outage, Settings, State, limits};
use crate::store::waves::{self, Next, Wave};
use crate::store::{moved, outages, reached};
use crate::telling::{Whom, loud, notice, revision};
use crate::{ROOM, promising};

/// Told in one transaction.
const BATCH: i64 = 100;
/// Of those who left, so many are looked at together; none has two messages of one wave.
const LEFT: i64 = 500;

/// The next of every wave, a batch in a transaction with how far it has come.
pub async fn go_on(app: &App, calendar: &Calendar) -> anyhow::Result<usize> {
    let (mut told, mut outcome) = (0, Ok(()));
    for wave in waves::open(&app.db).await? {
        if app.ending.has_begun() {
            return Ok(0);
        }
        match batch(app, calendar, &wave).await {
            Ok(many) => told += many,
            // One that cannot go on holds up no other.
            Err(failure) => outcome = Err(failure.context(format!("telling customers of {}", wave.outage))),
        }
    }
    outcome.map(|()| told)
}

/// What one wave's messages are about, so that what is not true any more can be taken back.
fn about(wave: &Wave) -> Subject {
    Subject::new(ROOM, format!("{}:{}:{}", wave.outage, wave.moment.as_str(), wave.revision))
}

async fn batch(app: &App, calendar: &Calendar, wave: &Wave) -> anyhow::Result<usize> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    // A wish that is heard while the wave ends is heard before, and told, or after, and goes on with it.
    let outage = match wave.moment {
        Moment::Restored => outages::hold(&mut tx, wave.outage).await?,
        _ => outages::one(&mut tx, wave.outage).await?,
    };
    let Some(outage) = outage else { return Ok(0) };
    let settings = config::now::<Settings>(&mut tx).await?.value;
    let terms = Terms { now, calendar, settings: &settings };
    let waves = waves::of_in(&mut tx, wave.outage).await?;
    if (wave.rank, wave.account) == (0, 0) && wave.moment != Moment::Network {
        for before in waves.iter().filter(|one| one.revision < wave.revision) {
            let taken = notices::withdraw(&mut tx, now, &about(before), None, "").await?;
            if taken == notices::WITHDRAWN_MAX {
                tx.commit().await?;
                return Ok(taken);
            }
        }
    }
    let next = waves::next(&mut tx, wave, BATCH).await?;
    let wanted = |one: &Next| settings.sms_classes.contains(&one.class);
    let numbers: Vec<Option<PhoneNumber>> =
        next.iter().map(|one| wanted(one).then(|| mobile(one)).flatten()).collect();
    let known = known(&mut tx, wave, &waves, numbers.iter().flatten()).await?;
    // Who asked to be told is told at night, too, also where he is told as everybody else is.
    let wished = match wave.moment {
        Moment::Restored => waves::who_wishes(&mut tx, wave.outage, &texts(numbers.iter().flatten())).await?,
        _ => BTreeSet::new(),
    };
    let loud = loud(&mut tx, terms).await?;
    let mut after = wave.clone();
    for (one, number) in next.iter().zip(&numbers) {
        (after.rank, after.account) = (one.rank, one.account);
        after.passed += 1;
        if !wanted(one) {
            continue;
        }
        let Some(number) = number else {
            after.refused += 1;
            continue;
        };
        match known.get(number.as_str()) {
            // He has it, for this home as well.
            Some(notices::State::Delivered) => {
                let contact = Contact::Message { delivered: true };
                reached::by_number(&mut tx, wave.outage, number.as_str(), contact, now).await?;
            }
            Some(_) => {}
            None => {
                let number = number.as_str();
                let whom = customer(number, wished.contains(number), loud);
                match message(&mut tx, app, &outage, wave, whom, terms).await? {
                    true => after.sent += 1,
                    false => after.refused += 1,
                }
            }
        }
    }
    let mut told = next.len();
    let left = BATCH - i64::try_from(told).unwrap_or(BATCH);
    if left > 0 && wave.moment == Moment::Restored {
        let passed = if wave.rank == waves::WISHED { wave.account } else { 0 };
        let wishes = waves::wishes(&mut tx, wave.outage, wave.revision, left).await?;
        let many = wishes.len();
        let (mut written, mut owed) = (Vec::new(), Vec::new());
        for phone in wishes {
            match message(&mut tx, app, &outage, wave, customer(&phone, true, loud), terms).await? {
                true => written.push(phone),
                false => owed.push(phone),
            }
        }
        after.sent += i64::try_from(written.len())?;
        after.refused += i64::try_from(owed.len())?;
        let of = (wave.outage, wave.revision);
        waves::told_wishes(&mut tx, of, &written).await?;
        // No message reaches him, and he was promised to hear: somebody calls.
        promising::owe(&mut tx, app, of, &owed, now).await?;
        (after.rank, after.account) = (waves::WISHED, passed + i64::try_from(many)?);
        told += many;
    }
    if i64::try_from(told).unwrap_or(BATCH) < BATCH {
        after.done_at = Some(now);
    }
    if !waves::advance(&mut tx, wave, &after).await? {
        return Ok(0);
    }
    tx.commit().await?;
    Ok(told)
}

fn mobile(one: &Next) -> Option<PhoneNumber> {
    let number = one.number.as_deref().and_then(|number| number.parse::<PhoneNumber>().ok());
    number.filter(PhoneNumber::is_mobile)
}

fn customer(phone: &str, wished: bool, loud: Timestamp) -> Whom<'_> {
    Whom { phone, name: "", waits: Waits { liaison: false, wished }, loud }
}

fn texts<'a>(numbers: impl Iterator<Item = &'a PhoneNumber>) -> BTreeSet<&'a str> {
    numbers.map(PhoneNumber::as_str).collect()
}

/// Who has been told what this wave tells by another one: who is in it since the network changed, and has another home that was
/// in it before, or the other way round. Each number is told once at each stage.
async fn known<'a>(
    tx: &mut Tx,
    wave: &Wave,
    waves: &[Wave],
    numbers: impl Iterator<Item = &'a PhoneNumber>,
) -> anyhow::Result<BTreeMap<String, notices::State>> {
    let mut known = BTreeMap::new();
    let numbers = texts(numbers);
    for other in stage(wave, waves) {
        known.extend(notices::told(tx, &about(other), &numbers).await?);
    }
    Ok(known)
}

/// The other waves that tell what this one tells.
fn stage<'a>(wave: &Wave, waves: &'a [Wave]) -> Vec<&'a Wave> {
    let first_told = |one: &Wave| matches!(one.moment, Moment::Published | Moment::Started | Moment::Changed);
    if !(wave.moment == Moment::Network || first_told(wave)) {
        return Vec::new();
    }
    // What everybody was told last, and the waves of those who came since.
    let general = waves.iter().filter(|one| first_told(one));
    let last = general.map(|one| one.revision).max().unwrap_or(0);
    let same = |one: &&Wave| {
        one.revision >= last
            && (one.moment == Moment::Network || first_told(one))
            && (one.moment, one.revision) != (wave.moment, wave.revision)
    };
    waves.iter().filter(same).collect()
}

/// One number is told once for each moment and revision, however many accounts it has.
async fn message(
    tx: &mut Tx,
    app: &App,
    outage: &Outage,
    wave: &Wave,
    whom: Whom<'_>,
    terms: Terms<'_>,
) -> anyhow::Result<bool> {
    let (moment, phone) = (wave.moment.as_str(), whom.phone);
    let once = format!("outages.{}.{moment}.{}.{phone}", wave.outage, wave.revision);
    let message = notice(outage, wave.moment, whom, about(wave), once, terms);
    Ok(notices::send(tx, terms.now, app.id(), &message).await?.is_ok())
}

/// Who is not affected any more is not told what has not gone out yet, unless somebody with the same number still is.
pub async fn withdraw(tx: &mut Tx, outage: &Outage, now: Timestamp) -> anyhow::Result<()> {
    let (waves, revision) = (waves::of_in(tx, outage.id).await?, i64::try_from(outage.revision())?);
    let mut place = (0, 0);
    while let Some((last, numbers)) = moved::numbers_left(tx, (outage.id, revision), place, LEFT).await? {
        let numbers = numbers.iter().filter_map(|number| number.parse::<PhoneNumber>().ok());
        let numbers: Vec<String> = numbers.map(|number| number.to_string()).collect();
        for wave in &waves {
            notices::withdraw(tx, now, &about(wave), Some(&numbers), "left").await?;
        }
        place = last;
    }
    Ok(())
}

/// The second notice before arrears are cut off (O9): once, half an hour before.
pub async fn soon(app: &App) -> anyhow::Result<()> {
    let now = app.now();
    let until = now + Duration::from_secs(limits::SOON_S);
    for found in outages::starting(&app.db, now, until).await? {
        if found.plan.class != Class::Arrears {
            continue;
        }
        let mut tx = app.db.begin().await?;
        let Some(outage) = outages::one(&mut tx, found.id).await? else { continue };
        let known = waves::is_known(&mut tx, outage.id, Moment::Soon, revision(&outage)).await?;
        if known || outage.state != State::Published {
            continue;
        }
        waves::begin(&mut tx, outage.id, Moment::Soon, revision(&outage), outage.counts.all, now).await?;
        tx.commit().await?;
    }
    Ok(())
}
