//! Keys are rotated while others read: every value opens all the time, and afterwards nothing stands under an old key.

use std::sync::Arc;

use async_trait::async_trait;
use domain::{
    Clock, ConnectionId, DataKeyId, MailId,
    crypto::{DataKey, KeyProvider, Sealed},
    ports::Mail,
};
use parlance_store::{
    Error, connections, mails,
    vault::{CONNECTION_PIN, KeyRotation, META_APP_SECRET, PROVIDER_CREDENTIAL, Rotated, Vault},
};
use secrecy::ExposeSecret;
use sqlx::Row;
use testkit::{TenantFixture, TestDb};
use tokio::task::yield_now;

use crate::{
    session::Pair,
    vault::{dump, shown},
};

/// Master keys by name: the first wraps, the others only unwrap. It proves call paths, not secrecy.
struct Masters(&'static [&'static str]);

#[async_trait]
impl KeyProvider for Masters {
    fn master_key_id(&self) -> &str {
        self.0[0]
    }

    async fn wrap(&self, key: &DataKey, aad: &[u8]) -> domain::Result<Vec<u8>> {
        let mask = self.0[0].as_bytes()[0];
        Ok(key
            .iter()
            .map(|byte| byte ^ mask)
            .rev()
            .chain(aad.iter().copied())
            .collect())
    }

    async fn unwrap(&self, master: &str, wrapped: &[u8], aad: &[u8]) -> domain::Result<DataKey> {
        assert!(self.0.contains(&master), "{master} is gone");
        assert_eq!(&wrapped[32..], aad);
        // testkit's own keys are reversed only.
        let mask = if master == "test" { 0 } else { master.as_bytes()[0] };
        let mut key = DataKey::default();
        for (to, from) in key.iter_mut().zip(wrapped[..32].iter().rev()) {
            *to = from ^ mask;
        }
        Ok(key)
    }
}

fn vault(db: &TestDb, masters: &'static [&'static str]) -> Vault {
    Vault::new(Arc::new(Masters(masters)), db.ids.clone())
}

/// The tenant's token, read and opened as delivery does it.
async fn token(db: &TestDb, vault: &Vault, tenant: &TenantFixture) -> Result<String, Error> {
    let row = sqlx::query("select credential_sealed, key_id from provider_accounts where tenant_id = $1")
        .bind(tenant.tenant_id.uuid())
        .fetch_one(&db.superuser)
        .await
        .unwrap();
    let sealed = Sealed {
        key_id: DataKeyId::new(row.get("key_id")),
        bytes: row.get("credential_sealed"),
    };
    // Whatever the rotation does between the two, the value that was read opens.
    yield_now().await;
    let mut tx = db.tenant.begin(&tenant.scope).await?;
    let opened = vault.open(&mut tx, PROVIDER_CREDENTIAL, &sealed).await?;
    Ok(opened.expose_secret().to_owned())
}

async fn app_secret(db: &TestDb, vault: &Vault) -> String {
    let row = sqlx::query("select secret_sealed, key_id from meta_app_secrets")
        .fetch_one(&db.superuser)
        .await
        .unwrap();
    let sealed = Sealed {
        key_id: DataKeyId::new(row.get("key_id")),
        bytes: row.get("secret_sealed"),
    };
    let opened = vault
        .open_installation(&db.ingest, META_APP_SECRET, &sealed)
        .await
        .unwrap();
    opened.expose_secret().to_owned()
}

const PIN: &str = "pin-314159";

/// The one run of the tenant keeps a PIN.
async fn keep_pin(db: &TestDb, tenant: &TenantFixture) -> ConnectionId {
    let id = sqlx::query_scalar("select id from connections where tenant_id = $1")
        .bind(tenant.tenant_id.uuid())
        .fetch_one(&db.superuser)
        .await
        .unwrap();
    let id = ConnectionId::new(id);
    let mut tx = db.tenant.begin(&tenant.scope).await.unwrap();
    let vault = vault(db, &["test"]);
    let pin = vault
        .seal(&mut tx, CONNECTION_PIN, db.clock.now(), PIN.as_bytes())
        .await
        .unwrap();
    connections::set_pin(&mut tx, id, &pin).await.unwrap();
    tx.commit().await.unwrap();
    id
}

