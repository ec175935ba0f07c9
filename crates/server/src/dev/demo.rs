//! The demo of `parlance dev`: two tenants with people, numbers and keys, made through the services as a person would.
//! What was made is kept in `demo.json`, because passwords and keys can't be read back.

use std::{fs, path::Path};

use anyhow::Context;
use domain::{Ids, MetaAppId, permission::BuiltinRole};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::json;
use services::{
    TenantScope, TenantServices,
    accounts::api_keys::CreateApiKey,
    onboarding::ConnectNumber,
    platform::{
        GraphEnvironmentKind, NewGraphEnvironment, NewMember, NewMetaApp, NewOwner, NewPlatformUser,
        NewTenant, PlatformActor, PlatformServices,
    },
};

use super::{
    manifest::write_private,
    simulated::{Account, Credentials, GRAPH_VERSION, Simulated, clinic_templates, workshop_templates},
};
use crate::{cli::DevPorts, compose::Running};

const FILE: &str = "demo.json";
const MARK: &str = "demo.unfinished";

/// What the demo made.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Demo {
    /// Base URL of the simulated WhatsApp when it was made.
    pub sandbox: String,
    /// The demo's MetaApp.
    pub meta_app_id: MetaAppId,
    /// Of the simulated WhatsApp.
    pub sandbox_credentials: Credentials,
    /// Signs in to the admin portal.
    pub platform_admin: SignIn,
    /// The two tenants.
    pub tenants: Vec<DemoTenant>,
}

/// Address and password.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignIn {
    /// Address.
    pub email: String,
    /// Password.
    pub password: String,
}

/// A demo tenant.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DemoTenant {
    /// The tenant.
    pub id: String,
    /// Its place in addresses.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// The provider's id of its WABA.
    pub waba_id: String,
    /// The provider's id of its number.
    pub phone_number_id: String,
    /// The number as people write it.
    pub display_phone_number: String,
    /// A key with every scope.
    pub api_key: String,
    /// People: owner, agent, viewer.
    pub users: Vec<DemoUser>,
}

/// A person of a demo tenant.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DemoUser {
    /// Address.
    pub email: String,
    /// Password.
    pub password: String,
    /// Built-in role.
    pub role: String,
}

struct Plan {
    slug: &'static str,
    account: Account,
    people: [(&'static str, &'static str, BuiltinRole); 3],
}

const PLANS: [Plan; 2] = [
    Plan {
        slug: "bright-smile",
        account: Account {
            waba_id: "201900000000001",
            business_id: "301900000000001",
            name: "Bright Smile Dental",
            number_id: "109900000000001",
            display: "+1 555-010-0200",
            templates: clinic_templates,
        },
        people: [
            ("olivia@bright-smile.example", "Olivia Hart", BuiltinRole::Owner),
            ("amir@bright-smile.example", "Amir Nazari", BuiltinRole::Agent),
            ("vera@bright-smile.example", "Vera Lind", BuiltinRole::Viewer),
        ],
    },
    Plan {
        slug: "nordwind-cycles",
        account: Account {
            waba_id: "201900000000002",
            business_id: "301900000000002",
            name: "Nordwind Cycles",
            number_id: "109900000000002",
            display: "+49 30 5550102",
            templates: workshop_templates,
        },
        people: [
            ("jonas@nordwind.example", "Jonas Weber", BuiltinRole::Owner),
            ("lea@nordwind.example", "Lea Brandt", BuiltinRole::Agent),
            ("tom@nordwind.example", "Tom Albrecht", BuiltinRole::Viewer),
        ],
    },
];

/// Notes that the demo is about to be made; true when an earlier try was cut short, so that what it left can go.
pub fn begin(data_dir: &Path) -> anyhow::Result<bool> {
    if data_dir.join(FILE).exists() {
        return Ok(false);
    }
    let mark = data_dir.join(MARK);
    let cut_short = mark.exists();
    fs::write(
        &mark,
        "Made while the demo data is being made; without it nothing is ever dropped.\n",
    )?;
    Ok(cut_short)
}

/// Makes the demo at the first start, reads it back later.
pub async fn ensure(running: &Running, ids: &Ids, ports: &DevPorts, data_dir: &Path) -> anyhow::Result<Demo> {
    let file = data_dir.join(FILE);
    let simulated = Simulated::new(ports)?;
    if let Ok(bytes) = fs::read(&file) {
        let demo: Demo = serde_json::from_slice(&bytes).with_context(|| {
            format!(
                "{} can't be read: remove the data folder to start anew",
                file.display()
            )
        })?;
        anyhow::ensure!(
            demo.sandbox == simulated.base(),
            "this data folder was made for the simulated WhatsApp at {}: use the same --port-base, or another --data-dir",
            demo.sandbox
        );
        return Ok(demo);
    }
    let platform = running
        .platform
        .as_ref()
        .context("the admin role is not running")?;
    let tenant = running
        .tenant
        .as_ref()
        .context("the tenant role is not running")?;
    let demo = make(platform, tenant, ids, &simulated)
        .await
        .context("the demo data could not be made; remove the data folder to start anew")?;
    write_private(&file, &serde_json::to_vec_pretty(&demo)?)?;
    fs::remove_file(data_dir.join(MARK))?;
    Ok(demo)
}

