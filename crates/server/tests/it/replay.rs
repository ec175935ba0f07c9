//! The whole raw log again, doubled and shuffled over both streams: nothing derived from it changes.

use parlance_server::postgres::{Options, Supervisor};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use testkit::Superuser;

use crate::installation::Installation;
use crate::manifest::Tenant;
use crate::stage::Talk;
use crate::wire::{entry, envelope, on_number, text};

/// Tables that the raw log fills, with every column.
const DERIVED: [&str; 11] = [
    "contacts",
    "contact_identities",
    "identity_conflicts",
    "identity_pairs",
    "conversations",
    "messages",
    "parked_statuses",
    "message_revisions",
    "consent_records",
    "template_events",
    "number_events",
];

/// A person by what names them: one line.
const PEOPLE: &str = "select i.tenant_id, i.contact_id,
    string_agg(format('%s:%s@%s', i.kind, i.value, i.seen_at), ' ' order by i.kind, i.value) as who
  from contact_identities i group by i.tenant_id, i.contact_id";

async fn digest(superuser: &Superuser) -> Vec<String> {
    let dump = superuser.dump().await;
    let derived = |line: &&str| DERIVED.contains(&line.split(' ').next().unwrap());
    dump.lines().filter(derived).map(without_schedule).collect()
}

/// When a parked status is looked at next is the sweep's business; it stands in the last column.
fn without_schedule(line: &str) -> String {
    match line.rsplit_once(',') {
        Some((rest, _)) if line.starts_with("parked_statuses ") => rest.to_owned(),
        _ => line.to_owned(),
    }
}

/// What one tenant has, without our ids and our times.
async fn meaning(superuser: &Superuser, tenant: &Tenant) -> Vec<String> {
    let id = tenant.uuid();
    let people = format!(
        "with people as ({PEOPLE}) select p.who, c.profile_name, c.profile_name_at, v.last_message_at, v.last_message_key,
           v.preview, v.preview_kind, v.preview_direction, v.unread, v.last_inbound_at
         from contacts c
         left join people p on (p.tenant_id, p.contact_id) = (c.tenant_id, c.id)
         left join conversations v on (v.tenant_id, v.contact_id) = (c.tenant_id, c.id)
         where c.tenant_id = '{id}' order by 1, 2"
    );
    let messages = format!(
        "with people as ({PEOPLE}) select m.provider_id, p.who, m.direction, m.kind, m.content - 'media_id' as content,
           m.media_id is null as no_media, m.reply_to, m.status, m.thread_at, m.sender_phone,
           m.source, m.edited_at, m.revoked_at, m.pricing_type, m.free_until
         from messages m
         join conversations v on (v.tenant_id, v.id) = (m.tenant_id, m.conversation_id)
         left join people p on (p.tenant_id, p.contact_id) = (v.tenant_id, v.contact_id)
         where m.tenant_id = '{id}' order by 1"
    );
    let rest = [
        format!(
            "select provider_id, status, at, error_code from parked_statuses where tenant_id = '{id}' order by 1, 2"
        ),
        format!("select phone, user_id, first_at from identity_pairs where tenant_id = '{id}' order by 1, 2"),
        format!("select phone, user_id from identity_conflicts where tenant_id = '{id}' order by 1, 2"),
        format!(
            "with people as ({PEOPLE}) select p.who, r.state, r.source, r.at from consent_records r
             join people p on (p.tenant_id, p.contact_id) = (r.tenant_id, r.contact_id) where r.tenant_id = '{id}' order by 1, 4"
        ),
        format!("select key, aspect, event, effect, at from number_events where tenant_id = '{id}' order by 1"),
        format!("select key, aspect, event, effect, at from template_events where tenant_id = '{id}' order by 1"),
        format!("select paused_reason, quality from phone_numbers where tenant_id = '{id}' order by 1"),
    ];
    let mut all = Vec::new();
    for sql in [people, messages].iter().chain(&rest) {
        all.extend(superuser.rows(sql).await.iter().map(Value::to_string));
    }
    all
}

