use std::time::Duration;

use parlance_inbound::{Config, gateway::router};

use crate::{
    adapter::{Body, BodyFact, Who},
    scene::{Scene, body, change, post_signed, status, text, who},
};

#[tokio::test]
async fn a_customer_writes_with_a_photo() {
    let scene = Scene::new().await;
    let ann = || Who {
        username: Some("ann.b".to_owned()),
        ..who("15550109999", "US.1", "Ann B")
    };
    let photo = BodyFact::Image {
        id: "wamid.2".to_owned(),
        at: 5,
        from: ann(),
        media: "media-1".to_owned(),
    };
    scene
        .receive(&[(
            &scene.app_a,
            body(&scene.a, vec![text("wamid.1", 4, ann(), "Hi\u{0}  there"), photo]),
        )])
        .await;
    assert_eq!(
        scene.digest(&scene.a).await,
        [
            "contact 1:15550109999@2026-11-22 08:00:05+00 2:US.1@2026-11-22 08:00:05+00 3:ann.b@2026-11-22 08:00:05+00|Ann B|2026-11-22 08:00:05+00",
            "conversation 1:15550109999@2026-11-22 08:00:05+00 2:US.1@2026-11-22 08:00:05+00 3:ann.b@2026-11-22 08:00:05+00|2026-11-22 08:00:05+00|wamid.2||image|1|2|2026-11-22 08:00:05+00",
            "job fetch_media|media-1",
            "media media-1|0|image/png",
            "message 1:15550109999@2026-11-22 08:00:05+00 2:US.1@2026-11-22 08:00:05+00 3:ann.b@2026-11-22 08:00:05+00|1|image|{\"type\": \"image\", \"mime_type\": \"image/png\"}|wamid.2|100|2026-11-22 08:00:05+00|sent|delivered|read|failed|t",
            "message 1:15550109999@2026-11-22 08:00:05+00 2:US.1@2026-11-22 08:00:05+00 3:ann.b@2026-11-22 08:00:05+00|1|text|{\"body\": \"Hi  there\", \"type\": \"text\"}|wamid.1|100|2026-11-22 08:00:04+00|sent|delivered|read|failed|f",
            "pair 15550109999|US.1|2026-11-22 08:00:04+00",
        ]
    );
    let linked =
        "select count(*) from messages m join media d on d.tenant_id = m.tenant_id and d.id = m.media_id
                  where m.content->>'media_id' = 'med_' || replace(d.id::text, '-', '')";
    assert_eq!(scene.one(linked).await, "1");
    let events = "select name from outbox order by xid, id";
    assert_eq!(
        scene.rows(events).await,
        ["message.created", "conversation.updated", "message.created"]
    );
    let log =
        "select concat_ws('|', field, outcome, detail, messages, statuses, duplicates) from webhook_outcomes";
    assert_eq!(scene.rows(log).await, ["messages|1|2|0|0"]);
}

/// A signature proves the app, not the tenant.
#[tokio::test]
async fn what_bs_app_signs_about_as_number_changes_nothing_of_a() {
    let scene = Scene::new().await;
    scene.outbound(&scene.a, Some("wamid.ours"), 30, 2).await;
    let before = scene.digest(&scene.a).await;
    let facts = || {
        vec![
            text("wamid.1", 4, who("1555", "US.1", "Mallory"), "Hi"),
            status("wamid.ours", 5, 80),
        ]
    };
    let without_waba = |mut body: Body| {
        body.changes[0].waba = None;
        body
    };
    let with_own_waba = |mut body: Body| {
        body.changes[0].waba = Some(scene.b.provider_waba_id.clone());
        body
    };
    let forged = [
        body(&scene.a, facts()),
        without_waba(body(&scene.a, facts())),
        with_own_waba(body(&scene.a, facts())),
    ];
    let forged: Vec<_> = forged.into_iter().map(|body| (&scene.app_b, body)).collect();
    scene.receive(&forged).await;
    assert_eq!(scene.digest(&scene.a).await, before);
    assert_eq!(scene.digest(&scene.b).await, Vec::<String>::new());
    assert_eq!(scene.one("select count(*) from outbox").await, "0");
    let log = "select concat_ws('|', coalesce(tenant_id::text, 'nobody'), provider_number_id, outcome, detail) from webhook_outcomes order by seq";
    assert_eq!(
        scene.rows(log).await,
        ["nobody|number-alpha|5|the app is not bound to this number's WABA"; 3]
    );

    let mut mixed = body(&scene.a, facts());
    mixed.changes[0].waba = Some(scene.b.provider_waba_id.clone());
    scene.receive(&[(&scene.app_a, mixed)]).await;
    assert_eq!(
        scene.digest(&scene.a).await,
        before,
        "a number under another WABA is nobody's"
    );
    assert_eq!(
        scene
            .one("select outcome from webhook_outcomes order by seq desc limit 1")
            .await,
        "4"
    );
}

