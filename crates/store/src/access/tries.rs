//! Counters of sign-in tries, one table for both realms.

use async_trait::async_trait;
use sqlx::PgPool;
use time::{Duration, OffsetDateTime};

use crate::{
    error::Result,
    pool::{PlatformDb, TenantDb},
};

/// Failures that are counted in one window before sign-in pauses.
pub const SIGN_IN_FAILURES_MAX: i32 = 10;
/// Length of the window.
pub const SIGN_IN_WINDOW: Duration = Duration::minutes(15);

/// Realms that count apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i16)]
enum Realm {
    /// The tenant app.
    Tenant = 1,
    /// The admin portal.
    Platform = 2,
}

/// Counts sign-in tries of one realm.
#[async_trait]
pub trait SignInTries: Send + Sync {
    /// Counts a try under a key (a hash of the email or of the address); tries in the running window, this one included.
    async fn count_sign_in_try(&self, key: &[u8], now: OffsetDateTime) -> Result<i32>;
    /// Forgets the tries after a good sign-in.
    async fn clear_sign_in_tries(&self, key: &[u8]) -> Result<()>;
}

#[async_trait]
impl SignInTries for TenantDb {
    async fn count_sign_in_try(&self, key: &[u8], now: OffsetDateTime) -> Result<i32> {
        count(&self.0, Realm::Tenant, key, now).await
    }

    async fn clear_sign_in_tries(&self, key: &[u8]) -> Result<()> {
        clear(&self.0, Realm::Tenant, key).await
    }
}

#[async_trait]
impl SignInTries for PlatformDb {
    async fn count_sign_in_try(&self, key: &[u8], now: OffsetDateTime) -> Result<i32> {
        count(&self.0, Realm::Platform, key, now).await
    }

    async fn clear_sign_in_tries(&self, key: &[u8]) -> Result<()> {
        clear(&self.0, Realm::Platform, key).await
    }
}

async fn count(pool: &PgPool, realm: Realm, key: &[u8], now: OffsetDateTime) -> Result<i32> {
    let tries = sqlx::query_scalar!(
        "insert into sign_in_throttles (realm, key, window_start, failures)
         values ($1, $2, $3, 1)
         on conflict (realm, key) do update set
           failures = case when sign_in_throttles.window_start > $4 then sign_in_throttles.failures + 1 else 1 end,
           window_start = case when sign_in_throttles.window_start > $4 then sign_in_throttles.window_start else $3 end
         returning failures",
        realm as i16,
        key,
        now,
        now - SIGN_IN_WINDOW,
    )
    .fetch_one(pool)
    .await?;
    Ok(tries)
}

async fn clear(pool: &PgPool, realm: Realm, key: &[u8]) -> Result<()> {
    sqlx::query!(
        "delete from sign_in_throttles where realm = $1 and key = $2",
        realm as i16,
        key
    )
    .execute(pool)
    .await?;
    Ok(())
}
