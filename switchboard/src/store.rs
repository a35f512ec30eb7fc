//! The database and the data folder, opened for whichever command runs.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use calls::store::lines;
use db::Db;
use futures::FutureExt;
use jiff::tz::TimeZone;
use kernel::calendar::Calendar;
use kernel::{Clock, IdMint};
use speech::Speech;
use web::{App, SteadyClock};

use crate::rooms;

/// The node's number in ids. One node until several share a database.
pub const NODE: u8 = 0;

/// Opens the database, brings its tables up to date and makes what every command needs.
pub async fn open(database: &str) -> Result<App> {
    let clock: Arc<dyn Clock> = Arc::new(SteadyClock::start());
    let db = Db::open(database).await?;
    db.migrate(rooms::MIGRATIONS, clock.now()).await?;
    Ok(App::new(db, clock, Arc::new(IdMint::new(NODE)), Arc::new(people::Keeper::default())))
}

/// Where things stand in the data folder.
#[derive(Clone, Debug)]
pub struct Folders {
    pub data: PathBuf,
}

impl Folders {
    /// Makes the folders that are missing.
    pub fn open(data: &Path) -> Result<Folders> {
        let folders = Folders { data: data.to_owned() };
        for folder in [folders.recordings(), folders.log(), folders.prompts()] {
            std::fs::create_dir_all(&folder)
                .with_context(|| format!("creating {}: may this user write there?", folder.display()))?;
        }
        Ok(folders)
    }
    pub fn recordings(&self) -> PathBuf {
        self.data.join("recordings")
    }
    pub fn log(&self) -> PathBuf {
        self.data.join("facts")
    }
    /// Prompts that were uploaded.
    pub fn prompts(&self) -> PathBuf {
        self.data.join("prompts")
    }

    /// Files of customers that come in or go out.
    pub fn customers(&self) -> PathBuf {
        self.data.join("customers")
    }
    /// Sheets of transformers, while they are read.
    pub fn outages(&self) -> PathBuf {
        self.data.join("outages")
    }
    /// Files of records that go out.
    pub fn statistics(&self) -> PathBuf {
        self.data.join("statistics")
    }
    pub fn interactions(&self) -> PathBuf {
        self.data.join("interactions")
    }
    /// Rosters that come in, while they are read.
    pub fn departments(&self) -> PathBuf {
        self.data.join("departments")
    }
    /// Tables of whom to call, while they are read.
    pub fn campaigns(&self) -> PathBuf {
        self.data.join("campaigns")
    }
    /// Photos, signatures and scans of work orders.
    pub fn work_orders(&self) -> PathBuf {
        self.data.join("work_orders")
    }
    /// The key of what is sealed in the database.
    pub fn secret_key(&self) -> PathBuf {
        self.data.join("secret.key")
    }
    /// The search index: a cache.
    pub fn search(&self) -> PathBuf {
        self.data.join("search")
    }

    /// Two programs on one folder would write over each other. The lock goes with the process, however it ends.
    pub fn lock(&self) -> Result<File> {
        let path = self.data.join("lock");
        let file = File::options().write(true).create(true).truncate(false).open(&path)?;
        file.try_lock().with_context(|| {
            format!(
                "another switchboard serves {}: stop it first, or give another --data",
                self.data.display()
            )
        })?;
        Ok(file)
    }
}

/// The calendar of a time zone by its IANA name; an empty or unknown one is China's.
pub fn calendar(time_zone: &str) -> Calendar {
    let china = Calendar::china();
    match TimeZone::get(time_zone) {
        Ok(zone) => Calendar::new(zone, china.holidays().clone()),
        Err(_) => china,
    }
}

/// What the flows' room is told.
pub fn flows_centre(
    folders: &Folders,
    house: &Path,
    calendar: Calendar,
    speech: Speech,
) -> Result<ivr_flows::Centre> {
    let queues = |db: Db| {
        async move {
            let lines = lines::all(&db).await?;
            Ok(lines.queues.iter().map(|(id, queue)| (queue.name.clone(), *id)).collect::<BTreeMap<_, _>>())
        }
        .boxed()
    };
    Ok(ivr_flows::Centre {
        calendar: Arc::new(calendar),
        queues: Arc::new(queues),
        house: Arc::new(ivr_flows::house_prompts(&[house.to_owned()])?),
        prompts_dir: folders.prompts(),
        look_ups: Arc::new(
            rooms::LOOK_UPS
                .iter()
                .flat_map(|of_room| of_room.iter())
                .map(|(key, about)| ((*key).to_owned(), (*about).to_owned()))
                .collect(),
        ),
        templates: rooms::TEMPLATES.concat().into(),
        speech,
    })
}