#[tokio::test]
async fn a_mixed_body_loses_no_neighbour_and_keeps_tenants_apart() {
    let scene = Scene::new().await;
    let shared = scene.app_a.meta_app_id.uuid();
    scene
        .rows(&format!("update waba_routes set meta_app_id = '{shared}'"))
        .await;
    let mut stranger = change(&scene.a, vec![text("wamid.3", 3, who("1777", "", ""), "lost")]);
    (stranger.waba, stranger.number) = (Some("waba-x".to_owned()), Some("number-x".to_owned()));
    let mut management = change(&scene.b, vec![BodyFact::Other("field:account_update".to_owned())]);
    (management.number, management.field) = (None, "account_update".to_owned());
    let changes = vec![
        change(
            &scene.a,
            vec![
                text("wamid.1", 1, who("1555", "US.1", "Ann"), "for a"),
                BodyFact::Other("type:order".to_owned()),
            ],
        ),
        stranger,
        change(
            &scene.b,
            vec![
                text("wamid.1", 2, who("1555", "US.1", "Ann"), "for b"),
                text("wamid.4", 2, Who::default(), "who?"),
            ],
        ),
        management,
        change(
            &scene.a,
            vec![text("wamid.1", 1, who("1555", "US.1", "Ann"), "for a")],
        ),
    ];
    scene.receive(&[(&scene.app_a, Body { changes })]).await;
    let log = "select concat_ws('|', (select slug from tenants t where t.id = o.tenant_id), field, outcome, detail, messages, duplicates)
               from webhook_outcomes o order by change_index";
    assert_eq!(
        scene.rows(log).await,
        [
            "alpha|messages|1|type:order|1|0",
            "messages|4|no tenant has this WABA or number|0|0",
            "beta|messages|1|names no sender|1|0",
            "beta|account_update|3|field:account_update|0|0",
            "alpha|messages|2|0|1",
        ]
    );
    let words = "select (select slug from tenants t where t.id = m.tenant_id) || ' ' || (content->>'body') from messages m order by 1";
    assert_eq!(scene.rows(words).await, ["alpha for a", "beta for b"]);
    let people =
        "select count(distinct contact_id) || '|' || count(distinct tenant_id) from contact_identities";
    assert_eq!(
        scene.one(people).await,
        "2|2",
        "one customer, two tenants, two contacts"
    );
}

fn by_callback(id: &str, rank: i16, callback: domain::MessageId) -> BodyFact {
    BodyFact::Status {
        id: id.to_owned(),
        at: 9,
        rank,
        callback: Some(callback.to_string()),
        error: None,
    }
}

#[tokio::test]
async fn statuses_meet_their_message_by_callback_by_id_or_later() {
    let scene = Scene::new().await;
    let unknown = scene.outbound(&scene.a, None, 20, 4).await;
    let claimed = scene.outbound(&scene.a, None, 10, 1).await;
    let known = scene.outbound(&scene.a, Some("wamid.known"), 30, 2).await;
    let foreign = scene.outbound(&scene.b, None, 20, 4).await;
    let facts = vec![
        by_callback("wamid.lost", 50, unknown),
        by_callback("wamid.early", 70, claimed),
        status("wamid.known", 7, 60),
        status("wamid.known", 6, 50),
        by_callback("wamid.steal", 80, foreign),
        status("wamid.later", 8, 70),
    ];
    scene.receive(&[(&scene.app_a, body(&scene.a, facts))]).await;
    let state = async |message: domain::MessageId| {
        let query = format!(
            "select concat_ws('|', m.provider_id, m.status, m.error_code, a.state, a.provider_id)
             from messages m join send_attempts a on a.tenant_id = m.tenant_id and a.message_id = m.id where m.id = '{}'",
            message.uuid()
        );
        scene.one(&query).await
    };
    assert_eq!(
        state(unknown).await,
        "wamid.lost|50|6|wamid.lost",
        "settled by its status"
    );
    assert_eq!(
        state(claimed).await,
        "wamid.early|70|1|wamid.early",
        "its answer is still due"
    );
    assert_eq!(
        state(known).await,
        "wamid.known|60|131026|2",
        "known, and failed outranks sent"
    );
    assert_eq!(
        state(foreign).await,
        "20|4",
        "another tenant's message is out of reach of its callback"
    );
    assert_eq!(
        scene
            .rows("select provider_id from parked_statuses order by 1")
            .await,
        ["wamid.later", "wamid.steal"]
    );

    scene
        .receive(&[(&scene.app_a, body(&scene.a, vec![status("wamid.known", 9, 80)]))])
        .await;
    assert_eq!(
        state(known).await,
        "wamid.known|80|2",
        "read takes the failure back"
    );

    let later = scene.outbound(&scene.a, Some("wamid.later"), 30, 2).await;
    scene.normalize(Config::default()).await;
    assert_eq!(
        state(later).await,
        "wamid.later|30|2",
        "it was looked for just now"
    );
    scene.db.clock.advance(time::Duration::seconds(15));
    scene.normalize(Config::default()).await;
    assert_eq!(
        state(later).await,
        "wamid.later|70|2",
        "what a crash left parked is swept up"
    );
    assert_eq!(
        scene.rows("select provider_id from parked_statuses").await,
        ["wamid.steal"]
    );
}

