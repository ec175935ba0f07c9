//! The platform side over a database of its own, as the platform role.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::{net::IpAddr, sync::Arc};

use domain::{Clock, ErrorKind, clock::ManualClock, permission::BuiltinRole};
use parlance_services::{
    PageRequest,
    accounts::password,
    platform::{
        GraphEnvironmentKind, NewGraphEnvironment, NewMember, NewMetaApp, NewOwner, NewPlatformUser,
        NewTenant, PlatformActor, PlatformScope, PlatformServices, SESSION_LIFETIME, SignedIn, TenantState,
    },
};
use secrecy::{ExposeSecret, SecretString};
use testkit::TestDb;
use time::Duration;

const CLI: PlatformActor = PlatformActor::CLI;
const EMAIL: &str = "root@platform.test";
const PASSWORD: &str = "correct horse battery";

struct Scene {
    db: TestDb,
    real_clock: Arc<ManualClock>,
    services: PlatformServices,
}

async fn scene() -> Scene {
    let db = TestDb::new().await;
    let real_clock = Arc::new(ManualClock::new(db.clock.now()));
    let services = PlatformServices {
        db: db.platform.clone(),
        vault: db.vault.clone(),
        clock: Arc::clone(&db.clock) as Arc<dyn Clock>,
        real_clock: Arc::clone(&real_clock) as Arc<dyn Clock>,
        ids: db.ids.clone(),
        webhooks_url: "http://hooks.test/".to_owned(),
    };
    Scene {
        db,
        real_clock,
        services,
    }
}

impl Scene {
    async fn admin(&self) -> PlatformScope {
        let new = NewPlatformUser {
            email: EMAIL.into(),
            name: "Root".into(),
            password: Some(PASSWORD.into()),
        };
        self.services.create_platform_user(CLI, new).await.unwrap();
        let signed_in = self.sign_in(PASSWORD, None).await.unwrap();
        self.services.authenticate(&signed_in.token).await.unwrap()
    }

    async fn sign_in(&self, password: &str, address: Option<IpAddr>) -> domain::Result<SignedIn> {
        self.services
            .sign_in(EMAIL, &SecretString::from(password), address)
            .await
    }
}

fn tenant(slug: &str, owner: &str) -> NewTenant {
    NewTenant {
        slug: slug.into(),
        name: format!("{slug} Ltd"),
        sandbox: true,
        owner: NewOwner {
            email: owner.into(),
            name: "Owner".into(),
            password: None,
        },
    }
}

fn fields(error: &domain::Error) -> Vec<&str> {
    error.fields.iter().map(|field| field.field.as_str()).collect()
}

#[tokio::test]
async fn a_tenant_is_made_whole_or_not_at_all() {
    let scene = scene().await;
    let admin = scene.admin().await;
    let made = scene
        .services
        .create_tenant(admin.actor(), tenant("acme", "Ana@Acme.test"))
        .await
        .unwrap();
    assert_eq!(made.tenant.state, TenantState::Active);
    let one_time = made.owner.password.unwrap();

    let owner = scene
        .db
        .tenant
        .user_by_email("ana@acme.test")
        .await
        .unwrap()
        .unwrap();
    let right = password::verify(Some(owner.password_hash), &one_time)
        .await
        .unwrap();
    assert!(right, "the one-time password signs the owner in");
    let memberships = scene.db.tenant.memberships(owner.id).await.unwrap();
    assert_eq!(memberships[0].role, "owner");
    assert_eq!(
        memberships[0].permissions.len(),
        BuiltinRole::Owner.permissions().len()
    );
    for role in ["admin", "supervisor", "marketer", "agent", "developer", "viewer"] {
        let new = NewMember {
            email: format!("{role}@acme.test"),
            name: role.into(),
            password: None,
            role: role.parse().unwrap(),
        };
        let added = scene
            .services
            .add_member(admin.actor(), made.tenant.id, new.clone())
            .await
            .unwrap();
        assert!(added.password.is_some());
        let twice = scene
            .services
            .add_member(admin.actor(), made.tenant.id, new)
            .await
            .unwrap_err();
        assert_eq!((twice.kind, fields(&twice)), (ErrorKind::Conflict, vec!["email"]));
    }

    let taken = scene
        .services
        .create_tenant(admin.actor(), tenant("acme", "bob@other.test"))
        .await
        .unwrap_err();
    assert_eq!((taken.kind, fields(&taken)), (ErrorKind::Conflict, vec!["slug"]));
    let bob = scene.db.tenant.user_by_email("bob@other.test").await.unwrap();
    assert!(bob.is_none(), "a refused tenant leaves no owner behind");

    let (one, two) = tokio::join!(
        scene.services.create_tenant(CLI, tenant("race", "one@race.test")),
        scene.services.create_tenant(CLI, tenant("race", "two@race.test")),
    );
    assert_eq!(usize::from(one.is_ok()) + usize::from(two.is_ok()), 1);
    let mut owners = 0;
    for email in ["one@race.test", "two@race.test"] {
        owners += usize::from(scene.db.tenant.user_by_email(email).await.unwrap().is_some());
    }
    assert_eq!(owners, 1);

    let page = scene
        .services
        .tenants(&admin, &PageRequest::default())
        .await
        .unwrap();
    let slugs: Vec<&str> = page.items.iter().map(|tenant| tenant.slug.as_str()).collect();
    assert_eq!(slugs.len(), 2);
    assert!(slugs.contains(&"acme") && slugs.contains(&"race"));
}

