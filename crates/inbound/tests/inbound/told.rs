//! What webhooks tell beside plain messages and statuses, one kind after the other.

use std::time::Duration;

use parlance_inbound::{Config, Inbound, gateway::router};
use store::ingest::{Outcome, ReplayRange};
use time::macros::datetime;

use crate::{
    adapter::{Body, BodyFact, Who, at},
    scene::{Scene, body, change, post_signed, text, who},
};

fn copy(id: &str, seconds: i64, source: i16, ours: bool) -> BodyFact {
    BodyFact::Copy {
        id: id.to_owned(),
        at: seconds,
        who: who("1555", "", ""),
        source,
        ours,
        referred: false,
        body: "copy".to_owned(),
    }
}

fn revision(id: &str, seconds: i64, ours: bool, text: Option<&str>) -> BodyFact {
    BodyFact::Revision {
        id: id.to_owned(),
        at: seconds,
        target: "wamid.1".to_owned(),
        ours,
        body: text.map(str::to_owned),
    }
}

#[tokio::test]
async fn history_is_read_and_opens_no_window_until_it_turns_out_to_be_live() {
    let scene = Scene::new().await;
    scene
        .receive(&[(
            &scene.app_a,
            body(
                &scene.a,
                vec![copy("wamid.1", 4, 2, false), copy("wamid.2", 5, 1, true)],
            ),
        )])
        .await;
    let talk = "select concat_ws('|', unread, last_inbound_at, preview_direction, last_message_key) from conversations";
    assert_eq!(scene.one(talk).await, "0|2|wamid.2");
    let live = copy("wamid.1", 4, 0, false);
    scene.receive(&[(&scene.app_a, body(&scene.a, vec![live]))]).await;
    assert_eq!(scene.one(talk).await, "1|2026-11-22 08:00:04+00|2|wamid.2");
    let sources = "select source from messages order by provider_id";
    assert_eq!(scene.rows(sources).await, ["0", "1"]);
}

#[tokio::test]
async fn only_the_side_that_wrote_a_message_changes_it() {
    let scene = Scene::new().await;
    let written = text("wamid.1", 1, who("1555", "US.1", "Ann"), "first");
    let early = revision("wamid.e2", 6, false, Some("second edit"));
    scene
        .receive(&[(&scene.app_a, body(&scene.a, vec![early, written]))])
        .await;
    let facts = vec![
        revision("wamid.e1", 5, false, Some("first edit")),
        revision("wamid.r", 7, true, None),
    ];
    scene.receive(&[(&scene.app_a, body(&scene.a, facts))]).await;
    let message = "select concat_ws('|', content ->> 'body', edited_at, revoked_at) from messages";
    let preview = "select concat_ws('|', preview, preview_kind) from conversations";
    assert_eq!(scene.one(message).await, "second edit|2026-11-22 08:00:06+00");
    assert_eq!(scene.one(preview).await, "second edit|text");
    let taken_back = revision("wamid.r2", 8, false, None);
    scene
        .receive(&[(&scene.app_a, body(&scene.a, vec![taken_back]))])
        .await;
    assert_eq!(
        scene.one(message).await,
        "second edit|2026-11-22 08:00:06+00|2026-11-22 08:00:08+00"
    );
    assert_eq!(scene.one(preview).await, "|revoked");
}

#[tokio::test]
async fn a_person_with_a_new_number_stays_one_and_the_old_conversation_leads_to_them() {
    let scene = Scene::new().await;
    let facts = vec![
        text("wamid.1", 1, who("1555", "US.1", "Ann"), "from the old phone"),
        text("wamid.2", 2, who("1666", "US.2", "Ann New"), "from the new phone"),
        text("wamid.3", 3, who("1777", "US.3", "Bo"), "somebody else"),
    ];
    scene.receive(&[(&scene.app_a, body(&scene.a, facts))]).await;
    let ids = "select v.id from conversations v join contact_identities i on i.contact_id = v.contact_id and i.value = ";
    let (old, new) = (
        scene.one(&format!("{ids} 'US.1'")).await,
        scene.one(&format!("{ids} 'US.2'")).await,
    );
    assert_ne!(old, new);
    let changed = BodyFact::Changed {
        id: "wamid.4".to_owned(),
        at: 4,
        from: who("1666", "US.2", ""),
        before: who("1555", "US.1", ""),
    };
    scene
        .receive(&[(&scene.app_a, body(&scene.a, vec![changed]))])
        .await;
    let people = "select string_agg(i.value, ' ' order by i.value) || ' ' || c.profile_name
                  from contacts c join contact_identities i on i.contact_id = c.id group by c.id, c.profile_name order by 1";
    assert_eq!(
        scene.rows(people).await,
        ["1555 1666 US.1 US.2 Ann New", "1777 US.3 Bo"]
    );
    let kept = scene.one(&format!("{ids} 'US.1'")).await;
    let gone = if kept == old { new } else { old };
    let alias = format!("select conversation_id from conversation_aliases where id = '{gone}'");
    assert_eq!(scene.one(&alias).await, kept);
    let messages = format!("select count(*) from messages where conversation_id = '{kept}'");
    assert_eq!(scene.one(&messages).await, "3");
}

