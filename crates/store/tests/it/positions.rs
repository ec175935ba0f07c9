//! A database that was restored into a cluster that has come less far than the one it is from.

use domain::{Clock, event::DomainEvent};
use parlance_store::{
    audit::{self, Entry},
    outbox, setup,
};
use serde_json::json;
use testkit::{TenantFixture, TestDb};

/// How much further the cluster of the data had come.
const FURTHER: u64 = 1_000_000_000_000;

struct Scene {
    db: TestDb,
    tenant: TenantFixture,
}

impl Scene {
    /// Some events and sealed entries of another cluster, restored here.
    async fn restored() -> Self {
        let db = TestDb::new().await;
        let app = db.app("https://graph.test").await;
        let tenant = db.tenant("tenant-a", &app).await;
        let scene = Self { db, tenant };
        scene.cluster_at(FURTHER).await;
        scene.write().await;
        scene.seal().await;
        scene.write().await;
        scene.seal().await;
        scene.cluster_at(0).await;
        scene
    }

    async fn cluster_at(&self, base: u64) {
        let function = format!(
            "create or replace function position_base() returns bigint language sql stable parallel safe return {base}::bigint"
        );
        self.db.sql(&function).await;
    }

    async fn write(&self) {
        let mut tx = self.db.tenant.begin(&self.tenant.scope).await.unwrap();
        let now = self.db.clock.now();
        let entry = Entry {
            id: self.db.ids.make(),
            at: now,
            action: "test",
            target: None,
            details: json!({}),
        };
        audit::append(&mut tx, &self.tenant.scope, &entry).await.unwrap();
        let event = DomainEvent::NumberUpdated {
            phone_number_id: self.tenant.phone_number_id,
        };
        outbox::push(&mut tx, now, &[event]).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Seals what can be; how many entries have one. Transactions of other tests hold the horizon back for a while.
    async fn seal(&self) -> i64 {
        for _ in 0..2_000 {
            let sealed = self.db.upkeep.seal_audit(self.db.clock.now()).await.unwrap();
            if sealed.entries > 0 {
                break;
            }
            tokio::task::yield_now().await;
        }
        self.verified().await
    }

    /// Entries under seals that hold; a broken chain fails.
    async fn verified(&self) -> i64 {
        let chains = self.db.upkeep.verify_audit(None).await.unwrap().unwrap();
        for chain in &chains {
            assert_eq!(chain.broken, None, "{}", chain.chain);
        }
        chains.iter().map(|chain| chain.entries).sum()
    }
}

#[tokio::test]
async fn what_is_written_after_a_restore_is_sealed_and_heard_once_places_are_rebased() {
    let scene = Scene::restored().await;
    let ahead = scene.db.upkeep.positions_ahead().await.unwrap().unwrap();
    assert!(ahead.highest >= FURTHER && ahead.next < FURTHER, "{ahead:?}");
    assert_eq!(
        scene
            .db
            .events
            .positions_ahead()
            .await
            .unwrap()
            .map(|ahead| ahead.highest >= FURTHER),
        Some(true)
    );
    let told = setup::role_faults(&scene.db.url("upkeep"), "upkeep")
        .await
        .unwrap();
    assert!(told[0].contains("parlance admin rebase-positions"), "{told:?}");

    let owner = scene.db.url("owner");
    let rebased = setup::rebase_positions(&scene.db.upkeep, &owner).await.unwrap();
    assert_eq!(rebased.unwrap().highest, ahead.highest);
    assert_eq!(
        setup::rebase_positions(&scene.db.upkeep, &owner).await.unwrap(),
        None
    );
    assert_eq!(scene.verified().await, 2, "the restored chain holds");
    let before = scene.db.events.outbox_head().await.unwrap();
    assert_eq!(
        before.xid, ahead.highest,
        "what was restored is below the horizon"
    );
    scene.write().await;
    assert_eq!(scene.seal().await, 3);
    let heard = scene.db.events.outbox_after(before).await.unwrap().events;
    assert_eq!(heard.len(), 1, "a tailer goes on where it stood");
}

#[tokio::test]
async fn without_it_nothing_new_is_sealed_or_heard() {
    let scene = Scene::restored().await;
    scene.write().await;
    assert_eq!(
        scene
            .db
            .upkeep
            .seal_audit(scene.db.clock.now())
            .await
            .unwrap()
            .entries,
        0
    );
    assert!(scene.db.events.outbox_head().await.unwrap().xid < FURTHER);
}
