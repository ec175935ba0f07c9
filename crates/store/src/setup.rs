//! Roles, hardening and migrations: what `migrate` and `dev` run before anything else.

mod scram;

use domain::Ids;
use secrecy::{ExposeSecret, SecretString};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, postgres::PgConnectOptions};

use crate::{
    error::{Error, Result},
    pool::{DeliveryDb, IngestDb, UpkeepDb},
    positions::{self, Ahead},
};

pub use scram::Verifier;

/// The login roles of the program, without their `parlance_` prefix; each gets a pool of its own.
pub const LOGIN_ROLES: [&str; 8] = [
    "owner", "tenant", "ingest", "delivery", "events", "platform", "upkeep", "backup",
];

/// The migrations, in order; forward only.
pub static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

/// Makes the roles that are missing, sets the passwords, creates the database and takes from PUBLIC what would let a
/// statement change its tenant. Needs a superuser; on hosted PostgreSQL `doctor` names what is missing instead.
pub async fn prepare_cluster(
    superuser_url: &SecretString,
    database: &str,
    passwords: &[(&str, Verifier)],
) -> Result<()> {
    // The statements below hold verifiers of passwords: not even a debug log need show them.
    let options: PgConnectOptions = superuser_url.expose_secret().parse().map_err(Error::Database)?;
    let options = options.disable_statement_logging();
    let mut connection = PgConnection::connect_with(&options).await?;
    for role in LOGIN_ROLES {
        let bypass = if role == "backup" {
            "bypassrls"
        } else {
            "nobypassrls"
        };
        run(&mut connection, format!(
            "do $$ begin create role parlance_{role} login nosuperuser nocreatedb nocreaterole noinherit {bypass}; \
             exception when duplicate_object or unique_violation then null; end $$"
        )).await?;
    }
    for (role, verifier) in passwords {
        run(
            &mut connection,
            format!("alter role parlance_{role} password '{}'", verifier.as_str()),
        )
        .await?;
    }
    let exists = sqlx::query_scalar!(
        "select exists (select from pg_database where datname = $1)",
        database
    )
    .fetch_one(&mut connection)
    .await?;
    if exists != Some(true) {
        run(
            &mut connection,
            format!("create database \"{database}\" owner parlance_owner encoding 'UTF8' template template0"),
        )
        .await?;
    }
    connection.close().await?;
    let mut connection = PgConnection::connect_with(&options.database(database)).await?;
    harden(&mut connection, database).await?;
    connection.close().await?;
    Ok(())
}

/// Drops a database with everything in it, connections included.
pub async fn drop_database(superuser_url: &SecretString, database: &str) -> Result<()> {
    let options: PgConnectOptions = superuser_url.expose_secret().parse().map_err(Error::Database)?;
    let mut connection = PgConnection::connect_with(&options).await?;
    run(
        &mut connection,
        format!("drop database if exists \"{database}\" with (force)"),
    )
    .await?;
    connection.close().await?;
    Ok(())
}

/// Takes from PUBLIC what a runtime role must not do in this database.
async fn harden(connection: &mut PgConnection, database: &str) -> Result<()> {
    for statement in [
        "alter schema public owner to parlance_owner".to_owned(),
        "revoke all on schema public from public".to_owned(),
        "grant usage on schema public to parlance_tenant, parlance_ingest, parlance_delivery, parlance_events, parlance_platform, parlance_upkeep, parlance_backup".to_owned(),
        format!("revoke create, temporary on database \"{database}\" from public"),
        "revoke execute on function pg_catalog.set_config(text, text, boolean) from public".to_owned(),
        "grant execute on function pg_catalog.set_config(text, text, boolean) to parlance_owner, parlance_backup".to_owned(),
    ] {
        run(connection, statement).await?;
    }
    Ok(())
}

/// Runs the migrations as the owner role.
pub async fn migrate(owner_url: &SecretString) -> Result<()> {
    let options: PgConnectOptions = owner_url.expose_secret().parse().map_err(Error::Database)?;
    let mut connection = PgConnection::connect_with(&options).await?;
    MIGRATIONS.run_direct(None, &mut connection, false).await?;
    connection.close().await?;
    Ok(())
}

