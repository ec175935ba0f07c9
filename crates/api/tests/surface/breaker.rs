//! Whatever id of another tenant is put wherever an id fits, the answer is that of a missing id and nothing of the other
//! tenant changes. Driven by the OpenAPI document: a field or an operation that no probe knows fails.

use std::collections::{BTreeMap, BTreeSet};

use parlance_api::tenant::openapi;
use serde_json::Value;

use crate::{
    document::{Operation, operations},
    probes::{Ids, PROBES, Probe, prefix},
    stage::{Answer, Call, Credential, Payload, Side, Stage, get, post},
};

/// Operations that know no tenant.
const OWN_SESSION: [&str; 12] = [
    "sign_in",
    "sign_out",
    "me",
    "change_password",
    "list_my_sessions",
    "end_my_session",
    "end_my_other_sessions",
    "open_invitation",
    "accept_invitation",
    "request_password_reset",
    "reset_password",
    "get_installation",
];

/// Fields that hold no id of a tenant's thing: operation (`*` for any), field, and why.
const NOT_OF_A_TENANT: [(&str, &str, &str); 12] = [
    (
        "*",
        "query.user_id",
        "a filter of the audit log: who did nothing here has no entries, whoever it is",
    ),
    (
        "create_connection",
        "body.meta_app_id",
        "MetaApps belong to the installation; every tenant may name each of them",
    ),
    (
        "create_connection",
        "body.provider_waba_id",
        "the provider's id: its own tests say what a foreign one gets",
    ),
    (
        "create_connection",
        "body.provider_number_id",
        "the provider's id: its own tests say what a foreign one gets",
    ),
    (
        "send_message",
        "body.content.buttons[].id",
        "the caller's own word, sent to the customer",
    ),
    (
        "send_message",
        "body.content.sections[].rows[].id",
        "the caller's own word, sent to the customer",
    ),
    (
        "update_contact",
        "body.attributes.*",
        "the tenant's own words about a contact",
    ),
    (
        "create_template",
        "body.components[].examples.*",
        "sample words for the review",
    ),
    (
        "*",
        "header.idempotency-key",
        "the caller's own word; its own test uses another tenant's",
    ),
    (
        "*",
        "query.cursor",
        "a place in the caller's own order; its own test uses another tenant's",
    ),
    (
        "stream_events",
        "header.last-event-id",
        "a place in the outbox; its own test uses another tenant's",
    ),
    (
        "stream_events",
        "query.last_event_id",
        "a place in the outbox; its own test uses another tenant's",
    ),
];

/// Fields whose value is shown back and never looked up: any id gets the same answer.
const ECHOED: [(&str, &str); 1] = [("preview_template", "body.parameters.*")];

fn excepted(operation: &str, field: &str) -> bool {
    let of_nobody = NOT_OF_A_TENANT
        .iter()
        .any(|(op, name, _)| (*op == "*" || *op == operation) && *name == field);
    of_nobody || ECHOED.contains(&(operation, field))
}

#[test]
fn every_operation_and_every_field_has_a_probe() {
    let operations = operations(&openapi());
    let mut probed: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for probe in PROBES {
        let operation = operations
            .get(probe.operation)
            .unwrap_or_else(|| panic!("{} is gone: remove its probe", probe.operation));
        for field in probe.fields {
            assert!(
                operation.fields.contains(*field),
                "{} has no field {field}: mend its probe",
                operation.id
            );
        }
        probed.entry(probe.operation).or_default().extend(probe.fields);
    }
    for operation in operations
        .values()
        .filter(|operation| !OWN_SESSION.contains(&operation.id.as_str()))
    {
        let fields = probed.get(operation.id.as_str());
        let fields = fields.unwrap_or_else(|| panic!("{} has no probe: add one to probes.rs", operation.id));
        assert!(
            operation.path.starts_with("/v1/t/{slug}/"),
            "{} stands outside the tenant's address",
            operation.id
        );
        for field in operation.fields.iter().filter(|field| *field != "path.slug") {
            assert!(
                fields.contains(field.as_str()) || excepted(&operation.id, field),
                "{}: no probe exchanges {field}; add one to probes.rs, or name it in breaker.rs with the reason",
                operation.id
            );
        }
    }
    for (id, field, _) in NOT_OF_A_TENANT {
        let known = operations
            .values()
            .any(|op| (id == "*" || op.id == id) && op.fields.contains(field));
        assert!(known, "{id} {field} is excepted but no longer there");
    }
}

