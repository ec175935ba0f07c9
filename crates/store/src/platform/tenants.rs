use domain::{PhoneNumberId, RoleId, TenantId, UserId};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    access::TENANT_ACTIVE,
    error::Result,
    page::{Page, PageRequest},
    pool::PlatformDb,
    tx::PlatformTx,
};

/// `tenants.state` of a suspended tenant.
const TENANT_SUSPENDED: i16 = 2;
/// Most numbers of a tenant that are listed; more than any tenant has, and a bound on the answer.
const NUMBERS_MAX: i64 = 1_000;

/// A tenant as the operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantRow {
    /// The tenant.
    pub id: TenantId,
    /// Its place in addresses.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// False while suspended.
    pub active: bool,
    /// True when it was made for the simulated WhatsApp.
    pub sandbox: bool,
    /// When it was made, by the product's clock.
    pub created_at: OffsetDateTime,
}

/// A tenant to store.
#[derive(Debug, Clone, Copy)]
pub struct NewTenant<'a> {
    /// Its id.
    pub id: TenantId,
    /// Its place in addresses; unique.
    pub slug: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Made for the simulated WhatsApp.
    pub sandbox: bool,
}

/// A number of a tenant, without anything that opens it.
#[derive(Debug, Clone)]
pub struct NumberRow {
    /// The number.
    pub id: PhoneNumberId,
    /// As the provider prints it.
    pub display_phone_number: String,
    /// Name that customers see.
    pub verified_name: String,
    /// The provider's rating.
    pub quality: String,
    /// The provider's state.
    pub status: String,
    /// Messages per second.
    pub throughput_mps: i32,
    /// Why it sends nothing.
    pub paused_reason: Option<String>,
    /// When it was connected.
    pub created_at: OffsetDateTime,
}

struct RawTenant {
    id: Uuid,
    slug: String,
    name: String,
    state: i16,
    sandbox: bool,
    created_at: OffsetDateTime,
}

impl From<RawTenant> for TenantRow {
    fn from(raw: RawTenant) -> Self {
        Self {
            id: TenantId::new(raw.id),
            slug: raw.slug,
            name: raw.name,
            active: raw.state == TENANT_ACTIVE,
            sandbox: raw.sandbox,
            created_at: raw.created_at,
        }
    }
}

impl PlatformDb {
    /// Tenants, newest first.
    pub async fn tenants(&self, page: &PageRequest) -> Result<Page<TenantRow>> {
        let before = page.key::<Uuid>()?.unwrap_or(Uuid::max());
        let rows = sqlx::query_as!(
            RawTenant,
            "select
               id,
               slug,
               name,
               state,
               sandbox,
               created_at
             from tenants
             where id < $1
             order by id desc
             limit $2",
            before,
            page.fetch(),
        )
        .fetch_all(&self.0)
        .await?;
        let rows = rows.into_iter().map(TenantRow::from).collect();
        Ok(Page::cut(rows, page.fetch(), |row: &TenantRow| row.id.uuid()))
    }

    /// One tenant.
    pub async fn tenant(&self, id: TenantId) -> Result<Option<TenantRow>> {
        let row = sqlx::query_as!(
            RawTenant,
            "select
               id,
               slug,
               name,
               state,
               sandbox,
               created_at
             from tenants
             where id = $1",
            id.uuid(),
        )
        .fetch_optional(&self.0)
        .await?;
        Ok(row.map(TenantRow::from))
    }

    /// The tenant with this place in addresses.
    pub async fn tenant_by_slug(&self, slug: &str) -> Result<Option<TenantRow>> {
        let row = sqlx::query_as!(
            RawTenant,
            "select
               id,
               slug,
               name,
               state,
               sandbox,
               created_at
             from tenants
             where slug = $1",
            slug,
        )
        .fetch_optional(&self.0)
        .await?;
        Ok(row.map(TenantRow::from))
    }

    /// The numbers of a tenant, in the order they were connected.
    pub async fn numbers_of(&self, tenant: TenantId) -> Result<Vec<NumberRow>> {
        let rows = sqlx::query!(
            "select
               id,
               display_phone_number,
               verified_name,
               quality,
               status,
               throughput_mps,
               paused_reason,
               created_at
             from phone_numbers
             where tenant_id = $1
             order by id
             limit $2",
            tenant.uuid(),
            NUMBERS_MAX,
        )
        .fetch_all(&self.0)
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| NumberRow {
                id: PhoneNumberId::new(row.id),
                display_phone_number: row.display_phone_number,
                verified_name: row.verified_name,
                quality: row.quality,
                status: row.status,
                throughput_mps: row.throughput_mps,
                paused_reason: row.paused_reason,
                created_at: row.created_at,
            })
            .collect())
    }
}

impl PlatformTx {
    /// Stores an active tenant; `tenants_slug_key` refuses a second one with the slug.
    pub async fn insert_tenant(&mut self, tenant: &NewTenant<'_>, now: OffsetDateTime) -> Result<TenantRow> {
        let row = sqlx::query_as!(
            RawTenant,
            "insert into tenants (id, slug, name, state, sandbox, created_at)
             values ($1, $2, $3, $4, $5, $6)
             returning
               id,
               slug,
               name,
               state,
               sandbox,
               created_at",
            tenant.id.uuid(),
            tenant.slug,
            tenant.name,
            TENANT_ACTIVE,
            tenant.sandbox,
            now,
        )
        .fetch_one(self.conn())
        .await?;
        Ok(row.into())
    }

    /// Suspends or resumes a tenant; `None` when it is so already, or does not exist.
    pub async fn set_tenant_active(&mut self, id: TenantId, active: bool) -> Result<Option<TenantRow>> {
        let state = if active { TENANT_ACTIVE } else { TENANT_SUSPENDED };
        let row = sqlx::query_as!(
            RawTenant,
            "update tenants
             set state = $2
             where id = $1
               and state <> $2
             returning
               id,
               slug,
               name,
               state,
               sandbox,
               created_at",
            id.uuid(),
            state,
        )
        .fetch_optional(self.conn())
        .await?;
        Ok(row.map(TenantRow::from))
    }

    /// Stores a built-in role of a tenant.
    pub async fn insert_builtin_role(
        &mut self,
        tenant: TenantId,
        id: RoleId,
        name: &str,
        permissions: &[String],
    ) -> Result<()> {
        sqlx::query!(
            "insert into roles (tenant_id, id, name, builtin, permissions)
             values ($1, $2, $3, true, $4)",
            tenant.uuid(),
            id.uuid(),
            name,
            permissions,
        )
        .execute(self.conn())
        .await?;
        Ok(())
    }

    /// The role of a tenant with this name.
    pub async fn role_by_name(&mut self, tenant: TenantId, name: &str) -> Result<Option<RoleId>> {
        let id = sqlx::query_scalar!(
            "select id
             from roles
             where tenant_id = $1
               and name = $2",
            tenant.uuid(),
            name,
        )
        .fetch_optional(self.conn())
        .await?;
        Ok(id.map(RoleId::new))
    }

    /// Makes a person a member; false when they are one already.
    pub async fn insert_membership(
        &mut self,
        tenant: TenantId,
        user: UserId,
        role: RoleId,
        now: OffsetDateTime,
    ) -> Result<bool> {
        let inserted = sqlx::query!(
            "insert into memberships (tenant_id, user_id, role_id, created_at)
             values ($1, $2, $3, $4)
             on conflict (tenant_id, user_id) do nothing",
            tenant.uuid(),
            user.uuid(),
            role.uuid(),
            now,
        )
        .execute(self.conn())
        .await?;
        Ok(inserted.rows_affected() == 1)
    }
}
