use domain::{Error, PhoneNumberId, Result, RoleId, TenantId, permission::BuiltinRole};
use secrecy::{ExposeSecret, SecretString};
use serde::{Serialize, Serializer};
use serde_json::json;
use store::{
    PlatformTx,
    platform::{self as rows, NumberRow, TenantRow},
};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::{
    Change, PlatformActor, PlatformScope, PlatformServices,
    fields::{Faults, is_slug},
    members::check_person,
};
use crate::{Page, PageRequest};

/// The roles that each tenant starts with.
const BUILTIN_ROLES: [BuiltinRole; 7] = [
    BuiltinRole::Owner,
    BuiltinRole::Admin,
    BuiltinRole::Supervisor,
    BuiltinRole::Marketer,
    BuiltinRole::Agent,
    BuiltinRole::Developer,
    BuiltinRole::Viewer,
];

/// A tenant as the operator sees it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Tenant {
    /// Its id.
    pub id: TenantId,
    /// Its place in addresses.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Whether it may send and sign in.
    pub state: TenantState,
    /// True when it was made for the simulated WhatsApp.
    pub sandbox: bool,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
}

/// Whether a tenant may send and sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TenantState {
    /// It may.
    Active,
    /// It may not; it keeps receiving.
    Suspended,
}

impl From<TenantRow> for Tenant {
    fn from(row: TenantRow) -> Self {
        Self {
            id: row.id,
            slug: row.slug,
            name: row.name,
            state: if row.active {
                TenantState::Active
            } else {
                TenantState::Suspended
            },
            sandbox: row.sandbox,
            created_at: row.created_at,
        }
    }
}

/// A tenant with its numbers.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TenantDetail {
    /// The tenant.
    pub tenant: Tenant,
    /// Its numbers, in the order they were connected.
    pub numbers: Vec<TenantNumber>,
}

/// A tenant's number as the operator sees it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TenantNumber {
    /// Its id.
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
    /// Why it sends nothing; null while it does.
    #[schema(required)]
    pub paused_reason: Option<String>,
    /// When it was connected.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
}

impl From<NumberRow> for TenantNumber {
    fn from(row: NumberRow) -> Self {
        Self {
            id: row.id,
            display_phone_number: row.display_phone_number,
            verified_name: row.verified_name,
            quality: row.quality,
            status: row.status,
            throughput_mps: row.throughput_mps,
            paused_reason: row.paused_reason,
            created_at: row.created_at,
        }
    }
}

/// A tenant to make.
#[derive(Debug, Clone)]
pub struct NewTenant {
    /// Its place in addresses.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Made for the simulated WhatsApp.
    pub sandbox: bool,
    /// Its first owner.
    pub owner: NewOwner,
}

/// The first owner of a tenant.
#[derive(Debug, Clone)]
pub struct NewOwner {
    /// Address to sign in with.
    pub email: String,
    /// Name.
    pub name: String,
    /// Their password; `None` draws one for somebody new.
    pub password: Option<SecretString>,
}

/// A tenant that was made.
#[derive(Debug, Serialize, ToSchema)]
pub struct TenantCreated {
    /// The tenant.
    pub tenant: Tenant,
    /// Its first owner.
    pub owner: TenantOwner,
}

/// The first owner of a new tenant.
#[derive(Debug, Serialize, ToSchema)]
pub struct TenantOwner {
    /// Address to sign in with.
    pub email: String,
    /// One-time password, shown once; null when the person had a sign-in already or the password was given.
    #[serde(serialize_with = "shown_once")]
    #[schema(value_type = Option<String>, required)]
    pub password: Option<SecretString>,
}

fn shown_once<S: Serializer>(
    password: &Option<SecretString>,
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    password
        .as_ref()
        .map(ExposeSecret::expose_secret)
        .serialize(serializer)
}

impl PlatformServices {
    /// Tenants, newest first.
    pub async fn tenants(&self, _: &PlatformScope, page: &PageRequest) -> Result<Page<Tenant>> {
        Ok(self.db.tenants(page).await?.map(Tenant::from))
    }

