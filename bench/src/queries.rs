//! Q1 and Q2: what row security costs. Every side runs the same SQL on the same rows; the floor's role bypasses row
//! security.

mod clients;
mod inbox;
mod insert;

use std::{collections::HashMap, sync::Arc};

use domain::{ConversationId, MediaId, TenantId};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use store::{TenantDb, TenantScope, conversations, conversations::View, media, page::PageRequest};
use time::OffsetDateTime;
use tokio::sync::Mutex;
use uuid::Uuid;

use self::clients::{CLIENTS, Rng, Work, run};
pub use self::{inbox::Inbox, insert::insert};
use crate::{
    report::{Figure, Target},
    rounds::{Measured, Rounds},
    stage::Stage,
};

/// Rows of a page.
const PAGE: u32 = 50;
/// Reads of one transaction, so that the policy shows beside the transaction's own trips.
const READS: u64 = 20;

fn request() -> PageRequest {
    PageRequest {
        limit: Some(PAGE),
        cursor: None,
    }
}

/// Q1: the inbox page through the product's data layer, as the product's role and as one that bypasses row security;
/// then the same SQL on its own, prepared and autocommitted.
pub async fn page(stage: &Stage, inbox: &Inbox) -> anyhow::Result<Vec<Figure>> {
    let sql: Arc<str> = page_sql(stage, inbox).await?.into();
    let plain = plain_connections(stage).await?;
    let rounds: Rounds<3> = Rounds::run(&stage.plan, async |side| {
        let scopes = Arc::clone(&inbox.scopes);
        match side {
            0 => {
                run(
                    stage,
                    ProductPage {
                        db: inbox.product.clone(),
                        scopes,
                    },
                )
                .await
            }
            1 => {
                run(
                    stage,
                    ProductPage {
                        db: inbox.bypassing.clone(),
                        scopes,
                    },
                )
                .await
            }
            _ => {
                run(
                    stage,
                    PlainPage {
                        connections: Arc::clone(&plain),
                        sql: Arc::clone(&sql),
                        scopes,
                    },
                )
                .await
            }
        }
    })
    .await?;
    let cpu = |side: usize| rounds.median(|round| round.get(side).map_or(0.0, |m| m.postgres_us));
    let figure = |metric, value, target, floor: usize| {
        Figure::new(&stage.plan, &rounds, "Q1", metric, value, Target::AtMost(target))
            .of(cpu(0), cpu(floor), "us PostgreSQL CPU/page")
            .with_cpu("product", &rounds, 0)
            .with_cpu("floor", &rounds, floor)
            .with(
                "latency, times the floor's",
                rounds.median(|round| round.get(floor).map_or(0.0, |m| m.rate) / round[0].rate),
            )
    };
    let policy = rounds.median(|[product, bypassing, _]| product.postgres_us / bypassing.postgres_us);
    let trips = rounds.median(|[product, _, plain]| product.postgres_us / plain.postgres_us);
    Ok(vec![
        figure("inbox page, policy: CPU, times no row security", policy, 1.15, 1),
        figure(
            "inbox page, trips: CPU, times autocommit without row security",
            trips,
            1.8,
            2,
        ),
    ])
}

#[derive(Clone)]
struct ProductPage {
    db: TenantDb,
    scopes: Arc<[TenantScope]>,
}

impl Work for ProductPage {
    const ITEMS: u64 = 1;

    async fn once(&self, _: usize, rng: &mut Rng) -> anyhow::Result<()> {
        let mut tx = self.db.begin(rng.pick(&self.scopes)?).await?;
        let page = conversations::page(&mut tx, View::All, &request()).await?;
        tx.commit().await?;
        anyhow::ensure!(
            page.items.len() == usize::try_from(PAGE)?,
            "a page has {} rows",
            page.items.len()
        );
        Ok(())
    }
}

/// The statement that the data layer sends, as PostgreSQL sees it, so that the floor can't drift from the product.
async fn page_sql(stage: &Stage, inbox: &Inbox) -> anyhow::Result<String> {
    let scope = inbox
        .scopes
        .first()
        .ok_or_else(|| anyhow::anyhow!("there are no tenants"))?;
    let mut tx = inbox.bypassing.begin(scope).await?;
    conversations::page(&mut tx, View::All, &request()).await?;
    let sql = "select query from pg_stat_activity where usename = 'parlance_bench' and datname = current_database() and state = 'idle in transaction'";
    let sql: String = sqlx::query_scalar(sql).fetch_one(&stage.db.superuser).await?;
    tx.commit().await?;
    anyhow::ensure!(
        sql.contains("limit $4"),
        "the page's statement has other parameters than this bench binds: {sql}"
    );
    Ok(sql)
}

type Plain = Arc<[Mutex<PgConnection>]>;