/// What a login role can do that it must not, in words with the cure; empty when it is as tight as it has to be.
pub async fn role_faults(url: &SecretString, role: &str) -> Result<Vec<String>> {
    let options: PgConnectOptions = url.expose_secret().parse().map_err(Error::Database)?;
    let mut connection = PgConnection::connect_with(&options).await?;
    let row = sqlx::query!(
        r#"select current_user::text as "name!", rolsuper as "superuser!", rolbypassrls as "bypass!", rolcreaterole as "creates_roles!",
             exists (select from pg_auth_members m where m.member = r.oid) as "member!",
             has_function_privilege('pg_catalog.set_config(text,text,boolean)', 'execute') as "sets_config!"
           from pg_roles r where rolname = current_user"#
    )
    .fetch_one(&mut connection)
    .await?;
    let pending = if role == "owner" {
        pending_migrations(&mut connection).await?
    } else {
        0
    };
    let ahead = if role == "upkeep" {
        positions::everywhere(&mut connection).await?.ahead()
    } else {
        None
    };
    connection.close().await?;
    let mut faults = Vec::new();
    faults.extend(ahead.map(|ahead| ahead.to_string()));
    if row.name != format!("parlance_{role}") {
        faults.push(format!("signs in as {}; it must be parlance_{role}", row.name));
    }
    if row.superuser || row.bypass || row.creates_roles || row.member {
        faults.push("is more than a plain login role: run `alter role … nosuperuser nobypassrls nocreaterole` and take its memberships away".to_owned());
    }
    if row.sets_config && role != "owner" {
        faults.push("may call set_config, so an injected statement could change the tenant: run `parlance migrate` with a superuser in database_url".to_owned());
    }
    if pending > 0 {
        faults.push(format!(
            "{pending} migrations are missing: run `parlance migrate`"
        ));
    }
    Ok(faults)
}

async fn pending_migrations(connection: &mut PgConnection) -> Result<usize> {
    let made = sqlx::query_scalar!(r#"select to_regclass('public._sqlx_migrations') is not null as "made!""#)
        .fetch_one(&mut *connection)
        .await?;
    if !made {
        return Ok(MIGRATIONS.iter().count());
    }
    let applied: Vec<i64> = sqlx::query_scalar("select version from _sqlx_migrations where success")
        .fetch_all(connection)
        .await?;
    Ok(MIGRATIONS
        .iter()
        .filter(|migration| !applied.contains(&migration.version))
        .count())
}

/// Voids the leases of former processes. Only for a process that knows that it is the only one: it then need not wait
/// for them to expire. Epochs stay, so a former owner that still lives is fenced all the same.
pub async fn void_leases(ingest: &IngestDb, delivery: &DeliveryDb) -> Result<()> {
    sqlx::query!("update ingest_streams set expires_at = null, owner = null")
        .execute(&ingest.0)
        .await?;
    sqlx::query!("update ingest_cursors set expires_at = null, owner = null")
        .execute(&ingest.0)
        .await?;
    sqlx::query!("update lanes set expires_at = null, owner = null where owner is not null")
        .execute(&delivery.0)
        .await?;
    Ok(())
}

/// Lifts the places that this cluster gives above every stored one; nothing that is stored changes. What it made up for;
/// `None` when there was nothing to do. For a restored database, before anything else uses it.
pub async fn rebase_positions(upkeep: &UpkeepDb, owner_url: &SecretString) -> Result<Option<Ahead>> {
    let Some(ahead) = upkeep.positions_ahead().await? else {
        return Ok(None);
    };
    let options: PgConnectOptions = owner_url.expose_secret().parse().map_err(Error::Database)?;
    let mut connection = PgConnection::connect_with(&options).await?;
    // By the horizon, so that everything that is stored is below it at once.
    run(
        &mut connection,
        format!(
            "do $$ begin \
               execute format('create or replace function position_base() returns bigint language sql stable parallel safe return %s::bigint', \
                 position_base() + {} + 1 - position_horizon()::text::bigint); \
             end $$",
            ahead.highest
        ),
    )
    .await?;
    connection.close().await?;
    Ok(Some(ahead))
}

/// A password of 32 hex digits for a login role.
#[must_use]
pub fn new_password(ids: &Ids) -> SecretString {
    hex::encode(ids.bytes::<16>()).into()
}

async fn run(connection: &mut PgConnection, statement: String) -> Result<()> {
    sqlx::query(AssertSqlSafe(statement)).execute(connection).await?;
    Ok(())
}