async fn pin(db: &TestDb, vault: &Vault, tenant: &TenantFixture, id: ConnectionId) -> String {
    let mut tx = db.tenant.begin(&tenant.scope).await.unwrap();
    let pin = connections::pin(&mut tx, vault, id).await.unwrap();
    pin.unwrap().expose_secret().to_owned()
}

/// A mail of the tenant that waits.
async fn keep_mail(db: &TestDb, tenant: &TenantFixture) -> MailId {
    let (id, vault) = (db.ids.make(), vault(db, &["test"]));
    let mail = Mail {
        to: "ana@example.com".to_owned(),
        subject: "Join".to_owned(),
        text: PIN.to_owned(),
    };
    let mut tx = db.tenant.begin(&tenant.scope).await.unwrap();
    let now = db.clock.now();
    mails::write(&mut tx, &vault, id, db.ids.uuid(), &mail, now)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    id
}

async fn count(db: &TestDb, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&db.superuser).await.unwrap()
}

const UNDER_AN_OLD_KEY: &str = "select
    (select count(*) from provider_accounts a join data_keys k on (k.tenant_id, k.id) = (a.tenant_id, a.key_id) where not k.active)
  + (select count(*) from connections c join data_keys k on (k.tenant_id, k.id) = (c.tenant_id, c.pin_key_id) where not k.active)
  + (select count(*) from mails m join data_keys k on (k.tenant_id, k.id) = (m.tenant_id, m.key_id) where not k.active)
  + (select count(*) from meta_app_secrets s join installation_keys k on k.id = s.key_id where not k.active)";
const UNDER_AN_OLD_MASTER: &str = "select (select count(*) from data_keys where master_key_id <> 'new')
  + (select count(*) from installation_keys where master_key_id <> 'new')";

