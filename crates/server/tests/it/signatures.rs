//! A signature proves the app, over these bytes, with a secret that counts now; and nothing but the app.

use egress::Method;
use serde_json::{Value, json};
use testkit::Superuser;

use crate::admin::Admin;
use crate::installation::Installation;
use crate::manifest::Tenant;
use crate::process::eventually;
use crate::wire::{Http, entry, envelope, on_number, signature, text};

async fn raw_rows(superuser: &Superuser) -> i64 {
    superuser.one("select count(*) from raw_webhooks").await
}

/// Every row that has this tenant's id, but for leases, which live on.
async fn rows_of(superuser: &Superuser, tenant: &str) -> Vec<String> {
    let dump = superuser.dump().await;
    let own = |line: &&str| line.contains(tenant) && !line.starts_with("lanes ");
    dump.lines().filter(own).map(str::to_owned).collect()
}

#[tokio::test]
async fn a_missing_forged_or_stale_signature_stores_nothing() {
    let it = Installation::start("forged").await;
    let superuser = it.superuser();
    let (url, secret) = (&it.dev.webhooks, &it.dev.sandbox_credentials.app_secret);
    let body = envelope(&[text(&it.dev.tenants[0], 1, "wamid.F1", 1_790_000_000, "Hi")]);
    let good = signature(secret, &body);
    let mut flipped = good.clone().into_bytes();
    let last = flipped.last_mut().unwrap();
    *last = if *last == b'0' { b'1' } else { b'0' };
    let flipped = String::from_utf8(flipped).unwrap();
    let bare = good.strip_prefix("sha256=").unwrap();
    let forged = [
        None,
        Some(""),
        Some("sha256="),
        Some(bare),
        Some(&good[..good.len() - 2]),
        Some(&flipped),
    ];
    for signature in forged {
        assert_eq!(
            it.http.signed(url, signature, &body).await,
            Ok(401),
            "{signature:?}"
        );
    }
    for wrong in [
        "",
        "guess",
        it.dev.sandbox_credentials.verify_token.as_str(),
        bare,
    ] {
        assert_eq!(it.http.webhook(url, wrong, &body).await, Ok(401), "{wrong}");
    }
    let mut changed = body.clone();
    changed.push(b' ');
    assert_eq!(it.http.signed(url, Some(&good), &changed).await, Ok(401));
    let (gateway, _) = url.rsplit_once('/').unwrap();
    for unknown in ["app_01a204ddbb6b7143a67ae7ad5c4f4881", "app_1", "x"] {
        let nowhere = format!("{gateway}/{unknown}");
        assert_eq!(
            it.http.webhook(&nowhere, secret, &body).await,
            Ok(404),
            "{unknown}"
        );
    }
    assert_eq!(raw_rows(&superuser).await, 0);
    assert_eq!(it.http.signed(url, Some(&good), &body).await, Ok(200));
    assert_eq!(raw_rows(&superuser).await, 1);
    stale_secret(&it, &superuser, &body).await;
    handshake(&it).await;
}

/// A second secret counts at once, beside the first; a secret past its end does not.
async fn stale_secret(it: &Installation, superuser: &Superuser, body: &[u8]) {
    let (url, old, new) = (
        &it.dev.webhooks,
        &it.dev.sandbox_credentials.app_secret,
        "rotated-secret",
    );
    let admin = Admin::sign_in(it).await;
    let app = url.rsplit('/').next().unwrap();
    let added = json!({ "app_secret": new });
    admin
        .call(Method::POST, &format!("meta-apps/{app}/secrets"), Some(added))
        .await;
    assert_eq!(it.http.webhook(url, new, body).await, Ok(200));
    assert_eq!(it.http.webhook(url, old, body).await, Ok(200));
    let ended = superuser
        .run(
            "update meta_app_secrets set not_after = now() - interval '1 second'
             where created_at = (select min(created_at) from meta_app_secrets)",
        )
        .await;
    assert_eq!(ended, 1);
    eventually("the end of the old secret", async || {
        (it.http.webhook(url, old, body).await == Ok(401)).then_some(())
    })
    .await;
    let before = raw_rows(superuser).await;
    assert_eq!(it.http.webhook(url, old, body).await, Ok(401));
    assert_eq!(raw_rows(superuser).await, before);
    assert_eq!(it.http.webhook(url, new, body).await, Ok(200));
}