async fn make(
    platform: &PlatformServices,
    tenant: &TenantServices,
    ids: &Ids,
    simulated: &Simulated,
) -> anyhow::Result<Demo> {
    let credentials = Credentials::generate(ids);
    simulated.put_app(&credentials, None).await?;
    let email = "admin@parlance.example".to_owned();
    let admin = NewPlatformUser {
        email: email.clone(),
        name: "Ada Admin".to_owned(),
        password: None,
    };
    let admin = platform.create_platform_user(PlatformActor::CLI, admin).await?;
    let environment = NewGraphEnvironment {
        name: "Simulated WhatsApp".to_owned(),
        kind: GraphEnvironmentKind::Sandbox,
        base_url: simulated.base().to_owned(),
        graph_version: GRAPH_VERSION.to_owned(),
    };
    let environment = platform
        .create_graph_environment(PlatformActor::CLI, environment)
        .await?;
    let app = NewMetaApp {
        graph_environment_id: environment.id,
        app_id: credentials.app_id.clone(),
        name: "Demo app".to_owned(),
        app_secret: credentials.app_secret.clone().into(),
        verify_token: credentials.verify_token.clone().into(),
    };
    let app = platform.create_meta_app(PlatformActor::CLI, app).await?;
    simulated.put_app(&credentials, Some(&app.callback_url)).await?;
    let mut tenants = Vec::new();
    for plan in &PLANS {
        simulated.put_account(&plan.account).await?;
        tenants.push(make_tenant(platform, tenant, plan, app.id, &credentials).await?);
    }
    put_customers(simulated).await?;
    Ok(Demo {
        sandbox: simulated.base().to_owned(),
        meta_app_id: app.id,
        sandbox_credentials: credentials,
        platform_admin: SignIn {
            email,
            password: shown(admin.password)?,
        },
        tenants,
    })
}

async fn make_tenant(
    platform: &PlatformServices,
    tenant: &TenantServices,
    plan: &Plan,
    app: MetaAppId,
    credentials: &Credentials,
) -> anyhow::Result<DemoTenant> {
    let [(owner_email, owner_name, _), others @ ..] = &plan.people;
    let owner = NewOwner {
        email: (*owner_email).to_owned(),
        name: (*owner_name).to_owned(),
        password: None,
    };
    let new = NewTenant {
        slug: plan.slug.to_owned(),
        name: plan.account.name.to_owned(),
        sandbox: true,
        owner,
    };
    let created = platform.create_tenant(PlatformActor::CLI, new).await?;
    let password = shown(created.owner.password)?;
    let mut users = vec![DemoUser {
        email: created.owner.email,
        password: password.clone(),
        role: BuiltinRole::Owner.to_string(),
    }];
    for (email, name, role) in others {
        let member = NewMember {
            email: (*email).to_owned(),
            name: (*name).to_owned(),
            password: None,
            role: *role,
        };
        let added = platform
            .add_member(PlatformActor::CLI, created.tenant.id, member)
            .await?;
        users.push(DemoUser {
            email: added.email,
            password: shown(added.password)?,
            role: role.to_string(),
        });
    }
    let session = tenant.sign_in(owner_email, password.into(), None, None).await?;
    let scope = tenant
        .scope_of_session(session.token.expose_secret(), plan.slug)
        .await?;
    let api_key = make_key(tenant, &scope).await?;
    connect(tenant, &scope, plan, app, credentials).await?;
    Ok(DemoTenant {
        id: created.tenant.id.to_string(),
        slug: plan.slug.to_owned(),
        name: plan.account.name.to_owned(),
        waba_id: plan.account.waba_id.to_owned(),
        phone_number_id: plan.account.number_id.to_owned(),
        display_phone_number: plan.account.display.to_owned(),
        api_key,
        users,
    })
}

async fn make_key(tenant: &TenantServices, scope: &TenantScope) -> anyhow::Result<String> {
    let scopes = scope.permissions().iter().map(ToString::to_string).collect();
    let request = CreateApiKey {
        name: "Demo key".to_owned(),
        scopes,
        expires_at: None,
    };
    let (_, secret) = tenant.create_api_key(scope, request).await?;
    Ok(secret.expose_secret().to_owned())
}

async fn connect(
    tenant: &TenantServices,
    scope: &TenantScope,
    plan: &Plan,
    app: MetaAppId,
    credentials: &Credentials,
) -> anyhow::Result<()> {
    let request = ConnectNumber {
        meta_app_id: app,
        provider_waba_id: plan.account.waba_id.to_owned(),
        provider_number_id: plan.account.number_id.to_owned(),
        access_token: credentials.access_token.clone().into(),
        pin: None,
        test_to: None,
    };
    let connection = tenant.connect_number(scope, request).await?;
    let failed = connection.steps.iter().find(|step| step.state == "failed");
    anyhow::ensure!(
        connection.state == "connected",
        "the number of {} did not connect: {}",
        plan.slug,
        failed.and_then(|step| step.detail.clone()).unwrap_or_default()
    );
    Ok(())
}

async fn put_customers(simulated: &Simulated) -> anyhow::Result<()> {
    let customers = [
        (
            "maya",
            json!({ "name": "Maya Fernández", "phone": "15550109001" }),
        ),
        ("omar", json!({ "name": "عمر الخطيب", "phone": "15550109002" })),
        (
            "priya",
            json!({ "name": "प्रिया शर्मा", "phone": "15550109003", "auto_read": true }),
        ),
        (
            "lin",
            json!({ "name": "林小雨 🌿", "username": "lin.xiaoyu", "phone": "15550109004", "hides_phone": true }),
        ),
    ];
    for (key, body) in customers {
        simulated.put_customer(key, &body).await?;
    }
    Ok(())
}

fn shown(password: Option<SecretString>) -> anyhow::Result<String> {
    Ok(password
        .context("a demo person has a sign-in already: remove the data folder to start anew")?
        .expose_secret()
        .to_owned())
}