struct Breaker {
    stage: Stage,
    a: Side,
    b: Side,
    operations: BTreeMap<String, Operation>,
    digest: String,
}

impl Breaker {
    async fn new() -> Self {
        let (stage, a, b) = Stage::two().await;
        stage.db.rows(&b.tenant, "words of birch").await;
        let digest = stage.db.digest(b.tenant.tenant_id).await;
        Self {
            stage,
            a,
            b,
            operations: operations(&openapi()),
            digest,
        }
    }

    fn make(&self, probe: &Probe, exchanged: Option<(&str, &str)>) -> Call {
        (probe.call)(&Ids {
            own: &self.a,
            exchanged,
            nonce: self.stage.fresh(),
        })
    }

    async fn ask(&self, probe: &Probe, call: &Call, credential: &Credential) -> Answer {
        self.stage.restore(&self.a).await;
        let answer = self.stage.call(call, credential).await;
        let documented = &self.operations[probe.operation].statuses;
        let status = answer.status.as_u16();
        assert!(
            documented.contains(&status),
            "{}: {status} is not in the document: {}",
            probe.operation,
            answer.json()
        );
        answer
    }

    async fn untouched(&self, what: &str) {
        assert_eq!(
            self.stage.db.digest(self.b.tenant.tenant_id).await,
            self.digest,
            "{what} changed rows of the other tenant"
        );
    }

    /// The caller's own ids work, so that what follows is refused for the exchanged id alone.
    async fn control(&self, probe: &Probe, credential: &Credential) {
        let answer = self.ask(probe, &self.make(probe, None), credential).await;
        assert!(
            answer.status.is_success(),
            "{}: the probe is no valid call: {}",
            probe.operation,
            answer.json()
        );
    }

    async fn exchange(
        &self,
        probe: &Probe,
        field: &str,
        theirs: &str,
        missing: &str,
        credential: &Credential,
    ) {
        let what = format!("{} with another tenant's {field}", probe.operation);
        let call = self.make(probe, Some((field, theirs)));
        assert!(
            format!("{call:?}").contains(theirs),
            "{what}: the probe does not use the field"
        );
        let refused = self.ask(probe, &call, credential).await;
        let absent = self
            .ask(probe, &self.make(probe, Some((field, missing))), credential)
            .await;
        self.untouched(&what).await;
        if ECHOED.contains(&(probe.operation, field)) {
            let [refused, absent] =
                [refused, absent].map(|answer| String::from_utf8(answer.bytes.to_vec()).unwrap());
            assert_eq!(refused.replace(theirs, missing), absent, "{what}");
            return;
        }
        assert_eq!(refused.problem(), (404, "not-found".to_owned()), "{what}");
        assert_eq!(
            refused.comparable(),
            absent.comparable(),
            "{what} differs from a missing one"
        );
        assert!(!refused.headers.contains_key("set-cookie"));
    }
}

fn missing(prefix: &str) -> String {
    format!("{prefix}_019a00000000700080000000deadbeef")
}

#[tokio::test]
async fn another_tenants_ids_are_missing_ids() {
    let breaker = Breaker::new().await;
    for probe in PROBES {
        for credential in [&breaker.a.session, &breaker.a.key] {
            for field in probe
                .fields
                .iter()
                .filter(|field| !NOT_OF_A_TENANT.iter().any(|(_, name, _)| name == *field))
            {
                let prefix = prefix(field);
                breaker
                    .exchange(probe, field, breaker.b.id(prefix), &missing(prefix), credential)
                    .await;
            }
            breaker
                .exchange(probe, "path.slug", breaker.b.slug, "no-such-tenant", credential)
                .await;
            breaker.control(probe, credential).await;
        }
        breaker.untouched(probe.operation).await;
    }
    let app = PROBES
        .iter()
        .find(|probe| probe.operation == "create_connection")
        .unwrap();
    let call = breaker.make(app, Some(("body.meta_app_id", &missing("app"))));
    assert_eq!(breaker.ask(app, &call, &breaker.a.session).await.status, 404);
}

