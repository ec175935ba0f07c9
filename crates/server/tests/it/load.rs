//! Webhook load whose acknowledgements are on disk before the next request, and the check of what they promise.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::task::JoinSet;

use crate::installation::Installation;
use crate::manifest::Manifest;
use crate::process::POLL;
use crate::wire::{Http, envelope, text};

/// Requests in flight at a time.
const CONNECTIONS: u32 = 8;
/// Customers per connection: each of them writes many times.
const CUSTOMERS: u32 = 10;
/// Provider time of the first message.
const FIRST_AT: u64 = 1_790_000_000;

/// Drivers that post one body after the other; a body that was not acknowledged is posted again until it is, as Meta does.
pub struct Load {
    drivers: JoinSet<()>,
    stop: Arc<AtomicBool>,
    acked: Arc<AtomicUsize>,
    folder: PathBuf,
}

struct Driver {
    number: u32,
    trial: usize,
    dev: Manifest,
    http: Http,
    stop: Arc<AtomicBool>,
    acked: Arc<AtomicUsize>,
    file: File,
}

impl Load {
    pub fn start(it: &Installation, trial: usize) -> Self {
        let folder = it.scratch.dir.join(format!("acked-{trial}"));
        fs::create_dir(&folder).unwrap();
        let (stop, acked) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let mut drivers = JoinSet::new();
        for number in 0..CONNECTIONS {
            let driver = Driver {
                number,
                trial,
                dev: it.dev.clone(),
                http: Http::new(),
                stop: Arc::clone(&stop),
                acked: Arc::clone(&acked),
                file: File::create(folder.join(number.to_string())).unwrap(),
            };
            drivers.spawn(driver.run());
        }
        Self {
            drivers,
            stop,
            acked,
            folder,
        }
    }

    /// Bodies acknowledged so far.
    pub fn acked(&self) -> usize {
        self.acked.load(Ordering::SeqCst)
    }

    /// Ends the load; ids of the acknowledged messages with their tenant, as the files hold them.
    pub async fn finish(mut self) -> Vec<(String, String)> {
        self.stop.store(true, Ordering::SeqCst);
        while let Some(driver) = self.drivers.join_next().await {
            driver.unwrap();
        }
        read_acked(&self.folder)
    }
}

fn read_acked(folder: &Path) -> Vec<(String, String)> {
    let mut acked = Vec::new();
    for file in fs::read_dir(folder).unwrap() {
        for line in fs::read_to_string(file.unwrap().path()).unwrap().lines() {
            let (tenant, id) = line.split_once(' ').unwrap();
            acked.push((tenant.to_owned(), id.to_owned()));
        }
    }
    acked
}

impl Driver {
    async fn run(mut self) {
        for n in 0.. {
            let (messages, body) = self.body(n);
            loop {
                if self.stop.load(Ordering::SeqCst) {
                    return;
                }
                let secret = &self.dev.sandbox_credentials.app_secret;
                match self.http.webhook(&self.dev.webhooks, secret, &body).await {
                    Ok(200) => break,
                    Ok(503) | Err(_) => tokio::time::sleep(POLL).await,
                    Ok(other) => panic!("a signed webhook was answered {other}"),
                }
            }
            self.file.write_all(messages.as_bytes()).unwrap();
            self.file.sync_data().unwrap();
            self.acked.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// The n-th body: one tenant's, the other's, or both's; and a line per message.
    fn body(&self, n: u32) -> (String, Vec<u8>) {
        let both: &[usize] = match n % 3 {
            0 => &[0],
            1 => &[1],
            _ => &[0, 1],
        };
        let (mut lines, mut entries) = (String::new(), Vec::new());
        for tenant in both {
            let id = format!("wamid.LOAD.{}.{}.{n}.{tenant}", self.trial, self.number);
            let customer = self.number * CUSTOMERS + n % CUSTOMERS;
            let tenant = &self.dev.tenants[*tenant];
            entries.push(text(
                tenant,
                customer,
                &id,
                FIRST_AT + u64::from(n),
                &format!("Message {n}"),
            ));
            lines.push_str(&format!("{} {id}\n", tenant.uuid()));
        }
        (lines, envelope(&entries))
    }
}

/// Acknowledged messages that are not there exactly once, at their tenant.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Broken {
    pub missing: Vec<String>,
    pub doubled: Vec<String>,
}

/// Compares what was acknowledged with the rows of `messages`, given as (tenant, provider's id).
pub fn check(acked: &[(String, String)], stored: &[(String, String)]) -> Broken {
    let mut rows: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (tenant, id) in stored {
        rows.entry(id).or_default().push(tenant);
    }
    let mut broken = Broken::default();
    for (tenant, id) in acked {
        if !rows
            .get(id.as_str())
            .is_some_and(|tenants| tenants.contains(&tenant.as_str()))
        {
            broken.missing.push(id.clone());
        }
    }
    let twice = rows.iter().filter(|(_, tenants)| tenants.len() > 1);
    broken.doubled = twice.map(|(id, _)| (*id).to_owned()).collect();
    broken
}
