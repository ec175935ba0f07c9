use domain::{ErrorKind, permission::BuiltinRole};
use parlance_services::{
    PageRequest,
    accounts::password,
    platform::{NewMember, NewOwner, NewTenant, TenantState},
};

use crate::{CLI, fields, scene};

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
    let right = password::verify(owner.password_hash, &one_time).await.unwrap();
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
}

#[tokio::test]
async fn of_two_tenants_with_one_slug_exactly_one_is_made() {
    let scene = scene().await;
    let admin = scene.admin().await;
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
    assert_eq!(slugs, ["race"]);
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
async fn a_suspension_ends_the_sessions_of_people_who_belong_to_no_other_active_tenant() {
    let scene = scene().await;
    let mut tenants = Vec::new();
    for (slug, email) in [("acme", "ana@acme.test"), ("birch", "bea@birch.test")] {
        let made = scene
            .services
            .create_tenant(CLI, tenant(slug, email))
            .await
            .unwrap();
        tenants.push(made.tenant.id);
    }
    let both = NewMember {
        email: "cy@both.test".into(),
        name: "Cy".into(),
        password: None,
        role: BuiltinRole::Agent,
    };
    for id in &tenants {
        scene.services.add_member(CLI, *id, both.clone()).await.unwrap();
    }
    scene
        .db
        .sql(
            "insert into sessions (token_hash, id, user_id, created_at, expires_at)
             select sha256(id::text::bytea), gen_random_uuid(), id, now(), now() + interval '1 day' from users",
        )
        .await;
    let ended = async || {
        let rows = scene
            .db
            .json("select u.name from sessions s join users u on u.id = s.user_id where s.revoked_at is not null order by u.email")
            .await;
        rows.as_array().unwrap().len()
    };
    scene.services.suspend_tenant(CLI, tenants[0]).await.unwrap();
    assert_eq!(ended().await, 1, "the owner of acme alone");
    scene.services.suspend_tenant(CLI, tenants[1]).await.unwrap();
    assert_eq!(ended().await, 3);
}

#[tokio::test]
async fn a_tenant_has_no_more_members_than_it_may() {
    let scene = scene().await;
    let made = scene
        .services
        .create_tenant(CLI, tenant("acme", "ana@acme.test"))
        .await
        .unwrap();
    let add = async |name: &str| {
        let new = NewMember {
            email: format!("{name}@acme.test"),
            name: name.into(),
            password: None,
            role: BuiltinRole::Agent,
        };
        scene
            .services
            .add_member(CLI, made.tenant.id, new)
            .await
            .map(|_| ())
    };
    add("first").await.unwrap();
    let users = domain::entitlement::Entitlement::Users;
    scene
        .services
        .set_entitlement(CLI, "acme", users, Some(3))
        .await
        .unwrap();
    add("second").await.unwrap();
    assert_eq!(add("third").await.unwrap_err().code, "limit-reached");
    scene
        .services
        .set_entitlement(CLI, "acme", users, None)
        .await
        .unwrap();
    add("third").await.unwrap();
    let missing = scene
        .services
        .set_entitlement(CLI, "nobody", users, Some(1))
        .await
        .unwrap_err();
    assert_eq!(missing.code, "not-found");
}
