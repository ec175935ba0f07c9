use std::collections::BTreeSet;

use domain::{
    ChannelAccountId, GraphEnvironmentId, MetaAppId, PhoneNumberId, PortfolioId, ProviderAccountId, RoleId,
    SessionId, TenantId, UserId, WabaId,
    permission::{BuiltinRole, Permission},
};
use sha2::{Digest, Sha256};
use store::{Actor, TenantScope, TenantSummary, vault};
use time::macros::datetime;
use uuid::Uuid;

use crate::TestDb;

fn all() -> BTreeSet<Permission> {
    BuiltinRole::Owner.permissions().into_iter().collect()
}

/// A Graph environment with one MetaApp and its secret.
#[derive(Debug, Clone)]
pub struct AppFixture {
    /// The environment.
    pub graph_environment_id: GraphEnvironmentId,
    /// Its base URL.
    pub base_url: String,
    /// The app.
    pub meta_app_id: MetaAppId,
    /// The provider's id of the app.
    pub app_id: String,
    /// Signs webhooks.
    pub app_secret: String,
    /// Of the handshake.
    pub verify_token: String,
}

/// A tenant with an owner and one connected number.
#[derive(Debug, Clone)]
pub struct TenantFixture {
    /// All permissions, as the owner.
    pub scope: TenantScope,
    /// The tenant.
    pub tenant_id: TenantId,
    /// The owner.
    pub user_id: UserId,
    /// The owner's role.
    pub role_id: RoleId,
    /// Its portfolio.
    pub portfolio_id: PortfolioId,
    /// Its WABA.
    pub waba_id: WabaId,
    /// The provider's id of the WABA.
    pub provider_waba_id: String,
    /// Its number.
    pub phone_number_id: PhoneNumberId,
    /// The provider's id of the number.
    pub provider_number_id: String,
    /// The number's channel account.
    pub channel_account_id: ChannelAccountId,
}

const AT: time::OffsetDateTime = datetime!(2026-11-01 00:00 UTC);

impl TestDb {
    /// Makes a Graph environment at `base_url` and an app with a sealed secret.
    pub async fn app(&self, base_url: &str) -> AppFixture {
        let graph_environment_id: GraphEnvironmentId = self.ids.make();
        let meta_app_id: MetaAppId = self.ids.make();
        let app = AppFixture {
            graph_environment_id,
            base_url: base_url.to_owned(),
            meta_app_id,
            app_id: format!(
                "{}",
                700_000_000_000_u64 + u64::from(u32::from_le_bytes(self.ids.bytes::<4>()))
            ),
            app_secret: hex::encode(self.ids.bytes::<16>()),
            verify_token: hex::encode(self.ids.bytes::<8>()),
        };
        self.run(
            "insert into graph_environments (id, name, kind, base_url, graph_version, created_at) values ($1, $2, 'test', $2, 'v26.0', $3) on conflict do nothing",
            |q| q.bind(graph_environment_id.uuid()).bind(base_url.to_owned()).bind(AT),
        )
        .await;
        let graph_environment_id: Uuid =
            sqlx::query_scalar("select id from graph_environments where base_url = $1")
                .bind(base_url)
                .fetch_one(&self.superuser)
                .await
                .unwrap();
        let token_hash = Sha256::digest(app.verify_token.as_bytes()).to_vec();
        self.run("insert into meta_apps (id, graph_environment_id, app_id, name, verify_token_hash, created_at) values ($1, $2, $3, 'Test app', $4, $5)", |q| {
            q.bind(meta_app_id.uuid()).bind(graph_environment_id).bind(app.app_id.clone()).bind(token_hash).bind(AT)
        })
        .await;
        let mut tx = self.platform.begin().await.unwrap();
        let sealed = self
            .vault
            .seal_installation(&mut tx, vault::META_APP_SECRET, AT, app.app_secret.as_bytes())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let secret_id = self.ids.uuid();
        self.run("insert into meta_app_secrets (id, meta_app_id, secret_sealed, key_id, hint, created_at) values ($1, $2, $3, $4, '....', $5)", |q| {
            q.bind(secret_id).bind(meta_app_id.uuid()).bind(sealed.bytes).bind(sealed.key_id.uuid()).bind(AT)
        })
        .await;
        AppFixture {
            graph_environment_id: GraphEnvironmentId::new(graph_environment_id),
            ..app
        }
    }

    /// Makes a tenant whose one number is connected through `app`; ids at the provider derive from `slug`.
    pub async fn tenant(&self, slug: &str, app: &AppFixture) -> TenantFixture {
        let tenant_id: TenantId = self.ids.make();
        let (user_id, role_id): (UserId, RoleId) = (self.ids.make(), self.ids.make());
        let permissions: Vec<String> = all().into_iter().map(|p| p.to_string()).collect();
        let tenant = tenant_id.uuid();
        self.run(
            "insert into tenants (id, slug, name, created_at) values ($1, $2, $2, $3)",
            |q| q.bind(tenant).bind(slug.to_owned()).bind(AT),
        )
        .await;
        let email = format!("owner@{slug}.test");
        self.run(
            "insert into users (id, email_key, email, name, created_at) values ($1, $2, $2, 'Owner', $3)",
            |q| q.bind(user_id.uuid()).bind(email).bind(AT),
        )
        .await;
        self.run("insert into roles (tenant_id, id, name, builtin, permissions) values ($1, $2, 'owner', true, $3)", |q| {
            q.bind(tenant).bind(role_id.uuid()).bind(permissions)
        })
        .await;
        self.run(
            "insert into memberships (tenant_id, user_id, role_id, created_at) values ($1, $2, $3, $4)",
            |q| q.bind(tenant).bind(user_id.uuid()).bind(role_id.uuid()).bind(AT),
        )
        .await;
        let summary = TenantSummary {
            id: tenant_id,
            slug: slug.to_owned(),
            name: slug.to_owned(),
            active: true,
            sandbox: false,
        };
        let actor = Actor::User {
            user_id,
            session_id: self.ids.make::<SessionId>(),
        };
        let scope = TenantScope::unproven(summary, actor, all());
        self.connect(slug, app, scope, user_id, role_id).await
    }

