//! What the tenant login sees of the directory: everything that sign-in needs before a tenant is known, and inside a
//! tenant its own row, its members and their sessions only.

use crate::session::{Pair, Session};

async fn count(session: &mut Session, context: &str, what: &'static str) -> i64 {
    session.begin(context).await;
    let count = sqlx::query_scalar(what).fetch_one(&mut session.0).await.unwrap();
    session.rollback().await;
    count
}

#[tokio::test]
async fn inside_a_tenant_its_own_row_and_members_are_left() {
    let pair = Pair::new().await;
    let (a, b) = pair.ids();
    pair.db
        .sql(
            "insert into users (id, email_key, email, name, created_at) values (gen_random_uuid(), 'x', 'x', 'of no tenant', now());
             insert into user_passwords (user_id, hash) select id, '$argon2id$' || id from users;
             insert into password_resets (token_hash, user_id, created_at, expires_at)
               select sha256(id::text::bytea), id, now(), now() from users;
             insert into sessions (token_hash, id, user_id, created_at, expires_at)
               select sha256(id::text::bytea), gen_random_uuid(), id, now(), now() + interval '1 day' from users",
        )
        .await;
    let mut tenant = Session::open(&pair.db, "tenant").await;
    let inside = format!("set local app.tenant_id = '{a}'");
    for (what, before, within) in [
        ("select count(*) from tenants", 2, 1),
        ("select count(*) from users", 3, 1),
        ("select count(*) from user_passwords", 3, 0),
        ("select count(*) from password_resets", 3, 0),
        ("select count(*) from sessions", 3, 1),
    ] {
        assert_eq!(count(&mut tenant, "", what).await, before, "{what}");
        assert_eq!(count(&mut tenant, &inside, what).await, within, "{what} inside");
    }
    let stranger = format!("set local app.tenant_id = '{}'", pair.db.ids.uuid());
    assert_eq!(
        count(&mut tenant, &stranger, "select count(*) from users").await,
        0
    );

    let own = format!("select 1 from tenants where id = '{a}'");
    assert_eq!(tenant.attempt(&inside, &own).await, Ok(1), "it is its own");
    let end = "update sessions set revoked_at = now()";
    assert_eq!(
        tenant.attempt(&inside, end).await,
        Ok(1),
        "inside a tenant its members' sessions end, nobody else's"
    );
    assert_eq!(tenant.attempt("", end).await, Ok(3));
    assert_eq!(
        tenant
            .attempt(&inside, "update user_passwords set hash = ''")
            .await,
        Ok(0),
        "nobody's password changes from inside a tenant"
    );
    let rename = "update tenants set name = 'Other'";
    assert_eq!(tenant.attempt(&inside, rename).await, Ok(1));
    assert_eq!(tenant.attempt("", rename).await, Ok(0));
    for sql in [
        "update users set name = ''".to_owned(),
        "delete from users".to_owned(),
        "delete from user_passwords".to_owned(),
        format!("update tenants set state = 2 where id = '{b}'"),
    ] {
        let refused = tenant.attempt("", &sql).await.unwrap_err();
        assert!(refused.is_missing_privilege(), "{sql}: {refused:?}");
    }
}
