//! Clients that do the same thing over and over.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use anyhow::Context;
use rand::{Rng as _, SeedableRng, rngs::StdRng};

use crate::{
    rounds::{Measured, window},
    stage::Stage,
};

/// Clients at the same time; one per core of the machine that the targets were set on.
pub const CLIENTS: usize = 2;

/// Picks the same things in the same order on every side.
#[derive(Debug)]
pub struct Rng(StdRng);

impl Rng {
    /// One of several.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> anyhow::Result<&'a T> {
        from.get(self.0.random_range(0..from.len().max(1)))
            .context("there is nothing to pick from")
    }
}

/// What a client does.
pub trait Work: Clone + Send + Sync + 'static {
    /// Items of one call.
    const ITEMS: u64;

    /// Does it once, as the client with this number.
    fn once(&self, client: usize, rng: &mut Rng) -> impl Future<Output = anyhow::Result<()>> + Send;
}

/// Runs `work` in every client for one window.
pub async fn run<W: Work>(stage: &Stage, work: W) -> anyhow::Result<Measured> {
    let (done, stop) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
    let clients = (0..CLIENTS).map(|client| {
        let (work, done, stop) = (work.clone(), Arc::clone(&done), Arc::clone(&stop));
        tokio::spawn(async move {
            let mut rng = Rng(StdRng::seed_from_u64(u64::try_from(client)?));
            while !stop.load(Ordering::Relaxed) {
                work.once(client, &mut rng).await?;
                done.fetch_add(W::ITEMS, Ordering::Relaxed);
            }
            anyhow::Ok(())
        })
    });
    let clients: Vec<_> = clients.collect();
    let measured = window(stage.machine, &stage.plan, &done).await;
    stop.store(true, Ordering::Relaxed);
    for client in clients {
        client.await??;
    }
    measured
}