/// Fails with the lines that only one of them has.
fn assert_same(after: &[String], before: &[String], what: &str) {
    let only = |these: &[String], those: &[String]| -> Vec<String> {
        these
            .iter()
            .filter(|line| !those.contains(line))
            .cloned()
            .collect()
    };
    let (gone, new) = (only(before, after), only(after, before));
    assert!(
        gone.is_empty() && new.is_empty() && after.len() == before.len(),
        "{what}: gone {gone:#?}, new {new:#?}"
    );
}

/// Writes the raw log again: every body twice, in a new order, on any stream; cursors before everything.
async fn double_and_shuffle(superuser: &Superuser, round: u32) -> u64 {
    let base = round * 1_000_000;
    let written = superuser
        .run(&format!(
            "insert into raw_webhooks (day, stream, seq, meta_app_id, received_at, key_id, body)
             select day, ('x' || substr(mixed, 1, 4))::bit(16)::integer % 2, {base} + row_number() over (order by mixed),
               meta_app_id, received_at, key_id, body
             from (select r.*, md5(format('%s %s %s %s', {round}, r.stream, r.seq, copy)) as mixed
                   from raw_webhooks r cross join generate_series(1, 2) as copy) as twice"
        ))
        .await;
    let replaced = superuser
        .run(&format!("delete from raw_webhooks where seq < {base}"))
        .await;
    assert_eq!(written, replaced * 2);
    superuser
        .run("update ingest_cursors set day = '-infinity', seq = 0")
        .await;
    written
}

/// Runs `change` on the database of a stopped installation, then starts it and waits for the normalizer.
async fn between_runs(it: &mut Installation, change: impl AsyncFnOnce(&Superuser)) {
    it.stop().await;
    let options = Options::new(it.data());
    let postgres = tokio::task::spawn_blocking(move || Supervisor::start(&options))
        .await
        .unwrap()
        .unwrap();
    let url = postgres
        .superuser_url()
        .expose_secret()
        .replace("/postgres?", "/parlance?");
    change(&Superuser::new(url)).await;
    tokio::task::spawn_blocking(move || postgres.stop())
        .await
        .unwrap();
    it.launch().await;
    it.normalized().await;
}

/// A text from a person who shows these names.
fn person(tenant: &Tenant, [phone, user_id]: [Option<&str>; 2], n: u64) -> Value {
    let at = 1_790_001_000 + n;
    let mut contact = json!({ "profile": { "name": format!("{phone:?} {user_id:?} {n}") } });
    let mut message = json!({
        "id": format!("wamid.R.P{n}"), "timestamp": at.to_string(), "type": "text", "text": { "body": format!("Person {n}") },
    });
    for (value, names) in [(phone, ["wa_id", "from"]), (user_id, ["user_id", "from_user_id"])] {
        if let Some(value) = value {
            contact[names[0]] = value.into();
            message[names[1]] = value.into();
        }
    }
    let more = json!({ "contacts": [contact], "messages": [message] });
    entry(tenant, "messages", on_number(tenant, more))
}

/// Both tenants' customers, in bodies of one or both.
async fn chatter(it: &Installation) {
    let tenants = &it.dev.tenants;
    for n in 0..40_u64 {
        let customer = u32::try_from(n % 7).unwrap();
        let of = |tenant: usize| {
            let id = format!("wamid.R.{tenant}.{n}");
            text(
                &tenants[tenant],
                customer,
                &id,
                1_790_000_000 + n,
                &format!("Message {n}"),
            )
        };
        let body = match n % 3 {
            0 => vec![of(0), of(1)],
            1 => vec![of(0)],
            _ => vec![of(1)],
        };
        assert_eq!(it.webhook(&envelope(&body)).await, 200);
    }
}