    #[allow(clippy::too_many_lines, reason = "one row after the other")]
    async fn connect(
        &self,
        slug: &str,
        app: &AppFixture,
        scope: TenantScope,
        user_id: UserId,
        role_id: RoleId,
    ) -> TenantFixture {
        let tenant = scope.tenant_id().uuid();
        let environment = app.graph_environment_id.uuid();
        let (portfolio_id, waba_id): (PortfolioId, WabaId) = (self.ids.make(), self.ids.make());
        let (channel_account_id, phone_number_id): (ChannelAccountId, PhoneNumberId) =
            (self.ids.make(), self.ids.make());
        let provider_account_id: ProviderAccountId = self.ids.make();
        let (provider_waba_id, provider_number_id) = (format!("waba-{slug}"), format!("number-{slug}"));
        self.run("insert into portfolios (id, graph_environment_id, business_id, created_at) values ($1, $2, $3, $4)", |q| {
            q.bind(portfolio_id.uuid()).bind(environment).bind(format!("business-{slug}")).bind(AT)
        })
        .await;
        self.run("insert into wabas (tenant_id, id, graph_environment_id, portfolio_id, provider_waba_id, name, created_at) values ($1, $2, $3, $4, $5, $5, $6)", |q| {
            q.bind(tenant).bind(waba_id.uuid()).bind(environment).bind(portfolio_id.uuid()).bind(provider_waba_id.clone()).bind(AT)
        })
        .await;
        let mut tx = self.tenant.begin(&scope).await.unwrap();
        let sealed = self
            .vault
            .seal(
                &mut tx,
                vault::PROVIDER_CREDENTIAL,
                AT,
                format!("token-{slug}").as_bytes(),
            )
            .await
            .unwrap();
        tx.commit().await.unwrap();
        self.run("insert into provider_accounts (tenant_id, id, kind, credential_sealed, key_id, hint, created_at) values ($1, $2, 'cloud_api', $3, $4, '....', $5)", |q| {
            q.bind(tenant).bind(provider_account_id.uuid()).bind(sealed.bytes).bind(sealed.key_id.uuid()).bind(AT)
        })
        .await;
        self.run("insert into channel_accounts (tenant_id, id, kind, name, created_at) values ($1, $2, 'whatsapp', $3, $4)", |q| {
            q.bind(tenant).bind(channel_account_id.uuid()).bind(slug.to_owned()).bind(AT)
        })
        .await;
        self.run(
            "insert into phone_numbers (tenant_id, id, waba_id, channel_account_id, provider_account_id, provider_number_id, display_phone_number,
               verified_name, quality, status, throughput_mps, checked_at, created_at)
             values ($1, $2, $3, $4, $5, $6, '+1 555-010-0200', $6, 'GREEN', 'CONNECTED', 80, $7, $7)",
            |q| {
                q.bind(tenant)
                    .bind(phone_number_id.uuid())
                    .bind(waba_id.uuid())
                    .bind(channel_account_id.uuid())
                    .bind(provider_account_id.uuid())
                    .bind(provider_number_id.clone())
                    .bind(AT)
            },
        )
        .await;
        self.run(
            "insert into lanes (tenant_id, id, throughput_mps) values ($1, $2, 80)",
            |q| q.bind(tenant).bind(phone_number_id.uuid()),
        )
        .await;
        self.run("insert into waba_routes (graph_environment_id, provider_waba_id, tenant_id, waba_id, meta_app_id) values ($1, $2, $3, $4, $5)", |q| {
            q.bind(environment).bind(provider_waba_id.clone()).bind(tenant).bind(waba_id.uuid()).bind(app.meta_app_id.uuid())
        })
        .await;
        self.run("insert into number_routes (graph_environment_id, provider_number_id, tenant_id, phone_number_id, waba_id) values ($1, $2, $3, $4, $5)", |q| {
            q.bind(environment).bind(provider_number_id.clone()).bind(tenant).bind(phone_number_id.uuid()).bind(waba_id.uuid())
        })
        .await;
        TenantFixture {
            tenant_id: scope.tenant_id(),
            scope,
            user_id,
            role_id,
            portfolio_id,
            waba_id,
            provider_waba_id,
            phone_number_id,
            provider_number_id,
            channel_account_id,
        }
    }

    pub(crate) async fn run<'q>(
        &self,
        sql: &'static str,
        bind: impl FnOnce(
            sqlx::query::Query<'q, sqlx::Postgres, sqlx::postgres::PgArguments>,
        ) -> sqlx::query::Query<'q, sqlx::Postgres, sqlx::postgres::PgArguments>,
    ) {
        bind(sqlx::query(sql)).execute(&self.superuser).await.unwrap();
    }
}
