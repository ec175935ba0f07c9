//! Sealed columns: a value opens in its place only, older keys stay readable, and no dump shows the words.

use domain::{TenantId, crypto::Sealed};
use parlance_store::{
    Error,
    vault::{META_APP_SECRET, PROVIDER_CREDENTIAL, Place, Vault},
};
use secrecy::ExposeSecret;
use sqlx::{AssertSqlSafe, PgPool};
use std::sync::Arc;
use testkit::{TenantFixture, TestDb, TestKeys};
use time::macros::datetime;

use crate::session::Pair;

const NOW: time::OffsetDateTime = datetime!(2026-11-22 12:00 UTC);
const TOKEN: &str = "EAAG-the-access-token-of-tenant-a";

async fn seal(db: &TestDb, tenant: &TenantFixture, plain: &str) -> Sealed {
    let mut tx = db.tenant.begin(&tenant.scope).await.unwrap();
    let sealed = db
        .vault
        .seal(&mut tx, PROVIDER_CREDENTIAL, NOW, plain.as_bytes())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    sealed
}

async fn open(
    db: &TestDb,
    vault: &Vault,
    tenant: &TenantFixture,
    place: Place,
    sealed: &Sealed,
) -> Result<String, Error> {
    let mut tx = db.tenant.begin(&tenant.scope).await.unwrap();
    vault
        .open(&mut tx, place, sealed)
        .await
        .map(|secret| secret.expose_secret().to_owned())
}

/// A vault that has unwrapped no key yet, as after a restart.
fn fresh(db: &TestDb) -> Vault {
    Vault::new(Arc::new(TestKeys), db.ids.clone())
}

async fn rotate(db: &TestDb, tenant: TenantId) {
    let sql = "update data_keys set active = false where tenant_id = $1";
    sqlx::query(sql)
        .bind(tenant.uuid())
        .execute(&db.superuser)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_value_opens_under_its_own_tenant_table_column_and_key_only() {
    let pair = Pair::new().await;
    let (db, a, b) = (&pair.db, &pair.a, &pair.b);
    let sealed = seal(db, a, TOKEN).await;
    for vault in [&db.vault, &fresh(db)] {
        assert_eq!(
            open(db, vault, a, PROVIDER_CREDENTIAL, &sealed).await.unwrap(),
            TOKEN
        );
    }

    let cached = open(db, &db.vault, b, PROVIDER_CREDENTIAL, &sealed).await;
    assert!(
        matches!(cached, Err(Error::Sealing(_))),
        "with the key at hand: {cached:?}"
    );
    let looked_up = open(db, &fresh(db), b, PROVIDER_CREDENTIAL, &sealed).await;
    assert!(
        matches!(looked_up, Err(Error::NotFound)),
        "the key is another tenant's row: {looked_up:?}"
    );
    let places = [
        Place {
            table: "meta_app_secrets",
            ..PROVIDER_CREDENTIAL
        },
        Place {
            column: "hint",
            ..PROVIDER_CREDENTIAL
        },
        META_APP_SECRET,
    ];
    for place in places {
        let moved = open(db, &db.vault, a, place, &sealed).await;
        assert!(matches!(moved, Err(Error::Sealing(_))), "{place:?}: {moved:?}");
    }

    rotate(db, a.tenant_id).await;
    let newer = seal(db, a, TOKEN).await;
    let other_key = Sealed {
        key_id: newer.key_id,
        bytes: sealed.bytes.clone(),
    };
    let mut flipped = sealed.clone();
    *flipped.bytes.last_mut().unwrap() ^= 1;
    let short = Sealed {
        key_id: sealed.key_id,
        bytes: sealed.bytes[..8].to_vec(),
    };
    for broken in [other_key, flipped, short] {
        let answer = open(db, &db.vault, a, PROVIDER_CREDENTIAL, &broken).await;
        assert!(matches!(answer, Err(Error::Sealing(_))), "{answer:?}");
    }
}

#[tokio::test]
async fn a_new_key_seals_what_comes_and_old_values_stay_readable() {
    let pair = Pair::new().await;
    let (db, a) = (&pair.db, &pair.a);
    let old = seal(db, a, "before").await;
    rotate(db, a.tenant_id).await;
    let new = seal(db, a, "after").await;
    assert_ne!(old.key_id, new.key_id);
    assert_eq!(
        seal(db, a, "after").await.key_id,
        new.key_id,
        "one key is in force"
    );
    assert_ne!(
        seal(db, a, "after").await.bytes,
        new.bytes,
        "the same words never look the same"
    );
    let vault = fresh(db);
    assert_eq!(
        open(db, &vault, a, PROVIDER_CREDENTIAL, &old).await.unwrap(),
        "before"
    );
    assert_eq!(
        open(db, &vault, a, PROVIDER_CREDENTIAL, &new).await.unwrap(),
        "after"
    );
}

#[tokio::test]
async fn two_first_seals_at_once_agree_on_one_key() {
    let pair = Pair::new().await;
    rotate(&pair.db, pair.a.tenant_id).await;
    let sealed = futures::future::join_all((0..6).map(|_| seal(&pair.db, &pair.a, TOKEN))).await;
    for value in &sealed {
        assert_eq!(value.key_id, sealed[0].key_id);
        assert_eq!(
            open(&pair.db, &fresh(&pair.db), &pair.a, PROVIDER_CREDENTIAL, value)
                .await
                .unwrap(),
            TOKEN
        );
    }
}

/// Every row of every table, partitions through their parents, as text.
pub async fn dump(db: &PgPool) -> String {
    let tables: Vec<String> = sqlx::query_scalar(
        "select format('%I', relname) from pg_class
         where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition",
    )
    .fetch_all(db)
    .await
    .unwrap();
    let mut text = String::new();
    for table in tables {
        let sql = AssertSqlSafe(format!(
            "select coalesce(string_agg(row_to_json(t)::text, E'\\n'), '') from {table} t"
        ));
        let rows: String = sqlx::query_scalar(sql).fetch_one(db).await.unwrap();
        text.push_str(&rows);
    }
    text
}

/// Ways in which the words could stand in a dump: as text, as the hexadecimal of bytes, in Base64.
pub fn shown(dump: &str, secret: &str) -> bool {
    let base64 = base64::Engine::encode(&base64::prelude::BASE64_STANDARD_NO_PAD, secret);
    let forms = [
        secret.to_owned(),
        hex::encode(secret),
        base64[..base64.len() - 1].to_owned(),
    ];
    forms.iter().any(|form| dump.contains(form))
}

#[tokio::test]
async fn no_dump_shows_a_sealed_secret() {
    let pair = Pair::new().await;
    let db = &pair.db;
    let secrets = [
        "token-tenant-a",
        "token-tenant-b",
        pair.app.app_secret.as_str(),
        pair.app.verify_token.as_str(),
    ];
    let before = dump(&db.superuser).await;
    assert!(shown(&before, "words of tenant a"), "the dump holds the rows");
    for secret in secrets {
        assert!(!shown(&before, secret), "a secret stands in the dump");
    }
    for column in ["hint = $1", "credential_sealed = convert_to($1, 'UTF8')"] {
        let sql = AssertSqlSafe(format!("update provider_accounts set {column}"));
        sqlx::query(sql)
            .bind(secrets[0])
            .execute(&db.superuser)
            .await
            .unwrap();
        assert!(shown(&dump(&db.superuser).await, secrets[0]), "planted: {column}");
        sqlx::query("update provider_accounts set hint = '', credential_sealed = ''")
            .execute(&db.superuser)
            .await
            .unwrap();
    }
}