/// People who are known by phone, by user id, by both, and by a number that changed hands; and statuses of every kind.
async fn traffic(it: &Installation) {
    chatter(it).await;
    let own = &it.dev.tenants[1];
    let [p1, p2, p3] = ["15550300001", "15550300002", "15550300003"].map(Some);
    let [u1, u2, u3, u4] = ["US.R1", "US.R2", "US.R3", "US.R4"].map(Some);
    let people = [
        [p1, None],
        [p1, u1],
        [None, u1],
        [p2, u2],
        [p2, u3],
        [p3, u2],
        [p2, None],
        [None, u4],
    ];
    let mut bodies: Vec<Vec<Value>> = (0_u64..)
        .zip(people)
        .map(|(n, names)| vec![person(own, names, n)])
        .collect();
    let image = json!({ "id": "wamid.R.IMG", "from": p1, "timestamp": "1790001009", "type": "image",
        "image": { "id": "811", "mime_type": "image/png", "caption": "Later gone" } });
    let status = |id: &str, status: &str, at: u64| {
        let at = at.to_string();
        json!({ "id": id, "status": status, "timestamp": at })
    };
    let statuses = [
        status("wamid.R.X", "read", 1_790_001_100),
        status("wamid.R.X", "sent", 1_790_001_090),
        status("wamid.R.Y", "failed", 1_790_001_080),
        status("wamid.R.Y", "delivered", 1_790_001_085),
    ];
    let on = |more: Value| entry(own, "messages", on_number(own, more));
    bodies.push(vec![on(json!({ "messages": [image] }))]);
    bodies.push(vec![
        on(json!({ "statuses": statuses })),
        person(own, [None, u4], 90),
    ]);
    bodies.push(vec![entry(
        own,
        "account_update",
        json!({ "event": "ACCOUNT_OFFBOARDED" }),
    )]);
    let said = |id: &str, kind: &str, part: Value| json!({ "id": id, "from": p1, "from_user_id": u1, "timestamp": "1790001200", "type": kind, kind: part });
    let edited = json!({ "original_message_id": "wamid.R.P1", "message": { "type": "text", "text": { "body": "Edited" } } });
    let system = json!({ "type": "user_changed_number", "wa_id": "15550300009", "user_id": "US.R9", "previous_user_id": u1 });
    bodies.push(vec![on(
        json!({ "messages": [said("wamid.R.E", "edit", edited), said("wamid.R.S", "system", system)] }),
    )]);
    bodies.push(vec![on(
        json!({ "messages": [said("wamid.R.STOP", "text", json!({ "body": "STOP" }))] }),
    )]);
    let wish = json!({ "user_id": u1, "category": "marketing_messages", "value": "resume", "timestamp": 1_790_001_300 });
    bodies.push(vec![entry(
        own,
        "user_preferences",
        json!({ "user_preferences": [wish] }),
    )]);
    let template = json!({ "event": "PAUSED", "message_template_id": 78, "message_template_name": "x", "message_template_language": "en" });
    bodies.push(vec![entry(own, "message_template_status_update", template)]);
    for body in bodies {
        assert_eq!(it.webhook(&envelope(&body)).await, 200);
    }
    assert_eq!(it.webhook(b"no JSON").await, 200);
}

#[tokio::test]
async fn the_raw_log_replayed_doubled_and_shuffled_changes_nothing() {
    let mut it = Installation::start("replay").await;
    traffic(&it).await;
    // The first tenant has sent too, and the statuses came back.
    let talk = Talk::begin(&it, &it.dev.sandbox, &it.dev.tenants[0].phone_number_id, "maya").await;
    talk.lane_has_looked(&it, "Sent before the replay").await;
    it.quiet().await;
    let settled = digest(&it.superuser()).await;
    assert!(settled.len() > 100, "{settled:?}");

    let mut rows = 0;
    between_runs(&mut it, async |superuser| {
        rows = double_and_shuffle(superuser, 1).await;
    })
    .await;
    let again = digest(&it.superuser()).await;
    assert_same(&again, &settled, "replayed over what is there");
    println!("{rows} bodies replayed over {} derived rows", settled.len());

    // From nothing: everything of the second tenant comes back as it was, but for our ids and our times.
    let tenant = it.dev.tenants[1].clone();
    let before = meaning(&it.superuser(), &tenant).await;
    between_runs(&mut it, async |superuser| {
        let tables = "messages, conversations, contacts, contact_identities, identity_pairs, identity_conflicts, parked_statuses,
          media, jobs, send_attempts, webhook_outcomes, outbox, consent_records, conversation_aliases, message_revisions,
          template_events, number_events, conversation_events";
        superuser.run(&format!("truncate {tables}")).await;
        double_and_shuffle(superuser, 2).await;
    })
    .await;
    assert_same(
        &meaning(&it.superuser(), &tenant).await,
        &before,
        "replayed from nothing",
    );
    it.stop().await;
}
