//! `switchboard serve`: answers the phone.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use calls::Hall as _;
use calls::store::lines;
use db::{Db, Subscription};
use exchange::fact::{DeskState, What};
use exchange::{AgentAct, Exchange, Fact, Input, line};
use files::log::Log;
use gateways::Gateway;
use gateways::post::Reach;
use kernel::{Engine, PersonId};
use people::CentreName;
use speech::Speech;
use telephony::{MediaConfig, Telephony, Tls};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tracing::{info, warn};
use web::{App, Site};

use crate::config::{Config, REALM, Serve};
use crate::driver::{self, Hall};
use crate::facts::{Follower, Line};
use crate::look_ups::LookUps;
use crate::rooms::{self, Surroundings};
use crate::secret;
use crate::store::{self, Folders};
use crate::{demo, look_ups, pages, wiring};

/// A segment of the log of facts; old ones are deleted whole.
const SEGMENT_BYTES: u64 = 16 << 20;
/// After the first signal, calls in progress may end by themselves for this long.
const GOODBYE: Duration = Duration::from_secs(3);

pub async fn run(serve: &Serve) -> Result<()> {
    let config = Config::read(serve)?;
    // Before anything is made here: who starts it in the wrong folder is told so, and finds no data there afterwards.
    ivr_flows::house_prompts(std::slice::from_ref(&config.prompts))?;
    let folders = Folders::open(&config.data)?;
    let _lock = folders.lock()?;
    let mut app = store::open(&config.database).await?;
    app.secure_cookies = config.https;
    let metrics = metrics_exporter_prometheus::PrometheusBuilder::new().install_recorder()?;
    app.metrics = Some(Arc::new(move || metrics.render()));

    let calendar = store::calendar(&lines::centre(&app.db).await?.time_zone);
    let speech = Speech::start(&config.speech, &folders.prompts(), speech::texts::CENTRE_VOICE);
    if let Some(why) = speech.state().why_not {
        info!("texts are not spoken here, everything else works: {why}");
    }
    let flows = store::flows_centre(&folders, &config.prompts, calendar.clone(), speech)?;
    if config.demo {
        demo::put_in(&app, &flows, config.demo_orders > 0).await?;
    }
    notices::put_drafts(&app).await.context("putting the texts of notices in, to be approved")?;
    let sealer = secret::sealer(&folders, &app).await?;
    customers::store::jobs::strand(&app.db).await?;
    let (log, follower) = recover(&app, &folders).await?;

    let (exchange_config, directory) = configuration(&app.db, &flows, config.max_calls).await?;
    let agents = people::agents(&app.db).await?;
    let mut exchange = Exchange::new(exchange_config, app.mint.clone());
    for event in unheard_of(exchange.config(), None) {
        exchange.handle(app.now(), Input::Line(event), &mut Vec::new());
    }
    // Before telephony takes the first call. Should it fail, calls are taken as usual, and the room's job tells it later.
    match storms::work::at_start(&app.db, app.now()).await {
        Ok(told) => {
            for input in told {
                exchange.handle(app.now(), input, &mut Vec::new());
            }
        }
        Err(failure) => warn!("whether a storm goes on is not known yet: {failure:#}"),
    }
    let (telephony, events) =
        Telephony::start(telephony_config(&config, &folders), directory, app.clock.clone(), app.mint.clone())
            .await
            .with_context(|| format!("starting SIP on {}", config.sip))?;
    driver::sync_log(&log)?;
    let (look_ups, questions) = LookUps::new();
    let (hall, _thread) = driver::start(
        exchange,
        telephony.clone(),
        events,
        log,
        app.clock.clone(),
        calendar.clone(),
        look_ups,
    )?;
    let following = tokio::spawn(follower.follow(hall.written()));
    for place in calls::store::places::kept(&app.db).await? {
        hall.tell(Input::Keep(place)).await?;
    }
    for (agent, device) in calls::store::facts::devices(&app.db).await? {
        hall.tell(Input::Agent { agent, act: AgentAct::UseDevice { device } }).await?;
    }
    for agent in agents.iter().filter(|agent| agent.ready) {
        for act in [AgentAct::SignIn, AgentAct::Ready] {
            hall.tell(Input::Agent { agent: agent.person, act }).await?;
        }
    }

    let name = CentreName::default();
    name.set(lines::centre(&app.db).await.map(named)?);
    let speaker = campaigns::Speaker::new(app.clone(), flows.speech.clone());
    let ways = Arc::new(ways(&config)?.with_voice(Arc::new(speaker)));
    let reach = if config.webhooks.private_addresses { Reach::Private } else { Reach::Public };
    let inside = if config.government.private_addresses { Reach::Private } else { Reach::Public };
    let government = government::Outlet::new(inside, sealer.clone(), folders.work_orders())?;
    if config.demo {
        let city = format!("http://{}/returns", crate::config::DEMO_CITY);
        government::put_demo(&app, &government, &city).await.context("putting the demo's 12345 in")?;
    }
    let around = Surroundings {
        webhooks: webhooks::Outlet::new(reach, sealer.clone())?,
        government,
        db: app.db.clone(),
        hall: Arc::new(hall.clone()),
        calendar: calendar.clone(),
        people: people::Config { realm: REALM.to_owned(), centre: name.clone(), sealer, demo: config.demo },
        flows: flows.clone(),
        recordings: recordings::Config::new(folders.recordings()),
        customers: folders.customers(),
        interactions: folders.interactions(),
        outages: folders.outages(),
        statistics: folders.statistics(),
        departments: folders.departments(),
        campaigns: folders.campaigns(),
        work_orders: folders.work_orders(),
        ways: ways.clone(),
    };
    let listener = TcpListener::bind(config.http)
        .await
        .with_context(|| format!("listening on http://{}", config.http))?;
    let here = listener.local_addr()?;
    let mut rooms = rooms::all(around);
    if config.demo {
        let sip = telephony.addresses().first().copied().unwrap_or(config.sip);
        rooms.push(demo::room::room(here, sip, config.prompts.clone()));
    }
    let answered = rooms.iter_mut().flat_map(|room| std::mem::take(&mut room.look_ups)).collect();
    let answering = look_ups::start(questions, app.clone(), answered, hall.clone())?;
    let sources = rooms.iter_mut().flat_map(|room| std::mem::take(&mut room.search)).collect();
    rooms.push(search::room(folders.search(), store::NODE, sources));
    let changed = Arc::new(Notify::new());
    let mut site = Site::build(app.clone(), rooms, Some(pages::router(telephony.clone())));
    people::start(&app.db, &site.app.permissions).await?;
    site.events.push(when_configured(changed.clone()));
    let known = agents.iter().map(|agent| agent.person).collect();
    let configuring = tokio::spawn(reconfigure(
        app.clone(),
        flows,
        Reached { hall: hall.clone(), telephony: telephony.clone(), name },
        config.max_calls,
        changed,
        known,
    ));

    let (town, years, inhabitants) = (app.clone(), calendar.clone(), config.demo_customers);
    let with_orders = config.demo_orders > 0;
    let customers = config.demo.then(|| {
        tokio::spawn(async move {
            demo::customers(town.clone(), inhabitants).await;
            demo::outages(town, years, with_orders).await;
        })
    });
    let floor: Arc<dyn calls::Hall> = Arc::new(hall.clone());
    let (invents, days, count) = (app.clone(), calendar.clone(), config.demo_orders);
    let orders = config.demo.then(|| {
        tokio::spawn(async move {
            demo::orders(invents.clone(), days.clone(), count).await;
            demo::handovers(invents, days, floor).await;
        })
    });
    // Who wants no invented orders wants no invented tickets.
    let tickets_to = (config.demo_orders > 0).then(|| format!("http://{here}"));
    let outside = config.demo.then(|| tokio::spawn(demo::outside(config.prompts.clone(), tickets_to)));
    greet(&app, &config, listener.local_addr()?).await?;
    site.serve(listener, stopped()).await?;
    ways.leave().await;

    info!("stopping: calls in progress are ended");
    configuring.abort();
    for task in [customers, orders, outside].into_iter().flatten() {
        task.abort();
    }
    telephony.stop().await;
    // The last facts and the seals of recordings are still on their way.
    let begun = app.now();
    while hall.floor().await.is_ok_and(|floor| !floor.calls.is_empty()) && app.now().since(begun) < GOODBYE {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let media = telephony.media().clone();
    tokio::task::spawn_blocking(move || media.shutdown()).await?;
    drop((telephony, hall));
    if tokio::time::timeout(GOODBYE, following).await.is_err() {
        warn!("some facts are not in the database yet; they will be at the next start");
    }
    if tokio::time::timeout(GOODBYE, answering).await.is_err() {
        warn!("look-ups are cut off");
    }
    app.db.close().await;
    Ok(())
}

/// The gateways of messages, connecting beside everything else.
fn ways(config: &Config) -> Result<notices::Ways> {
    let of = config.notices.clone();
    let secret = of.http.as_ref().map(|http| http.secret.clone());
    let ways = notices::Ways::open(|inbox| {
        let sms: Option<Arc<dyn Gateway>> = match (of.smpp, of.http) {
            (Some(smpp), _) => Some(Arc::new(gateways::smpp::Client::start(smpp, inbox))),
            (None, Some(http)) => Some(Arc::new(gateways::http::Client::new(http)?)),
            (None, None) => None,
        };
        let mail: Option<Arc<dyn Gateway>> = match of.mail {
            Some(mail) => Some(Arc::new(gateways::mail::Mailer::new(mail)?)),
            None => None,
        };
        anyhow::Ok((sms, mail))
    })?;
    Ok(ways.with_secret(secret))
}

/// What the last process left: facts not yet in the rooms, calls that were going on, recordings that were not sealed.
async fn recover(app: &App, folders: &Folders) -> Result<(Log, Follower)> {
    let dir = folders.log();
    let (recordings_dir, log_dir) = (folders.recordings(), dir.clone());
    let (mut log, recovered) = tokio::task::spawn_blocking(move || {
        let log = Log::open(&log_dir, SEGMENT_BYTES)?;
        let recovered =
            telephony::media::recover(&recordings_dir).context("looking through the recordings")?;
        anyhow::Ok((log, recovered))
    })
    .await??;
    let mut follower = Follower::open(&app.db, &dir).await?;
    follower.catch_up().await?;
    let died = follower.last_alive().unwrap_or(app.now());
    let mut facts: Vec<Fact> = Vec::new();
    for found in recovered {
        let what = What::RecordingSealed {
            recording: found.recording,
            file: found.file,
            duration_ms: found.duration_ms,
            bytes: found.bytes,
            sha256: found.sha256,
        };
        facts.push(Fact { at: died, what });
    }
    for agent in calls::store::facts::still_signed_in(&app.db).await? {
        facts
            .push(Fact { at: died, what: What::DeskChanged { agent, desk: DeskState::SignedOut, by: None } });
    }
    // They were cut off, and are among those who were not served.
    let waited = follower.waiting().into_iter().map(|(call, queue)| What::Abandoned { call, queue });
    facts.extend(waited.map(|what| Fact { at: died, what }));
    let lines =
        facts.into_iter().map(|fact| serde_json::to_vec(&Line::Fact(fact))).collect::<Result<Vec<_>, _>>()?;
    log.append(lines.iter().map(Vec::as_slice))?;
    follower.catch_up().await?;
    let interrupted = follower.interrupt(app.now()).await?;
    if interrupted > 0 {
        warn!(
            calls = interrupted,
            "calls were going on when the last process died; their records are closed as interrupted"
        );
    }
    Ok((log, follower))
}

/// What the rooms keep, as the exchange and telephony want it.
async fn configuration(
    db: &Db,
    flows: &ivr_flows::Centre,
    max_calls: u32,
) -> Result<(exchange::Config, telephony::Directory)> {
    let lines = lines::all(db).await?;
    let published = ivr_flows::published(db, flows).await?;
    for (name, findings) in &published.broken {
        warn!(?findings, "the flow {name} does not fit any more; its callers are led straight to a queue");
    }
    let agents = people::agents(db).await?;
    let phones = people::phones(db).await?;
    Ok((wiring::exchange_config(&lines, &published, &agents, max_calls), wiring::directory(&lines, &phones)))
}

/// A telephone cannot be reached until it has registered or telephony says that its address is fixed.
fn unheard_of(config: &exchange::Config, known: Option<&BTreeSet<PersonId>>) -> Vec<line::Event> {
    let new = config.agents.iter().filter(|(agent, _)| known.is_none_or(|known| !known.contains(agent)));
    new.flat_map(|(_, agent)| {
        [line::Device::Browser, line::Device::Telephone].map(|device| line::Event::Phone {
            user: agent.phone.clone(),
            device,
            reachable: false,
        })
    })
    .collect()
}

fn when_configured(changed: Arc<Notify>) -> Subscription {
    const KINDS: &[&str] = &["people.changed", "calls.lines_changed", "ivr_flows.flows_published"];
    Subscription::new("switchboard.configure", KINDS, move |_, _| {
        let changed = changed.clone();
        Box::pin(async move {
            changed.notify_one();
            Ok(())
        })
    })
}

fn named(centre: calls::rules::Centre) -> Option<String> {
    Some(centre.name).filter(|name| !name.is_empty())
}

/// Who is told of a new configuration.
struct Reached {
    hall: Hall,
    telephony: Telephony,
    name: CentreName,
}

/// Whatever changes in the rooms takes effect within a second, while calls go on.
async fn reconfigure(
    app: App,
    flows: ivr_flows::Centre,
    reached: Reached,
    max_calls: u32,
    changed: Arc<Notify>,
    mut known: BTreeSet<PersonId>,
) {
    let Reached { hall, telephony, name } = reached;
    loop {
        changed.notified().await;
        // A file that is applied changes many things at once.
        tokio::time::sleep(Duration::from_millis(300)).await;
        match configuration(&app.db, &flows, max_calls).await {
            Ok((config, directory)) => {
                // The exchange first: what telephony says of a new telephone must find its agent.
                let new = unheard_of(&config, Some(&known));
                known = config.agents.keys().copied().collect();
                let inputs = std::iter::once(Input::Configure(Box::new(config)))
                    .chain(new.into_iter().map(Input::Line));
                for input in inputs {
                    if let Err(gone) = hall.tell(input).await {
                        warn!("{gone:#}");
                        return;
                    }
                }
                if let Err(dropped) = telephony.configure(directory) {
                    warn!("{dropped}");
                }
                if let Ok(centre) = lines::centre(&app.db).await {
                    name.set(named(centre));
                }
                info!("the configuration is in force");
            }
            Err(failure) => {
                warn!("the configuration could not be read, the old one stays: {failure:#}");
                tokio::time::sleep(Duration::from_secs(1)).await;
                changed.notify_one();
            }
        }
    }
}

fn telephony_config(config: &Config, folders: &Folders) -> telephony::Config {
    let media = MediaConfig {
        ports: config.rtp.clone(),
        bind: vec![config.sip.ip()],
        threads: config.media_threads,
        prompts_dirs: vec![folders.prompts(), config.prompts.clone()],
        recordings_dir: folders.recordings(),
        ..MediaConfig::default()
    };
    let mut telephony = telephony::Config::new(REALM, media);
    telephony.udp = vec![config.sip];
    telephony.tcp = vec![config.sip];
    telephony.external_ip = config.external_ip;
    telephony.limits.max_calls = config.max_calls as usize;
    // Audio on the loopback is for trials on one machine; elsewhere a message naming it is an attack.
    telephony.limits.loopback_media = config.sip.ip().is_loopback();
    telephony.trusted = config.trusted.clone();
    telephony.tls = config.sips.clone().map(|(addr, cert_pem_path, key_pem_path)| Tls {
        addr,
        cert_pem_path,
        key_pem_path,
    });
    telephony
}

/// Ctrl-C, or the signal with which services are stopped.
async fn stopped() {
    let interrupt = tokio::signal::ctrl_c();
    let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) else {
        let _ = interrupt.await;
        return;
    };
    tokio::select! {
        _ = interrupt => {}
        _ = terminate.recv() => {}
    }
}

/// Says where to go, who may sign in and which number to call.
async fn greet(app: &App, config: &Config, http: std::net::SocketAddr) -> Result<()> {
    println!("Switchboard 热线中心 {}", env!("CARGO_PKG_VERSION"));
    println!("  web   http://{http}");
    println!("  SIP   {} (UDP and TCP), ws://{http}/sip", config.sip);
    println!("  data  {}", shown(&config.data));
    if config.demo {
        demo::greet(config);
    } else if let Some(token) = people::setup(&app.db, app.chance.as_ref()).await? {
        println!("  nobody can sign in yet; open this link once: http://{http}/setup?token={token}");
    }
    Ok(())
}

fn shown(path: &Path) -> String {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).display().to_string()
}
