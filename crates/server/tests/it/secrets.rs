//! No secret in clear in the database or a log, and no words or numbers of people in a log, at debug level.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use egress::Method;
use serde_json::json;

use crate::admin::Admin;
use crate::installation::Installation;
use crate::stage::Talk;
use crate::wire::{envelope, text};

/// Words that stand in an inbound and an outbound message, and nowhere else.
const INBOUND: &str = "Zebra-crossing-inbound-words";
const OUTBOUND: &str = "Quokka-outbound-words";
const REFUSED: &str = "Okapi-refused-words";
/// Phones of the customers who write here.
const PHONES: [&str; 2] = ["15550109001", "15550200004"];

/// What must be found nowhere: name and text.
struct Secrets(Vec<(String, String)>);

impl Secrets {
    fn add(&mut self, name: &str, secret: &str) {
        assert!(secret.len() >= 8, "{name} is too short to be looked for");
        let name = name.to_owned();
        let bytes = secret.as_bytes();
        self.0.push((name.clone(), secret.to_owned()));
        self.0.push((format!("{name} in hex"), hex::encode(bytes)));
        self.0.push((
            format!("{name} in base64"),
            STANDARD.encode(bytes).trim_end_matches('=').to_owned(),
        ));
    }

    fn found_in(&self, place: &str) -> Vec<&str> {
        let lower = place.to_lowercase();
        let is_in = |secret: &str| place.contains(secret) || lower.contains(&secret.to_lowercase());
        let found = self.0.iter().filter(|(_, secret)| is_in(secret));
        found.map(|(name, _)| name.as_str()).collect()
    }
}

async fn secrets(it: &Installation) -> Secrets {
    let dev = &it.dev;
    let mut secrets = Secrets(Vec::new());
    secrets.add("access token", &dev.sandbox_credentials.access_token);
    secrets.add("app secret", &dev.sandbox_credentials.app_secret);
    secrets.add("verify token", &dev.sandbox_credentials.verify_token);
    secrets.add("platform password", &dev.platform_admin.password);
    for tenant in &dev.tenants {
        secrets.add("api key", &tenant.api_key);
        for user in &tenant.users {
            secrets.add("password", &user.password);
        }
    }
    let owner = &dev.tenants[0].users[0];
    let session = it.session(&owner.email, &owner.password).await;
    secrets.add("session", session.split_once('=').unwrap().1);
    let key = std::fs::read_to_string(it.data().join("master.key")).unwrap();
    secrets.add("master key", key.trim());
    let bytes = STANDARD.decode(key.trim()).unwrap();
    secrets
        .0
        .push(("master key's bytes".to_owned(), hex::encode(bytes)));
    let superuser = std::fs::read_to_string(it.data().join("postgres.password")).unwrap();
    secrets.add("superuser's password", superuser.trim());
    let (_, rest) = dev.database_url.split_once("parlance_owner:").unwrap();
    secrets.add("owner role's password", rest.split_once('@').unwrap().0);
    secrets
}

/// Everything that could let something slip: messages both ways, an image, refusals, wrong sign-ins, odd webhooks.
async fn busy(it: &Installation) {
    let tenant = &it.dev.tenants[0];
    let talk = Talk::begin(it, &it.dev.sandbox, &tenant.phone_number_id, "maya").await;
    talk.lane_has_looked(it, OUTBOUND).await;
    talk.faults(it, json!({ "next": [{ "kind": "error", "code": 131_026 }] }))
        .await;
    let refused = talk.send(it, REFUSED).await;
    talk.reaches(it, &refused, &["failed"]).await;
    talk.faults(it, json!({ "next": [{ "kind": "reset_before_accept" }] }))
        .await;
    let lost = talk.send(it, &format!("{REFUSED} again")).await;
    talk.reaches(it, &lost, &["unknown"]).await;
    let body = envelope(&[text(tenant, 4, "wamid.S1", 1_790_000_000, INBOUND)]);
    assert_eq!(it.webhook(&body).await, 200);
    assert_eq!(it.http.webhook(&it.dev.webhooks, "forged", &body).await, Ok(401));
    let odd = String::from_utf8(body)
        .unwrap()
        .replace("\"timestamp\":\"", "\"timestamp\":\"-99999999999999999999");
    assert_eq!(
        it.webhook(odd.replace("wamid.S1", "wamid.S2").as_bytes()).await,
        200
    );
    assert_eq!(it.webhook(&odd.as_bytes()[..odd.len() - 4]).await, 200);
    let wrong = json!({ "email": tenant.users[0].email, "password": format!("{INBOUND} as a password") });
    let url = format!("{}/v1/sign-in", it.dev.tenant_app);
    it.http
        .browse(Method::POST, &url, None, Some(wrong))
        .await
        .expect(401);
    let too_long = json!({ "content": { "type": "text", "body": INBOUND.repeat(400) }, "to": { "by": "phone", "value": PHONES[0] } });
    let refused = it.tenant_api(0, Method::POST, "messages", Some(too_long)).await;
    assert!((400..500).contains(&refused.status), "{}", refused.text);
    let admin = Admin::sign_in(it).await;
    admin.call(Method::GET, "webhooks", None).await;
    admin.call(Method::GET, "tenants", None).await;
    it.quiet().await;
}

#[tokio::test]
async fn no_secret_in_clear_and_no_words_in_a_log() {
    let debug = |_| {
        vec![
            ("PARLANCE_LOG__FILTER", "debug".to_owned()),
            ("RUST_LOG", "debug".to_owned()),
        ]
    };
    let mut it = Installation::start_with("secrets", debug).await;
    let secrets = secrets(&it).await;
    busy(&it).await;
    let dump = it.superuser().dump().await;
    it.stop().await;
    let logs = it.logs();

    // Positive controls: the words are in the dump, the log is there at this level, and the search finds what it seeks.
    assert!(
        dump.contains(INBOUND) && dump.contains(OUTBOUND) && dump.contains("provider_accounts "),
        "the dump is whole"
    );
    assert!(
        logs.lines().filter(|line| line.contains("DEBUG")).count() > 20,
        "{logs}"
    );
    let (name, planted) = secrets.0[0].clone();
    assert_eq!(secrets.found_in(&format!("{dump}{planted}")), [name]);

    assert_eq!(secrets.found_in(&dump), Vec::<&str>::new(), "in the database");
    assert_eq!(secrets.found_in(&logs), Vec::<&str>::new(), "in the logs");
    for words in [
        INBOUND,
        OUTBOUND,
        REFUSED,
        PHONES[0],
        PHONES[1],
        "US.C4",
        "Customer 4",
    ] {
        let lines: Vec<_> = logs.lines().filter(|line| line.contains(words)).take(3).collect();
        assert_eq!(lines, Vec::<&str>::new(), "{words} in the logs");
    }
}