#[tokio::test]
async fn an_owner_who_has_a_sign_in_keeps_it() {
    let scene = scene().await;
    scene
        .services
        .create_tenant(CLI, tenant("first", "ana@acme.test"))
        .await
        .unwrap();
    let before = scene
        .db
        .tenant
        .user_by_email("ana@acme.test")
        .await
        .unwrap()
        .unwrap();
    let second = scene
        .services
        .create_tenant(CLI, tenant("second", "ANA@acme.test"))
        .await
        .unwrap();
    assert!(second.owner.password.is_none());
    let after = scene
        .db
        .tenant
        .user_by_email("ana@acme.test")
        .await
        .unwrap()
        .unwrap();
    assert_eq!((before.id, before.password_hash), (after.id, after.password_hash));
    assert_eq!(scene.db.tenant.memberships(after.id).await.unwrap().len(), 2);

    let mut third = tenant("third", "ana@acme.test");
    third.owner.password = Some("another password".into());
    let refused = scene.services.create_tenant(CLI, third).await.unwrap_err();
    assert_eq!(fields(&refused), ["owner.password"]);
    assert!(scene.services.tenant_by_slug("third").await.unwrap().is_none());
}

#[tokio::test]
async fn every_faulty_field_is_named_at_once() {
    let scene = scene().await;
    let mut new = tenant("No Good", "not an address");
    new.name = String::new();
    new.owner.name = " ".into();
    new.owner.password = Some("short".into());
    let refused = scene.services.create_tenant(CLI, new).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Invalid);
    assert_eq!(
        fields(&refused),
        ["slug", "name", "owner.email", "owner.name", "owner.password"]
    );
}

#[tokio::test]
async fn sign_in_pauses_after_ten_failures_even_for_the_right_password() {
    let scene = scene().await;
    scene.admin().await;
    let address: IpAddr = "203.0.113.9".parse().unwrap();
    for _ in 0..10 {
        let refused = scene.sign_in("wrong", Some(address)).await.unwrap_err();
        assert_eq!(refused.code, "bad-credentials");
    }
    let paused = scene.sign_in(PASSWORD, Some(address)).await.unwrap_err();
    assert_eq!((paused.code, paused.retry_after_secs), ("throttled", Some(900)));
    let elsewhere = scene
        .sign_in(PASSWORD, Some("198.51.100.1".parse().unwrap()))
        .await
        .unwrap_err();
    assert_eq!(elsewhere.code, "throttled", "the email itself is paused");

    scene.real_clock.advance(Duration::minutes(16));
    scene.sign_in(PASSWORD, Some(address)).await.unwrap();
    for _ in 0..10 {
        scene.sign_in("wrong", Some(address)).await.unwrap_err();
    }
    assert_eq!(
        scene.sign_in("wrong", Some(address)).await.unwrap_err().code,
        "throttled"
    );
}

#[tokio::test]
async fn one_address_can_not_try_many_emails() {
    let scene = scene().await;
    let neighbour = |last: u16| -> Option<IpAddr> { format!("2001:db8::{last:x}").parse().ok() };
    let mut codes = Vec::new();
    for number in 0..102_u16 {
        let email = format!("guess{}@platform.test", number / 5);
        let refused = scene
            .services
            .sign_in(&email, &"wrong".into(), neighbour(number))
            .await
            .unwrap_err();
        codes.push(refused.code);
    }
    assert!(codes[..100].iter().all(|code| *code == "bad-credentials"));
    assert_eq!(codes[100..], ["throttled", "throttled"]);
}

