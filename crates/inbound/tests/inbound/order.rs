//! Order does not matter, nor does repetition: one set of events, any way of telling it, one outcome.

use std::time::Duration;

use domain::MessageId;
use parlance_inbound::{Config, gateway::router};
use proptest::{prelude::*, test_runner::TestRunner};
use testkit::{AppFixture, TenantFixture};

use crate::{
    adapter::{Body, BodyFact},
    scene::{Scene, body, post_signed},
    story::{DIGITS, Told, long_story, told},
};

/// One way of telling: the order (with everything at least once), and how many facts share a body and a batch.
#[derive(Debug, Clone)]
struct Telling {
    order: Vec<usize>,
    facts_per_body: usize,
    bodies_per_batch: usize,
}

fn telling(len: usize) -> impl Strategy<Value = Telling> {
    let order = prop::collection::vec(0..len, 0..=len).prop_flat_map(move |again| {
        let everything: Vec<usize> = (0..len).chain(again).collect();
        Just(everything).prop_shuffle()
    });
    (order, 1..6_usize, 1..8_usize).prop_map(|(order, facts_per_body, bodies_per_batch)| Telling {
        order,
        facts_per_body,
        bodies_per_batch,
    })
}

fn story() -> impl Strategy<Value = (Vec<Told>, Vec<Telling>)> {
    prop::collection::vec(told(), 1..14).prop_flat_map(|events| {
        let tellings = prop::collection::vec(telling(events.len()), 2);
        (Just(events), tellings)
    })
}

/// Tells the story to one tenant and returns its digest.
async fn tell(scene: &Scene, slug: &str, events: &[Told], telling: &Telling) -> Vec<String> {
    let tenant = scene.db.tenant(slug, &scene.app_a).await;
    tell_to(scene, &tenant, events, telling).await
}

/// Three messages of ours: one whose answer got lost, one that was accepted, one that is on its way.
async fn ours(scene: &Scene, tenant: &TenantFixture) -> [MessageId; 2] {
    let (lost, accepted) = (
        scene.outbound(tenant, None, 20, 4).await,
        scene.outbound(tenant, Some("wamid.out.1"), 30, 2).await,
    );
    scene.outbound(tenant, Some("wamid.out.2"), 10, 1).await;
    [lost, accepted]
}

async fn tell_to(scene: &Scene, tenant: &TenantFixture, events: &[Told], telling: &Telling) -> Vec<String> {
    let app: &AppFixture = &scene.app_a;
    scene.manageable(tenant, DIGITS).await;
    let ours = ours(scene, tenant).await;
    let facts: Vec<BodyFact> = telling
        .order
        .iter()
        .map(|index| events[*index].fact(*index, &ours))
        .collect();
    let bodies: Vec<(&AppFixture, Body)> = facts
        .chunks(telling.facts_per_body)
        .map(|facts| (app, body(tenant, facts.to_vec())))
        .collect();
    let config = Config {
        normalize_max: telling.bodies_per_batch,
        ..Config::default()
    };
    scene.store(&bodies).await;
    scene.normalize(config).await;
    scene.digest(tenant).await
}

#[test]
fn any_order_repetition_and_batching_ends_the_same() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let scene = runtime.block_on(Scene::new());
    let cases = std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok())
        .unwrap_or(20);
    let mut runner = TestRunner::new(ProptestConfig {
        cases,
        failure_persistence: None,
        max_shrink_iters: 200,
        ..ProptestConfig::default()
    });
    let slugs = std::cell::Cell::new(0_u32);
    let slug = || {
        slugs.set(slugs.get() + 1);
        format!("t{}", slugs.get())
    };
    let outcome = runner.run(&story(), |(events, tellings)| {
        let plain = Telling {
            order: (0..events.len()).collect(),
            facts_per_body: 1,
            bodies_per_batch: 1,
        };
        let first = runtime.block_on(tell(&scene, &slug(), &events, &plain));
        for telling in &tellings {
            let again = runtime.block_on(tell(&scene, &slug(), &events, telling));
            prop_assert_eq!(&first, &again);
        }
        Ok(())
    });
    outcome.unwrap();
    let failed = runtime.block_on(scene.one("select count(*) from webhook_outcomes where outcome > 3"));
    assert_eq!(failed, "0", "nothing was stepped over");
}