/// The control of the control: the digest sees each table.
#[tokio::test]
async fn the_digest_changes_with_any_row() {
    let breaker = Breaker::new().await;
    let (db, tenant) = (&breaker.stage.db, breaker.b.tenant.tenant_id);
    let mut last = breaker.digest.clone();
    for change in [
        "update conversations set unread = unread + 1",
        "update messages set reply_to = 'x'",
        "update memberships set created_at = created_at + interval '1 second'",
        "delete from jobs",
        "insert into idempotency_keys select tenant_id, 'x', 'x', '\\x00', null, created_at from contacts limit 1",
        "update provider_accounts set hint = 'x'",
    ] {
        let of_b = match change.split_once(" from contacts") {
            Some((insert, _)) => format!(
                "{insert} from contacts where tenant_id = '{}' limit 1",
                tenant.uuid()
            ),
            None => format!("{change} where tenant_id = '{}'", tenant.uuid()),
        };
        db.sql(&of_b).await;
        let now = db.digest(tenant).await;
        assert_ne!(now, last, "the digest does not see: {change}");
        last = now;
    }
    db.sql(&format!(
        "update conversations set unread = 9 where tenant_id = '{}'",
        breaker.a.tenant.tenant_id.uuid()
    ))
    .await;
    assert_eq!(
        db.digest(tenant).await,
        last,
        "the digest sees another tenant's rows"
    );
}

#[tokio::test]
async fn nobody_and_strangers_are_told_to_sign_in() {
    let breaker = Breaker::new().await;
    let mut bodies = BTreeSet::new();
    for probe in PROBES {
        for credential in [
            Credential::Nobody,
            Credential::Session("pls_unknown".to_owned()),
            Credential::Key("plk_unknown".to_owned()),
            Credential::Key(String::new()),
        ] {
            let answer = breaker.ask(probe, &breaker.make(probe, None), &credential).await;
            assert_eq!(
                answer.problem(),
                (401, "unauthenticated".to_owned()),
                "{}",
                probe.operation
            );
            bodies.insert(answer.comparable().to_string());
        }
    }
    for call in [get("/v1/me"), post("/v1/sign-out", Payload::Nothing)] {
        for credential in [
            Credential::Nobody,
            breaker.a.key.clone(),
            Credential::Session("pls_unknown".to_owned()),
        ] {
            let answer = breaker.stage.call(&call, &credential).await;
            if call.path == "/v1/me" || credential == Credential::Nobody {
                assert_eq!(
                    answer.problem(),
                    (401, "unauthenticated".to_owned()),
                    "{}",
                    call.path
                );
            }
        }
    }
    assert_eq!(bodies.len(), 1, "{bodies:?}");
    breaker.untouched("somebody without a credential").await;
}

#[tokio::test]
async fn a_key_without_scopes_may_do_nothing() {
    let breaker = Breaker::new().await;
    let key = breaker.stage.key(&breaker.a.tenant, &[]).await;
    let mut rows = None;
    for probe in PROBES {
        let answer = breaker.ask(probe, &breaker.make(probe, None), &key).await;
        assert_eq!(
            answer.problem(),
            (403, "forbidden".to_owned()),
            "{}",
            probe.operation
        );
        // After the first call only: it writes down when the key was used. Each refusal is audited.
        let now = breaker
            .stage
            .db
            .digest_without(breaker.a.tenant.tenant_id, &["audit_entries"])
            .await;
        assert_eq!(
            *rows.get_or_insert(now.clone()),
            now,
            "{} was refused and changed rows",
            probe.operation
        );
    }
}

#[tokio::test]
async fn another_tenants_words_serve_as_ones_own() {
    let (stage, a, b) = Stage::two().await;
    let send = |side: &Side, body: &str| {
        let content = serde_json::json!({"type": "text", "body": body});
        let request = serde_json::json!({"conversation_id": side.id("cnv"), "content": content});
        let mut call = post(side.path("messages"), Payload::Json(request));
        call.headers.push(("idempotency-key", "shared".to_owned()));
        call
    };
    assert_eq!(stage.call(&send(&b, "theirs"), &b.session).await.status, 202);
    let answer = stage.call(&send(&a, "mine"), &a.session).await;
    assert_eq!(answer.status, 202);
    assert_eq!(answer.json()["message"]["content"]["body"], Value::from("mine"));
    assert!(!answer.headers.contains_key("idempotent-replayed"));
}