#[tokio::test]
async fn a_body_that_cant_be_applied_is_stepped_over_alone() {
    let scene = Scene::new().await;
    let trap = "create function trap() returns trigger language plpgsql as
                $$ begin if new.provider_id = 'wamid.bad' then raise check_violation using constraint = 'trap'; end if; return new; end $$;
                create trigger trap before insert on messages for each row execute function trap();";
    scene.rows(trap).await;
    let bodies: Vec<_> = (0..7)
        .map(|n| {
            let id = if n == 3 {
                "wamid.bad".to_owned()
            } else {
                format!("wamid.{n}")
            };
            (
                &scene.app_a,
                body(&scene.a, vec![text(&id, n, who("1555", "US.1", "Ann"), "Hi")]),
            )
        })
        .collect();
    scene.receive(&bodies).await;
    let log = "select concat_ws('|', outcome, detail) from webhook_outcomes order by seq";
    let mut expected = ["1"; 7];
    expected[3] = "6|failed: constraint trap";
    assert_eq!(scene.rows(log).await, expected);
    assert_eq!(
        scene
            .one("select count(*) || '|' || max(unread) from messages, conversations")
            .await,
        "6|6"
    );

    scene.rows("drop trigger trap on messages").await;
    scene.db.ingest.reset_cursors().await.unwrap();
    scene.normalize(Config::default()).await;
    assert_eq!(
        scene.rows(log).await,
        ["1"; 7],
        "a replay mends it and makes nothing look worse"
    );
    assert_eq!(scene.one("select unread from conversations").await, "7");
}

/// Both roles in one process: in memory, woken, over a change of day, and again after somebody moved the cursor.
#[tokio::test]
async fn committed_bodies_reach_the_model_at_once() {
    let scene = Scene::new().await;
    let gateway = scene.start(Config {
        streams: 1,
        ..Config::default()
    });
    let router = router(gateway);
    let say = async |n: i64| {
        let said = body(
            &scene.a,
            vec![text(&format!("wamid.{n}"), n, who("1555", "US.1", "Ann"), "Hi")],
        );
        assert_eq!(post_signed(&router, &scene.app_a, &said).await, 200);
        tokio::time::timeout(Duration::from_secs(20), scene.committed.notified())
            .await
            .expect("a commit wakes");
        assert_eq!(scene.one("select count(*) from messages").await, n.to_string());
    };
    say(1).await;
    say(2).await;
    scene.db.clock.advance(time::Duration::days(1));
    say(3).await;
    scene.db.clock.advance(time::Duration::days(40));
    say(4).await;
    scene.db.ingest.reset_cursors().await.unwrap();
    say(5).await;
    assert_eq!(scene.one("select unread from conversations").await, "5");
    assert_eq!(
        scene
            .one("select count(distinct day) from webhook_outcomes")
            .await,
        "3"
    );
    scene.stop().await;
    let leases = "select count(*) from ingest_streams s join ingest_cursors c using (stream) where s.owner is not null or c.owner is not null";
    assert_eq!(scene.one(leases).await, "0", "given back at the end");
}

/// Every connection of the ingest role is cut, again and again, while webhooks come in.
#[tokio::test]
async fn cut_connections_lose_nothing_that_was_acknowledged_and_double_nothing() {
    let scene = Scene::new().await;
    let router = router(scene.start(Config::default()));
    let again = Duration::from_millis(20);
    let mut sent = Vec::new();
    for round in 0..9 {
        let posts = (0..20).map(|n| {
            let id = format!("wamid.{round}.{n}");
            let said = body(&scene.a, vec![text(&id, n, who("1555", "US.1", "Ann"), "Hi")]);
            let (router, app) = (&router, &scene.app_a);
            async move {
                while post_signed(router, app, &said).await != 200 {
                    tokio::time::sleep(again).await;
                }
                id
            }
        });
        let cut = "select count(pg_terminate_backend(pid)) from pg_stat_activity
                   where datname = current_database() and usename = 'parlance_ingest'";
        let all = futures::future::join_all(posts);
        let (ids, ()) = tokio::join!(tokio::time::timeout(Duration::from_secs(20), all), async {
            if round % 3 == 1 {
                scene.rows(cut).await;
            }
        });
        sent.extend(ids.expect("recovers by itself"));
    }
    let waiting = "select count(*) from raw_webhooks r where not exists (
                     select from webhook_outcomes o where o.day = r.day and o.stream = r.stream and o.seq = r.seq)";
    let normalized = tokio::time::timeout(Duration::from_secs(20), async {
        while scene.one(waiting).await != "0" {
            tokio::time::sleep(again).await;
        }
    });
    normalized.await.expect("recovers by itself");
    let stored = scene.rows("select provider_id from messages").await;
    assert!(
        sent.iter().all(|id| stored.contains(id)),
        "what was answered 200 is there"
    );
    assert_eq!(stored.len(), sent.len(), "once");
    assert_eq!(
        scene.one("select unread from conversations").await,
        sent.len().to_string()
    );
    scene.stop().await;
}