/// The whole raw log again, in another order and doubled, into an emptied model.
#[tokio::test]
async fn a_shuffled_and_doubled_replay_of_the_raw_log_ends_the_same() {
    let scene = Scene::new().await;
    let events = long_story();
    let telling = Telling {
        order: (0..events.len()).collect(),
        facts_per_body: 4,
        bodies_per_batch: 5,
    };
    let tenant = scene.db.tenant("replayed", &scene.app_a).await;
    let before = tell_to(&scene, &tenant, &events, &telling).await;
    scene.db.ingest.reset_cursors().await.unwrap();
    scene.normalize(Config::default()).await;
    assert_eq!(
        scene.digest(&tenant).await,
        before,
        "a replay into the same model changes nothing"
    );

    scene
        .rows(
            "begin;
             delete from jobs;
             delete from consent_records;
             delete from message_revisions;
             delete from template_events;
             delete from number_events;
             delete from number_stops;
             delete from conversation_aliases;
             update templates set status = 'PENDING', quality = null, category = 'UTILITY', rejected_reason = null;
             update phone_numbers set quality = 'GREEN', throughput_mps = 80, name_status = null, verified_name = 'Before', paused_reason = null;
             update lanes set throughput_mps = 80, paused_reason = null;
             update wabas set messaging_limit = null;
             delete from messages where direction = 1 or source > 0;
             delete from media;
             delete from conversations c where not exists (select from messages m where m.tenant_id = c.tenant_id and m.conversation_id = c.id);
             delete from identity_conflicts;
             delete from identity_pairs;
             delete from contact_identities;
             delete from contacts c where not exists (select from conversations v where v.tenant_id = c.tenant_id and v.contact_id = c.id);
             delete from parked_statuses;
             update messages set status = case when provider_id = 'wamid.out.1' then 30 when provider_id = 'wamid.out.2' then 10 else 20 end,
               sent_at = null, delivered_at = null, read_at = null, failed_at = null, error_code = null, error_message = null;
             update messages set provider_id = null where provider_id = 'wamid.out.0';
             update send_attempts a set state = case m.status when 30 then 2 when 10 then 1 else 4 end, provider_id = null, finished_at = null
               from messages m where m.tenant_id = a.tenant_id and m.id = a.message_id;
             insert into ingest_streams (stream, day) select 9, max(day) from raw_webhooks;
             insert into raw_webhooks
               select day, 9, row_number() over (order by md5(seq::text || copy)), meta_app_id, received_at, key_id, body
               from raw_webhooks cross join (values ('a'), ('b')) as copies (copy);
             delete from raw_webhooks where stream <> 9;
             commit",
        )
        .await;
    scene
        .normalize(Config {
            normalize_max: 7,
            ..Config::default()
        })
        .await;
    assert_eq!(scene.digest(&tenant).await, before);
}

/// Four writers and four normalizers over one tenant at once.
#[tokio::test(flavor = "multi_thread")]
async fn streams_that_run_at_once_end_the_same() {
    let scene = Scene::new().await;
    let events = long_story();
    let plain = Telling {
        order: (0..events.len()).collect(),
        facts_per_body: 1,
        bodies_per_batch: 50,
    };
    let before = tell(&scene, "in-order", &events, &plain).await;

    let tenant = scene.db.tenant("at-once", &scene.app_a).await;
    scene.manageable(&tenant, DIGITS).await;
    let ours = ours(&scene, &tenant).await;
    let router = router(scene.start(Config {
        streams: 4,
        batch_max: 3,
        normalize_max: 3,
        ..Config::default()
    }));
    let twice = events.iter().enumerate().chain(events.iter().enumerate());
    let posts = twice.map(|(index, told)| {
        let body = body(&tenant, vec![told.fact(index, &ours)]);
        let (router, app) = (&router, &scene.app_a);
        async move { post_signed(router, app, &body).await.as_u16() }
    });
    let answers = futures::future::join_all(posts).await;
    assert!(answers.iter().all(|answer| *answer == 200));
    let normalized = format!(
        "select count(*) from webhook_outcomes where tenant_id = '{}'",
        tenant.tenant_id.uuid()
    );
    let done = tokio::time::timeout(Duration::from_secs(30), async {
        while scene.one(&normalized).await != answers.len().to_string() {
            tokio::time::timeout(Duration::from_millis(100), scene.committed.notified())
                .await
                .ok();
        }
    });
    done.await.expect("everything is normalized");
    scene.stop().await;
    assert_eq!(scene.digest(&tenant).await, before);
    let used = scene.one("select count(distinct stream) from raw_webhooks").await;
    assert_eq!(used, "4", "several streams took part");
}