async fn plain_connections(stage: &Stage) -> anyhow::Result<Plain> {
    let options = stage
        .db
        .superuser
        .connect_options()
        .as_ref()
        .clone()
        .username("parlance_bench");
    let mut connections = Vec::new();
    for _ in 0..CLIENTS {
        connections.push(Mutex::new(PgConnection::connect_with(&options).await?));
    }
    Ok(connections.into())
}

#[derive(Clone)]
struct PlainPage {
    connections: Plain,
    sql: Arc<str>,
    scopes: Arc<[TenantScope]>,
}

impl Work for PlainPage {
    const ITEMS: u64 = 1;

    async fn once(&self, client: usize, rng: &mut Rng) -> anyhow::Result<()> {
        let connection = self
            .connections
            .get(client)
            .ok_or_else(|| anyhow::anyhow!("client {client} has no connection"))?;
        let page = sqlx::query(AssertSqlSafe(Arc::clone(&self.sql)))
            .bind(rng.pick(&self.scopes)?.tenant_id().uuid())
            .bind(None::<OffsetDateTime>)
            .bind(None::<Uuid>)
            .bind(i64::from(PAGE) + 1);
        let rows = page.fetch_all(&mut *connection.lock().await).await?;
        anyhow::ensure!(
            rows.len() == usize::try_from(PAGE)? + 1,
            "a page has {} rows",
            rows.len()
        );
        Ok(())
    }
}

/// Q2, reading: media by id, twenty in a transaction; beside it conversations by id, whose statement reads four tables.
pub async fn point_read(stage: &Stage, inbox: &Inbox) -> anyhow::Result<Vec<Figure>> {
    let rounds: Rounds<4> = Rounds::run(&stage.plan, async |side| {
        let db = if side % 2 == 0 {
            inbox.product.clone()
        } else {
            inbox.bypassing.clone()
        };
        let (scopes, conversations) = (Arc::clone(&inbox.scopes), Arc::clone(&inbox.conversations));
        let of = if side < 2 { Row::Media } else { Row::Conversation };
        run(
            stage,
            PointRead {
                db,
                scopes,
                of,
                ids: conversations,
            },
        )
        .await
    })
    .await?;
    let times = |product: usize| {
        rounds.median(|round| {
            let of = |side: usize| round.get(side).map_or(0.0, |m| m.postgres_us);
            of(product) / of(product + 1)
        })
    };
    let figure = Figure::new(
        &stage.plan,
        &rounds,
        "Q2",
        "point read: CPU, times no row security",
        times(0),
        Target::AtMost(1.10),
    );
    Ok(vec![
        figure
            .of(
                rounds.median(|round| round[0].postgres_us),
                rounds.median(|round| round[1].postgres_us),
                "us PostgreSQL CPU/read",
            )
            .with_cpu("product", &rounds, 0)
            .with_cpu("floor", &rounds, 1)
            .with_cpu("four tables, product", &rounds, 2)
            .with_cpu("four tables, floor", &rounds, 3)
            .with("four tables, times", times(2)),
    ])
}

/// What is read by its id.
#[derive(Debug, Clone, Copy)]
enum Row {
    Media,
    Conversation,
}

#[derive(Clone)]
struct PointRead {
    db: TenantDb,
    scopes: Arc<[TenantScope]>,
    of: Row,
    ids: Arc<HashMap<TenantId, Vec<ConversationId>>>,
}

impl Work for PointRead {
    const ITEMS: u64 = READS;

    async fn once(&self, _: usize, rng: &mut Rng) -> anyhow::Result<()> {
        let scope = rng.pick(&self.scopes)?;
        let own = self
            .ids
            .get(&scope.tenant_id())
            .ok_or_else(|| anyhow::anyhow!("a tenant has no conversations"))?;
        let mut tx = self.db.begin(scope).await?;
        for _ in 0..READS {
            let id = *rng.pick(own)?;
            match self.of {
                Row::Media => media::get(&mut tx, MediaId::new(id.uuid())).await.map(|_| ())?,
                Row::Conversation => conversations::get(&mut tx, id).await.map(|_| ())?,
            }
        }
        tx.commit().await?;
        Ok(())
    }
}

fn policy_cost(stage: &Stage, rounds: &Rounds<2>, metric: &'static str, unit: &'static str) -> Figure {
    let value = rounds.median(|[product, floor]: &[Measured; 2]| product.postgres_us / floor.postgres_us);
    Figure::new(&stage.plan, rounds, "Q2", metric, value, Target::AtMost(1.10))
        .of(
            rounds.median(|round| round[0].postgres_us),
            rounds.median(|round| round[1].postgres_us),
            unit,
        )
        .with_cpu("product", rounds, 0)
        .with_cpu("floor", rounds, 1)
}