    /// A tenant with its numbers.
    pub async fn tenant(&self, _: &PlatformScope, id: TenantId) -> Result<TenantDetail> {
        let tenant = self.db.tenant(id).await?.ok_or_else(Error::not_found)?;
        let numbers = self.db.numbers_of(id).await?;
        Ok(TenantDetail {
            tenant: tenant.into(),
            numbers: numbers.into_iter().map(TenantNumber::from).collect(),
        })
    }

    /// The tenant with this place in addresses, for the command line.
    pub async fn tenant_by_slug(&self, slug: &str) -> Result<Option<Tenant>> {
        Ok(self.db.tenant_by_slug(slug).await?.map(Tenant::from))
    }

    /// Makes a tenant with its built-in roles and first owner, whole or not at all. A slug that is taken is a conflict
    /// on `slug`.
    pub async fn create_tenant(&self, actor: PlatformActor, new: NewTenant) -> Result<TenantCreated> {
        let owner = new.owner;
        let mut faults = Faults::default();
        let slug_rule = "2 to 40 characters: lower-case letters, digits and single hyphens between them.";
        faults.check("slug", is_slug(&new.slug), slug_rule);
        faults.name("name", new.name.trim());
        check_person(
            &mut faults,
            "owner.",
            &owner.email,
            &owner.name,
            owner.password.as_ref(),
        );
        faults.refuse()?;
        let person = self
            .person(&owner.email, &owner.name, owner.password, "owner.password")
            .await?;
        let (id, now): (TenantId, _) = (self.ids.make(), self.clock.now());
        let row = rows::NewTenant {
            id,
            slug: &new.slug,
            name: new.name.trim(),
            sandbox: new.sandbox,
        };
        let mut tx = self.db.begin().await?;
        let tenant = tx.insert_tenant(&row, now).await?;
        let owner_role = self.insert_builtin_roles(&mut tx, id).await?;
        let (user_id, password) = self.store_person(&mut tx, &person, "owner.password").await?;
        tx.insert_membership(id, user_id, owner_role, now).await?;
        let change = Change {
            action: "tenant.create",
            tenant: Some(id),
            target: id.to_string(),
            details: json!({ "slug": tenant.slug, "sandbox": tenant.sandbox, "owner": user_id }),
        };
        self.record(&mut tx, actor, change).await?;
        tx.commit().await?;
        let owner = TenantOwner {
            email: person.email().to_owned(),
            password,
        };
        Ok(TenantCreated {
            tenant: tenant.into(),
            owner,
        })
    }

    /// Stops a tenant's sends, jobs and sign-ins; it keeps receiving. One that is suspended stays so.
    pub async fn suspend_tenant(&self, actor: PlatformActor, id: TenantId) -> Result<Tenant> {
        self.set_tenant_active(actor, id, false).await
    }

    /// Lets a suspended tenant work again; one that is active stays so.
    pub async fn resume_tenant(&self, actor: PlatformActor, id: TenantId) -> Result<Tenant> {
        self.set_tenant_active(actor, id, true).await
    }

    async fn set_tenant_active(&self, actor: PlatformActor, id: TenantId, active: bool) -> Result<Tenant> {
        let mut tx = self.db.begin().await?;
        let Some(tenant) = tx.set_tenant_active(id, active).await? else {
            return Ok(self.db.tenant(id).await?.ok_or_else(Error::not_found)?.into());
        };
        let sessions = if active {
            0
        } else {
            tx.cut_sessions_of(id, self.real_clock.now()).await?
        };
        let change = Change {
            action: if active { "tenant.resume" } else { "tenant.suspend" },
            tenant: Some(id),
            target: id.to_string(),
            details: json!({ "sessions_ended": sessions }),
        };
        self.record(&mut tx, actor, change).await?;
        tx.commit().await?;
        Ok(tenant.into())
    }

    /// Every built-in role with its permissions; answers the owner's.
    async fn insert_builtin_roles(&self, tx: &mut PlatformTx, tenant: TenantId) -> Result<RoleId> {
        let mut owner = None;
        for role in BUILTIN_ROLES {
            let id: RoleId = self.ids.make();
            let permissions: Vec<String> = role.permissions().into_iter().map(|p| p.to_string()).collect();
            tx.insert_builtin_role(tenant, id, role.into(), &permissions)
                .await?;
            if role == BuiltinRole::Owner {
                owner = Some(id);
            }
        }
        owner.ok_or_else(|| Error::internal("there is no built-in role `owner`"))
    }
}