async fn handshake(it: &Installation) {
    let ask = async |mode: &str, token: &str| {
        let query = [
            ("hub.mode", mode),
            ("hub.verify_token", token),
            ("hub.challenge", "1158201444"),
        ];
        let request = it.http.request(Method::GET, &it.dev.webhooks).query(query);
        let answer = Http::send(request, None).await;
        (answer.status, answer.text)
    };
    let token = &it.dev.sandbox_credentials.verify_token;
    assert_eq!(ask("subscribe", token).await, (200, "1158201444".to_owned()));
    for (mode, token) in [("subscribe", "guess"), ("subscribe", ""), ("unsubscribe", token)] {
        let (status, text) = ask(mode, token).await;
        assert_eq!(
            (status, text.contains("1158201444")),
            (403, false),
            "{mode} {token}"
        );
    }
}

/// What an app that is not bound to the number says about it: messages, a status, a template.
fn foreign(victim: &Tenant) -> Vec<u8> {
    let status = json!({ "statuses": [{
        "id": "wamid.OWN", "status": "failed", "timestamp": "1790000009", "recipient_id": "15550200001",
        "errors": [{ "code": 131026, "title": "Message undeliverable" }],
    }] });
    let template = json!({ "event": "DISABLED", "message_template_id": 1 });
    envelope(&[
        text(
            victim,
            1,
            "wamid.FOREIGN",
            1_790_000_005,
            "Send the money elsewhere",
        ),
        text(victim, 2, "wamid.FOREIGN2", 1_790_000_006, "A new person"),
        entry(victim, "messages", on_number(victim, status)),
        entry(victim, "message_template_status_update", template),
    ])
}

#[tokio::test]
async fn an_app_that_is_not_bound_to_a_number_changes_nothing_of_its_owner() {
    let it = Installation::start("unbound").await;
    let superuser = it.superuser();
    let victim = it.dev.tenants[0].clone();
    let first = envelope(&[text(&victim, 1, "wamid.OWN", 1_790_000_000, "Hi")]);
    assert_eq!(it.webhook(&first).await, 200);
    it.normalized().await;

    let admin = Admin::sign_in(&it).await;
    let environments = admin.call(Method::GET, "graph-environments", None).await;
    let app = admin
        .make_app(
            &environments["items"][0]["id"],
            "700000000000099",
            "the-other-app's-secret",
        )
        .await;
    let own = &it.dev.sandbox_credentials.app_secret;
    assert_eq!(
        it.http.webhook(&app.callback_url, own, &first).await,
        Ok(401),
        "the first app's signature at the second's address"
    );
    assert_eq!(
        it.http.webhook(&it.dev.webhooks, &app.secret, &first).await,
        Ok(401),
        "and the other way round"
    );

    let before = rows_of(&superuser, &victim.uuid()).await;
    let foreign = foreign(&victim);
    assert_eq!(
        it.http.webhook(&app.callback_url, &app.secret, &foreign).await,
        Ok(200)
    );
    it.normalized().await;
    assert_eq!(rows_of(&superuser, &victim.uuid()).await, before);
    let outcomes = superuser
        .rows("select change_index, outcome, tenant_id from webhook_outcomes o where exists (select from meta_apps a where a.id = o.meta_app_id and a.app_id = '700000000000099') order by 1")
        .await;
    let quarantined = |index| json!({ "change_index": index, "outcome": 5, "tenant_id": Value::Null });
    assert_eq!(outcomes, [0, 1, 2, 3].map(quarantined));
    let log = admin.call(Method::GET, "webhooks", None).await;
    let shown = log["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["outcome"] == "unbound_app");
    assert_eq!(shown.count(), 4);

    // The digest sees what the same body does under the right signature.
    assert_eq!(it.webhook(&foreign).await, 200);
    it.normalized().await;
    assert_ne!(rows_of(&superuser, &victim.uuid()).await, before);
}
