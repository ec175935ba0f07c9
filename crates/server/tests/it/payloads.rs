//! Any real, signed payload is answered 200, kept byte for byte, and lands at the right tenant; its neighbours survive.

use std::collections::BTreeMap;

use egress::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::installation::Installation;
use crate::manifest::Tenant;
use crate::stage::Talk;
use crate::wire::{digest, entry, envelope, on_number, text};

/// Largest body that is taken.
const BODY_MAX: usize = 4 << 20;

/// A change of the first tenant's number, and what becomes of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    #[serde(default = "messages")]
    field: String,
    /// The value as it is, without metadata.
    #[serde(default)]
    bare: bool,
    #[serde(default)]
    value: Value,
    #[serde(default)]
    messages: Vec<Value>,
    /// Kinds by provider id.
    stored: BTreeMap<String, String>,
    /// As `webhook_outcomes` keeps it: 1 applied, 3 unsupported, 6 unreadable.
    outcome: i16,
}

fn messages() -> String {
    "messages".to_owned()
}

impl Case {
    /// The change, written as Meta does: escapes beyond ASCII, and before slashes.
    fn value(&self, tenant: &Tenant) -> Value {
        if self.bare || self.field != "messages" {
            return self.value.clone();
        }
        let ann =
            json!([{ "profile": { "name": "Ann B" }, "wa_id": "15550109999", "user_id": "US.77A1B2C3D4" }]);
        let mut more = json!({ "contacts": ann });
        if !self.messages.is_empty() {
            more["messages"] = self.messages.clone().into();
        }
        for (key, value) in self.value.as_object().into_iter().flatten() {
            more[key] = value.clone();
        }
        on_number(tenant, more)
    }
}

/// As Meta writes JSON: `\uXXXX` beyond ASCII, `\/`.
fn escaped(body: &[u8]) -> Vec<u8> {
    let mut out = String::new();
    for unit in std::str::from_utf8(body).unwrap().encode_utf16() {
        match unit {
            0x2f => out.push_str("\\/"),
            0x20..0x7f => out.push(char::from(u8::try_from(unit).unwrap())),
            _ => out.push_str(&format!("\\u{unit:04x}")),
        }
    }
    out.into_bytes()
}

/// Bodies that are no envelope, or a strange one, and the outcome that each is kept with; 0 for any.
fn strange(tenant: &Tenant) -> Vec<(Vec<u8>, i16)> {
    let waba = &tenant.waba_id;
    let numbers = format!(
        r#"{{"entry":[{{"id":{waba},"changes":[{{"field":"messages","value":{{"metadata":{{"phone_number_id":{}}},
            "messages":[{{"id":17,"from":15550109999,"timestamp":1790000040,"type":"text","text":{{"body":12}}}}]}}}}]}}]}}"#,
        tenant.phone_number_id
    );
    let surrogate = r#"{"object":"whatsapp_business_account","entry":[{"id":"WABA","changes":[{"field":"messages","value":
        {"metadata":{"phone_number_id":"NUMBER"},"messages":[{"id":"wamid.P.HALF","from":"15550109999","timestamp":"1790000041",
        "type":"text","text":{"body":"half \ud83d a pair"}}]}}]}]}"#;
    let surrogate = surrogate
        .replace("WABA\"", &format!("{waba}\""))
        .replace("NUMBER", &tenant.phone_number_id);
    let unreadable: [&[u8]; 12] = [
        b"",
        b" ",
        b"null",
        b"{}",
        b"[]",
        b"{",
        b"\"text\"",
        b"\xff\xfe\x00binary",
        br#"{"entry":{}}"#,
        br#"{"entry":[]}"#,
        br#"{"entry":[null,1,"x",{}]}"#,
        br#"{"object":"page","entry":[{"id":"1","time":1,"changes":[]}]}"#,
    ];
    let mut bodies: Vec<(Vec<u8>, i16)> = unreadable.iter().map(|body| (body.to_vec(), 6)).collect();
    bodies.push((numbers.into_bytes(), 1));
    bodies.push((surrogate.into_bytes(), 0));
    bodies.push((vec![b'['; 200_000], 6));
    let nowhere = br#"{"entry":[{"id":"999","changes":[{"field":"messages","value":{"metadata":{"phone_number_id":"888"}}}]}]}"#;
    bodies.push((nowhere.to_vec(), 4));
    bodies
}

/// A message of ours that the provider took, and whose statuses are held back.
async fn ours(it: &Installation) -> String {
    let tenant = &it.dev.tenants[0];
    let talk = Talk::begin(it, &it.dev.sandbox, &tenant.phone_number_id, "maya").await;
    talk.faults(it, json!({ "webhook_outage": true })).await;
    let id = talk.send(it, "Ours").await;
    let seen = talk.reaches(it, &id, &["accepted"]).await;
    seen.body["message"]["provider_id"].as_str().unwrap().to_owned()
}

/// Outcomes of one body by the position of its changes.
async fn outcomes(it: &Installation, body: &[u8]) -> Vec<i16> {
    let rows = it
        .superuser()
        .rows(&format!(
            "select o.outcome from raw_webhooks r join webhook_outcomes o using (day, stream, seq)
             where encode(sha256(r.body), 'hex') = '{}' order by o.change_index",
            digest(body)
        ))
        .await;
    rows.iter()
        .map(|row| i16::try_from(row["outcome"].as_i64().unwrap()).unwrap())
        .collect()
}