#[tokio::test]
async fn a_session_ends_by_sign_out_and_by_time() {
    let scene = scene().await;
    let scope = scene.admin().await;
    assert_eq!(scene.services.me(&scope).user.email, EMAIL);
    let first = scene.sign_in(PASSWORD, None).await.unwrap();
    let second = scene.sign_in(PASSWORD, None).await.unwrap();
    scene.services.sign_out(&first.token).await.unwrap();
    scene.services.sign_out(&first.token).await.unwrap();
    assert_eq!(
        scene.services.authenticate(&first.token).await.unwrap_err().code,
        "unauthenticated"
    );
    scene.services.authenticate(&second.token).await.unwrap();
    scene.real_clock.advance(SESSION_LIFETIME);
    assert_eq!(
        scene.services.authenticate(&second.token).await.unwrap_err().code,
        "unauthenticated"
    );
    assert!(
        scene
            .db
            .tenant
            .signed_in(b"x", scene.db.clock.now())
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn a_tenant_is_suspended_and_resumed() {
    let scene = scene().await;
    let admin = scene.admin().await;
    let made = scene
        .services
        .create_tenant(CLI, tenant("acme", "ana@acme.test"))
        .await
        .unwrap();
    let owner = scene
        .db
        .tenant
        .user_by_email("ana@acme.test")
        .await
        .unwrap()
        .unwrap();
    let is_active = async || {
        scene.db.tenant.memberships(owner.id).await.unwrap()[0]
            .tenant
            .active
    };
    for _ in 0..2 {
        let suspended = scene
            .services
            .suspend_tenant(admin.actor(), made.tenant.id)
            .await
            .unwrap();
        assert_eq!(suspended.state, TenantState::Suspended);
        assert!(!is_active().await);
    }
    let resumed = scene
        .services
        .resume_tenant(admin.actor(), made.tenant.id)
        .await
        .unwrap();
    assert_eq!(resumed.state, TenantState::Active);
    assert!(is_active().await);
    let nobody = scene
        .services
        .suspend_tenant(CLI, scene.db.ids.make())
        .await
        .unwrap_err();
    assert_eq!(nobody.kind, ErrorKind::NotFound);
}

#[tokio::test]
async fn a_graph_environment_and_its_app_are_set_up() {
    let scene = scene().await;
    let admin = scene.admin().await;
    let new = |name: &str, kind, base_url: &str| NewGraphEnvironment {
        name: name.into(),
        kind,
        base_url: base_url.into(),
        graph_version: "v26.0".into(),
    };
    let plain = new("Meta", GraphEnvironmentKind::Meta, "http://graph.facebook.com");
    assert_eq!(
        fields(
            &scene
                .services
                .create_graph_environment(CLI, plain)
                .await
                .unwrap_err()
        ),
        ["base_url"]
    );
    let sandbox = new("Sandbox", GraphEnvironmentKind::Sandbox, "http://127.0.0.1:7423/");
    let environment = scene
        .services
        .create_graph_environment(admin.actor(), sandbox.clone())
        .await
        .unwrap();
    assert_eq!(environment.base_url, "http://127.0.0.1:7423");
    let twice = scene
        .services
        .create_graph_environment(CLI, sandbox)
        .await
        .unwrap_err();
    assert_eq!((twice.kind, fields(&twice)), (ErrorKind::Conflict, vec!["name"]));

    let secret = "0123456789abcdef0123456789abcdef";
    let app = NewMetaApp {
        graph_environment_id: environment.id,
        app_id: "700000000001".into(),
        name: "Sandbox app".into(),
        app_secret: secret.into(),
        verify_token: "verify-me".into(),
    };
    assert!(!format!("{app:?}").contains(secret));
    let made = scene
        .services
        .create_meta_app(admin.actor(), app.clone())
        .await
        .unwrap();
    assert_eq!(
        made.callback_url,
        format!("http://hooks.test/webhooks/{}", made.id)
    );
    let twice = scene
        .services
        .create_meta_app(CLI, app.clone())
        .await
        .unwrap_err();
    assert_eq!(fields(&twice), ["app_id"]);
    let nowhere = NewMetaApp {
        graph_environment_id: scene.db.ids.make(),
        ..app
    };
    assert_eq!(
        fields(&scene.services.create_meta_app(CLI, nowhere).await.unwrap_err()),
        ["graph_environment_id"]
    );

    let next: SecretString = "fedcba9876543210fedcba9876543210".into();
    let both = scene
        .services
        .add_meta_app_secret(admin.actor(), made.id, &next)
        .await
        .unwrap();
    let hints: Vec<&str> = both.secrets.iter().map(|secret| secret.hint.as_str()).collect();
    assert_eq!(hints, ["cdef", "3210"]);
    let listed = scene
        .services
        .meta_apps(&admin, &PageRequest::default())
        .await
        .unwrap();
    let shown = format!("{:?}", listed.items);
    assert!(!shown.contains(secret) && !shown.contains(next.expose_secret()) && !shown.contains("verify-me"));
    assert_eq!(listed.items[0].secrets.len(), 2);
}