#[tokio::test]
async fn wishes_reach_the_consent_ledger_from_every_source_once() {
    let scene = Scene::new().await;
    let ann = || who("1555", "US.1", "Ann");
    let wish = BodyFact::Wish {
        at: 9,
        from: ann(),
        granted: true,
    };
    let facts = vec![
        text("wamid.1", 1, ann(), "Stop!"),
        text("wamid.2", 2, ann(), "please don't stop"),
        wish,
    ];
    let mut management = change(&scene.a, facts[2..].to_vec());
    management.number = None;
    let bodies = Body {
        changes: vec![change(&scene.a, facts), management],
    };
    scene
        .receive(&[(&scene.app_a, bodies.clone()), (&scene.app_a, bodies)])
        .await;
    let ledger = "select concat_ws('|', topic, state, source, at) from consent_records order by at";
    assert_eq!(
        scene.rows(ledger).await,
        [
            "marketing|2|keyword|2026-11-22 08:00:01+00",
            "marketing|1|provider|2026-11-22 08:00:09+00"
        ]
    );
}

#[tokio::test]
async fn an_account_event_pauses_its_numbers_and_a_later_one_lets_them_go_on() {
    let scene = Scene::new().await;
    scene.manageable(&scene.a, "15550100200").await;
    let event = |key: &str, seconds: i64, aspect: u8, effect: &str| BodyFact::Number {
        key: key.to_owned(),
        at: seconds,
        digits: (aspect < 5).then(|| "15550100200".to_owned()),
        aspect,
        effect: Some(effect.to_owned()),
    };
    let told = |facts: Vec<BodyFact>| {
        let mut change = change(&scene.a, facts);
        change.number = None;
        Body {
            changes: vec![change],
        }
    };
    let stop = told(vec![event("1", 5, 5, "disabled"), event("2", 6, 1, "1000")]);
    scene.receive(&[(&scene.app_a, stop)]).await;
    let number = format!(
        "select concat_ws('|', p.throughput_mps, l.throughput_mps, left(p.paused_reason, 32), p.paused_reason = l.paused_reason)
         from phone_numbers p join lanes l on l.tenant_id = p.tenant_id and l.id = p.id where p.tenant_id = '{}'",
        scene.a.tenant_id.uuid()
    );
    let number = number.as_str();
    assert_eq!(
        scene.one(number).await,
        "1000|1000|WhatsApp disabled this account. |t"
    );
    let events = "select name from outbox";
    assert_eq!(scene.rows(events).await, ["number.updated"]);
    // A person resumed it: neither an older event nor the same one again pauses it.
    scene
        .rows("begin; delete from number_stops; update phone_numbers set paused_reason = null; update lanes set paused_reason = null; commit")
        .await;
    let again = told(vec![event("1", 5, 5, "disabled"), event("0", 4, 5, "deleted")]);
    scene.receive(&[(&scene.app_a, again)]).await;
    assert_eq!(scene.one(number).await, "1000|1000");
    let gone = told(vec![event("3", 9, 5, "app_uninstalled")]);
    scene.receive(&[(&scene.app_a, gone)]).await;
    assert!(
        scene
            .one(number)
            .await
            .contains("The account's owner removed our ")
    );
    scene
        .receive(&[(&scene.app_a, told(vec![event("4", 10, 5, "resume")]))])
        .await;
    assert_eq!(scene.one(number).await, "1000|1000");
    let written = "select action || ' ' || details from audit_entries order by seq";
    let entry =
        |action: &str, class: &str| format!(r#"number.{action} {{"by":"provider","class":"{class}"}}"#);
    assert_eq!(
        scene.rows(written).await,
        [
            entry("pause", "disabled"),
            entry("pause", "app_uninstalled"),
            entry("resume", "app_uninstalled")
        ]
    );
}

#[tokio::test]
async fn a_phone_that_lets_go_of_its_number_stops_no_other_number_of_the_account() {
    let scene = Scene::new().await;
    scene.manageable(&scene.a, "15550100200").await;
    let (tenant, channel, second) = (scene.a.tenant_id.uuid(), scene.db.ids.uuid(), scene.db.ids.uuid());
    scene
        .rows(&format!(
            r#"begin;
             insert into channel_accounts (tenant_id, id, kind, name, created_at) values ('{tenant}', '{channel}', 'whatsapp', 'second', now());
             insert into phone_numbers (tenant_id, id, waba_id, channel_account_id, provider_account_id, provider_number_id,
               display_phone_number, verified_name, quality, status, throughput_mps, checked_at, created_at)
             select tenant_id, '{second}', waba_id, '{channel}', provider_account_id, 'second', '+15550100300', '', '', '', 20, checked_at, created_at
             from phone_numbers where tenant_id = '{tenant}';
             insert into lanes (tenant_id, id, throughput_mps) values ('{tenant}', '{second}', 20);
             commit"#
        ))
        .await;
    let told = async |key: &str, digits: Option<&str>, effect: &str| {
        let fact = BodyFact::Number {
            key: key.to_owned(),
            at: key.parse().unwrap(),
            digits: digits.map(str::to_owned),
            aspect: 5,
            effect: Some(effect.to_owned()),
        };
        let mut change = change(&scene.a, vec![fact]);
        change.number = None;
        let body = Body {
            changes: vec![change],
        };
        scene.receive(&[(&scene.app_a, body)]).await;
    };
    let stopped = async || {
        let query = format!(
            "select right(p.display_phone_number, 3) || ' ' || s.class from number_stops s
             join phone_numbers p on p.id = s.phone_number_id join lanes l on l.id = p.id
             where p.tenant_id = '{tenant}' and l.paused_reason is not null and p.paused_reason is not null order by 1"
        );
        scene.rows(&query).await
    };
    told("1", Some("15550100300"), "offboarded").await;
    assert_eq!(stopped().await, ["300 offboarded"]);
    told("2", Some("15550100900"), "offboarded").await;
    assert_eq!(stopped().await, ["300 offboarded"], "a number that is not ours");
    told("3", None, "disabled").await;
    let both = ["200 disabled", "300 disabled", "300 offboarded"];
    assert_eq!(stopped().await, both);
    told("4", None, "resume").await;
    assert_eq!(
        stopped().await,
        ["300 offboarded"],
        "an account's word is not the phone's"
    );
    told("5", None, "reconnected").await;
    assert_eq!(stopped().await, [""; 0]);
    told("6", None, "offboarded").await;
    assert_eq!(stopped().await, [""; 0], "nobody knows which one");
    scene
        .rows(&format!(
            r#"update phone_numbers set details = '{{"is_on_biz_app": true}}' where id = '{second}'"#
        ))
        .await;
    told("7", None, "offboarded").await;
    assert_eq!(stopped().await, ["300 offboarded"]);
}

#[tokio::test]
async fn a_free_entry_point_ends_72_hours_after_the_first_answer_or_later() {
    let scene = Scene::new().await;
    let referred = BodyFact::Copy {
        id: "wamid.1".to_owned(),
        at: 0,
        who: who("1555", "", ""),
        source: 0,
        ours: false,
        referred: true,
        body: "from an ad".to_owned(),
    };
    let priced = |free_until| BodyFact::Priced {
        id: "wamid.2".to_owned(),
        at: 60,
        rank: 70,
        free_until: Some(free_until),
    };
    scene
        .receive(&[(
            &scene.app_a,
            body(&scene.a, vec![referred, copy("wamid.2", 30, 1, true), priced(90)]),
        )])
        .await;
    let end = "select free_entry_until from conversations";
    assert_eq!(scene.one(end).await, "2026-11-25T08:00:30+00:00");
    scene
        .receive(&[(&scene.app_a, body(&scene.a, vec![priced(5 * 86_400)]))])
        .await;
    assert_eq!(scene.one(end).await, "2026-11-27T08:00:00+00:00");
}

fn everything() -> ReplayRange {
    ReplayRange {
        from: datetime!(2020-01-01 0:00 UTC),
        to: datetime!(2090-01-01 0:00 UTC),
        stream: None,
        provider_number_id: None,
        provider_waba_id: None,
        outcomes: Vec::new(),
    }
}

/// Webhooks of a number that is connected after they came.
#[tokio::test]
async fn a_replay_applies_what_was_quarantined_and_a_dry_run_only_tells() {
    let scene = Scene::new().await;
    scene
        .rows("update number_routes set provider_number_id = provider_number_id || '.away'")
        .await;
    let early = vec![text("wamid.1", 1, who("1555", "US.1", "Ann"), "early")];
    let other = Body {
        changes: vec![change(&scene.b, vec![BodyFact::Other("field:calls".to_owned())])],
    };
    scene
        .receive(&[(&scene.app_a, body(&scene.a, early)), (&scene.app_b, other)])
        .await;
    scene
        .rows("update number_routes set provider_number_id = replace(provider_number_id, '.away', '')")
        .await;
    let (deps, config) = (scene.deps(), Config::default());
    let range = ReplayRange {
        outcomes: vec![Outcome::Unroutable, Outcome::UnboundApp],
        provider_number_id: Some(scene.a.provider_number_id.clone()),
        ..everything()
    };
    let before = scene.digest(&scene.a).await;
    let log = "select outcome from webhook_outcomes order by seq";
    let tried = Inbound::replay(&deps, &config, &range, true).await.unwrap();
    assert_eq!((tried.bodies, tried.messages, tried.contacts), (1, 1, 1));
    let [row] = &tried.outcomes[..] else {
        panic!("{tried:?}")
    };
    assert_eq!(
        (row.before, row.after, row.changes),
        (Some("unroutable"), "applied", 1)
    );
    assert_eq!(scene.digest(&scene.a).await, before, "nothing was changed");
    assert_eq!(scene.rows(log).await[0], "4");

    assert_eq!(
        Inbound::replay(&deps, &config, &range, false).await.unwrap(),
        tried
    );
    assert_eq!(scene.one("select count(*) from messages").await, "1");
    assert_eq!(scene.rows(log).await[0], "1");
    let again = Inbound::replay(&deps, &config, &everything(), false)
        .await
        .unwrap();
    assert_eq!((again.bodies, again.messages, again.contacts), (2, 0, 0));
    let none = ReplayRange {
        to: at(-1_000_000_000),
        ..everything()
    };
    assert_eq!(
        Inbound::replay(&deps, &config, &none, false)
            .await
            .unwrap()
            .bodies,
        0
    );
}

/// Two gateways over one raw log: each writes streams of its own, and a third takes over those of one that went.
#[tokio::test]
async fn gateways_share_the_raw_log_by_lease() {
    let scene = Scene::new().await;
    let config = Config {
        streams: 1,
        ..Config::default()
    };
    let second = Scene::over(&scene);
    let routers = [
        router(scene.start_gateway(config.clone())),
        router(second.start_gateway(config.clone())),
    ];
    for router in &routers {
        let written = body(&scene.a, vec![]);
        let posted = tokio::time::timeout(
            Duration::from_secs(10),
            post_signed(router, &scene.app_a, &written),
        );
        assert_eq!(posted.await.unwrap(), 200);
    }
    let streams = "select string_agg(distinct stream::text, ' ') from raw_webhooks";
    assert_eq!(scene.one(streams).await, "0 1");
    second.stop().await;
    let third = Scene::over(&scene);
    let router = router(third.start_gateway(config));
    assert_eq!(
        post_signed(&router, &scene.app_a, &body(&scene.a, vec![])).await,
        200
    );
    assert_eq!(
        scene.one(streams).await,
        "0 1",
        "a stream that was given back is taken first"
    );
    let gaps = "select count(*) from (select seq - lag(seq, 1, 0::bigint) over (partition by stream order by seq) as step from raw_webhooks) s where step <> 1";
    assert_eq!(scene.one(gaps).await, "0");
    third.stop().await;
    scene.stop().await;
}

#[tokio::test]
async fn a_reaction_waits_for_nobody_to_read_it() {
    let scene = Scene::new().await;
    let anonymous = Who {
        phone: Some("1555".to_owned()),
        ..Who::default()
    };
    let facts = vec![
        BodyFact::Reaction {
            id: "wamid.2".to_owned(),
            at: 3,
            from: anonymous.clone(),
            target: "wamid.1".to_owned(),
        },
        text("wamid.1", 2, anonymous, "Hi"),
    ];
    scene.receive(&[(&scene.app_a, body(&scene.a, facts))]).await;
    let talk = "select concat_ws('|', unread, last_inbound_at, preview_kind) from conversations";
    assert_eq!(scene.one(talk).await, "1|2026-11-22 08:00:03+00|reaction");
}