/// Kinds of a tenant's stored messages by provider id.
async fn kinds(it: &Installation, tenant: &Tenant) -> BTreeMap<String, String> {
    let sql = format!(
        "select provider_id, kind from messages where tenant_id = '{}' and provider_id is not null",
        tenant.uuid()
    );
    let rows = it.superuser().rows(&sql).await;
    let text = |row: &Value, key: &str| row[key].as_str().unwrap().to_owned();
    rows.iter()
        .map(|row| (text(row, "provider_id"), text(row, "kind")))
        .collect()
}

#[tokio::test]
async fn every_signed_payload_is_answered_kept_and_routed() {
    let it = Installation::start("payloads").await;
    let ours = ours(&it).await;
    let (own, other) = (&it.dev.tenants[0], &it.dev.tenants[1]);
    let source = include_str!("payloads.json").replace("@OURS", &ours);
    let cases: Vec<Case> = serde_json::from_str(&source).unwrap();
    let mut posted = Vec::new();
    for (n, case) in cases.iter().enumerate() {
        let neighbour = text(other, 1, &format!("wamid.N.{n}"), 1_790_000_100, "Neighbour");
        let body = escaped(&envelope(&[entry(own, &case.field, case.value(own)), neighbour]));
        assert_eq!(it.webhook(&body).await, 200, "{}", case.name);
        posted.push(body);
    }
    let strange = strange(own);
    for (body, _) in &strange {
        assert_eq!(
            it.webhook(body).await,
            200,
            "{}",
            String::from_utf8_lossy(&body[..body.len().min(80)])
        );
    }
    it.normalized().await;

    let (mine, theirs) = (kinds(&it, own).await, kinds(&it, other).await);
    for (n, (case, body)) in cases.iter().zip(&posted).enumerate() {
        assert_eq!(outcomes(&it, body).await, [case.outcome, 1], "{}", case.name);
        assert_eq!(
            theirs.get(&format!("wamid.N.{n}")).map(String::as_str),
            Some("text"),
            "{}",
            case.name
        );
        for (id, kind) in &case.stored {
            assert_eq!(mine.get(id), Some(kind), "{}", case.name);
        }
    }
    assert_eq!(
        theirs.len(),
        cases.len(),
        "nothing else at the other tenant: {theirs:?}"
    );
    for (body, outcome) in &strange {
        let found = outcomes(&it, body).await;
        let shown = String::from_utf8_lossy(&body[..body.len().min(80)]).into_owned();
        assert!(!found.is_empty(), "no outcome of {shown}");
        assert!(
            *outcome == 0 || found.iter().all(|found| found == outcome),
            "{shown}: {found:?}"
        );
    }
    assert_eq!(mine.get("17").map(String::as_str), Some("text"), "ids as numbers");
    statuses_merged(&it, own, &ours).await;
    sizes(&it, own).await;
}

async fn statuses_merged(it: &Installation, own: &Tenant, ours: &str) {
    let superuser = it.superuser();
    let sql = format!(
        "select status, extract(epoch from sent_at) as sent, extract(epoch from delivered_at) as delivered,
           extract(epoch from read_at) as read from messages where provider_id = '{ours}'"
    );
    let times =
        json!({ "status": 80, "sent": 1_790_000_030, "delivered": 1_790_000_031, "read": 1_790_000_032 });
    let row = superuser.rows(&sql).await.remove(0);
    for key in ["status", "sent", "delivered", "read"] {
        assert_eq!(row[key].as_f64(), times[key].as_f64(), "{key}: {row}");
    }
    let parked = superuser
        .rows("select tenant_id, status from parked_statuses where provider_id = 'wamid.P.PARKED'")
        .await;
    assert_eq!(parked, [json!({ "tenant_id": own.uuid(), "status": 70 })]);
    let list = it
        .tenant_api(0, Method::GET, "conversations", None)
        .await
        .expect(200);
    for talk in list["items"].as_array().unwrap() {
        let path = format!("conversations/{}/messages", talk["id"].as_str().unwrap());
        it.tenant_api(0, Method::GET, &path, None).await.expect(200);
    }
}

/// The largest body is taken, one byte more is not.
async fn sizes(it: &Installation, own: &Tenant) {
    let frame = envelope(&[text(own, 9, "wamid.P.BIG", 1_790_000_200, "@")]);
    let filler = "x".repeat(BODY_MAX - frame.len() + 1);
    let body = String::from_utf8(frame).unwrap().replace('@', &filler);
    assert_eq!(body.len(), BODY_MAX);
    assert_eq!(it.webhook(body.as_bytes()).await, 200);
    assert_eq!(it.webhook(format!("{body} ").as_bytes()).await, 413);
    it.normalized().await;
    let kept = it
        .superuser()
        .one::<i64>("select max(octet_length(body)) from raw_webhooks")
        .await;
    assert_eq!(kept, i64::try_from(BODY_MAX).unwrap());
}