async fn run(db: &TestDb) -> KeyRotation {
    let mut tx = db.platform.begin().await.unwrap();
    let run = tx
        .begin_key_rotation(db.ids.uuid(), db.clock.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    run
}

async fn opens_under_the_new_key(pair: &Pair, connection: ConnectionId, mail: MailId) {
    let db = &pair.db;
    let after = vault(db, &["new"]);
    assert_eq!(token(db, &after, &pair.a).await.unwrap(), "token-tenant-a");
    assert_eq!(app_secret(db, &after).await, pair.app.app_secret);
    assert_eq!(pin(db, &after, &pair.a, connection).await, PIN);
    let mut tx = db.tenant.begin(&pair.a.scope).await.unwrap();
    let waiting = mails::waiting(&mut tx, &after, mail).await.unwrap();
    assert_eq!(waiting.map(|mail| mail.text).as_deref(), Some(PIN));
}

#[tokio::test]
async fn values_open_while_every_key_is_rotated_and_none_is_left_under_an_old_one() {
    let pair = Pair::new().await;
    let db = &pair.db;
    // Enough tokens for two portions.
    db.sql("insert into provider_accounts (tenant_id, id, kind, credential_sealed, key_id, hint, created_at)
            select tenant_id, gen_random_uuid(), kind, credential_sealed, key_id, hint, created_at
            from provider_accounts, generate_series(1, 120) where hint = '....' and tenant_id = (select id from tenants where slug = 'tenant-b')").await;
    let connection = keep_pin(db, &pair.a).await;
    let mail = keep_mail(db, &pair.a).await;
    assert_eq!(count(db, UNDER_AN_OLD_KEY).await, 0);
    assert!(
        count(db, UNDER_AN_OLD_MASTER).await > 0,
        "the question finds what it looks for"
    );
    let operator = vault(db, &["new", "test"]);
    let rotation = async {
        let rewrapped = operator.rewrap(&db.tenant, &db.platform).await.unwrap();
        let renewed = operator
            .renew(&db.tenant, &db.platform, &db.ingest, run(db).await)
            .await
            .unwrap();
        (rewrapped, renewed)
    };
    let mut rotation = std::pin::pin!(rotation);
    let mut reads = 0;
    let (rewrapped, renewed) = loop {
        let reading = async {
            // One that has the keys in memory and one that started a moment ago.
            assert_eq!(
                token(db, &vault(db, &["new", "test"]), &pair.a).await.unwrap(),
                "token-tenant-a"
            );
            assert_eq!(
                app_secret(db, &vault(db, &["new", "test"])).await,
                pair.app.app_secret
            );
        };
        tokio::select! {
            done = &mut rotation => break done,
            () = reading => reads += 1,
        }
    };
    assert!(reads > 0, "nobody read meanwhile");
    assert_eq!(
        rewrapped,
        Rotated {
            rewrapped: 3,
            ..Rotated::default()
        }
    );
    assert_eq!(
        renewed,
        Rotated {
            rewrapped: 0,
            keys: 3,
            resealed: 125
        }
    );
    assert_eq!(count(db, UNDER_AN_OLD_KEY).await, 0);
    assert_eq!(count(db, UNDER_AN_OLD_MASTER).await, 0);
    opens_under_the_new_key(&pair, connection, mail).await;
    let dump = dump(&db.superuser).await;
    for secret in [
        "token-tenant-a",
        "token-tenant-b",
        PIN,
        pair.app.app_secret.as_str(),
    ] {
        assert!(!shown(&dump, secret), "a secret stands in the dump");
    }
}

#[tokio::test]
async fn a_run_that_died_is_taken_up_and_a_finished_one_does_nothing() {
    let pair = Pair::new().await;
    let db = &pair.db;
    let first = run(db).await;
    assert_eq!(run(db).await.id, first.id, "the open run goes on");
    let mut keys = 0;
    for life in 0..30 {
        let (vault, tenant, platform, ingest) = (
            vault(db, &["new", "test"]),
            db.tenant.clone(),
            db.platform.clone(),
            db.ingest.clone(),
        );
        let renewing = tokio::spawn(async move { vault.renew(&tenant, &platform, &ingest, first).await });
        for _ in 0..life * 4 {
            yield_now().await;
        }
        renewing.abort();
        let _ = renewing.await;
    }
    let operator = vault(db, &["new", "test"]);
    keys += operator
        .renew(&db.tenant, &db.platform, &db.ingest, first)
        .await
        .unwrap()
        .keys;
    assert!(keys <= 3);
    assert_eq!(
        count(
            db,
            "select (select count(*) from data_keys) + (select count(*) from installation_keys)"
        )
        .await,
        6,
        "one new key each"
    );
    assert_eq!(count(db, UNDER_AN_OLD_KEY).await, 0);
    let again = operator
        .renew(&db.tenant, &db.platform, &db.ingest, first)
        .await
        .unwrap();
    assert_eq!(again, Rotated::default());
    let mut tx = db.platform.begin().await.unwrap();
    tx.finish_key_rotation(first.id, db.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    assert_ne!(run(db).await.id, first.id);
}

/// A table whose values stand under data keys has to be known to the rotation.
#[tokio::test]
async fn every_sealed_column_is_rotated() {
    let db = TestDb::new().await;
    let sealed: Vec<String> = sqlx::query_scalar(
        "select conrelid::regclass::text from pg_constraint
         where contype = 'f' and confrelid in ('data_keys'::regclass, 'installation_keys'::regclass) order by 1",
    )
    .fetch_all(&db.superuser)
    .await
    .unwrap();
    assert_eq!(
        sealed,
        ["connections", "mails", "meta_app_secrets", "provider_accounts"]
    );
}
