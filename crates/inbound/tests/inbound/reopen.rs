//! A resolved conversation opens when the customer writes, whatever the clocks say, and by nothing else.

use domain::{Clock, ConversationId, conversation::ConversationEventKind};
use parlance_inbound::Config;
use store::conversations::{self, NewEvent};

use crate::{
    adapter::BodyFact,
    scene::{Scene, body, text, who},
};

impl Scene {
    async fn tell(&self, facts: Vec<BodyFact>) {
        self.receive(&[(&self.app_a, body(&self.a, facts))]).await;
    }

    async fn resolve(&self, id: ConversationId) {
        let mut tx = self.db.tenant.begin(&self.a.scope).await.unwrap();
        assert!(conversations::resolve(&mut tx, id).await.unwrap());
        tx.commit().await.unwrap();
    }

    async fn conversation_of(&self, user: &str) -> ConversationId {
        let id = self
            .one(&format!(
                "select v.id from conversations v join contact_identities i on i.contact_id = v.contact_id and i.value = '{user}'"
            ))
            .await;
        ConversationId::new(id.parse().unwrap())
    }

    async fn open(&self) -> String {
        self.one("select open from conversations").await
    }
}

#[tokio::test]
async fn what_the_customer_writes_opens_it_and_what_was_there_does_not() {
    let scene = Scene::new().await;
    let ann = || who("1555", "US.1", "Ann");
    let first = || text("wamid.5", 5, ann(), "Is it ready?");
    scene.tell(vec![first()]).await;
    let id = scene.conversation_of("US.1").await;
    scene.resolve(id).await;

    scene.tell(vec![first(), first()]).await;
    let heart = BodyFact::Reaction {
        id: "wamid.9".to_owned(),
        at: 9,
        from: ann(),
        target: "wamid.5".to_owned(),
    };
    scene.tell(vec![heart]).await;
    let before = scene.digest(&scene.a).await;
    scene.db.ingest.reset_cursors().await.unwrap();
    scene.normalize(Config::default()).await;
    assert_eq!(
        scene.open().await,
        "false",
        "repetition and replay leave it resolved"
    );
    assert_eq!(scene.digest(&scene.a).await, before);

    for (name, at) in [
        ("written before, told after", 4),
        ("in the same second", 5),
        ("later", 12),
    ] {
        scene
            .tell(vec![text(&format!("wamid.{name}"), at, ann(), "One more thing")])
            .await;
        assert_eq!(scene.open().await, "true", "{name}");
        scene.resolve(id).await;
    }
    scene.db.ingest.reset_cursors().await.unwrap();
    scene.normalize(Config::default()).await;
    assert_eq!(scene.open().await, "false");
}

/// Two people turn out to be one: what was done in the conversation that goes is kept, and the other stays as it is.
#[tokio::test]
async fn a_merged_conversation_hands_over_its_notes_and_its_assignee() {
    let scene = Scene::new().await;
    let facts = vec![
        text("wamid.1", 1, who("1555", "US.1", "Ann"), "from the old phone"),
        text("wamid.2", 2, who("1666", "US.2", "Ann"), "from the new phone"),
    ];
    scene.tell(facts).await;
    let ids = [
        scene.conversation_of("US.1").await,
        scene.conversation_of("US.2").await,
    ];
    let mut tx = scene.db.tenant.begin(&scene.a.scope).await.unwrap();
    for id in ids {
        let note = NewEvent {
            id: scene.db.ids.make(),
            conversation_id: id,
            kind: ConversationEventKind::Note,
            body: Some("Prefers mornings."),
            assignee: None,
            actor: scene.a.scope.actor(),
            at: scene.db.clock.now(),
        };
        conversations::add_event(&mut tx, &note).await.unwrap();
        conversations::assign(&mut tx, id, Some(scene.a.user_id))
            .await
            .unwrap();
        conversations::resolve(&mut tx, id).await.unwrap();
    }
    tx.commit().await.unwrap();
    scene
        .rows("update contacts set given_name = 'Ann B', attributes = '{\"city\": \"Kyiv\"}' where id = (select max(id::text)::uuid from contacts)")
        .await;
    scene
        .rows("update contacts set attributes = '{\"pet\": \"cat\"}' where id = (select min(id::text)::uuid from contacts)")
        .await;
    let changed = BodyFact::Changed {
        id: "wamid.3".to_owned(),
        at: 4,
        from: who("1666", "US.2", ""),
        before: who("1555", "US.1", ""),
    };
    scene.tell(vec![changed]).await;
    let left = scene.conversation_of("US.1").await.uuid();
    let kept = "select concat_ws('|', v.id, v.assignee_user_id, v.open, c.given_name, c.attributes,
                  (select count(*) from conversation_events e where e.conversation_id = v.id))
                from conversations v join contacts c on c.id = v.contact_id";
    let owner = scene.a.user_id.uuid();
    assert_eq!(
        scene.rows(kept).await,
        [format!(
            "{left}|{owner}|t|Ann B|{{\"pet\": \"cat\", \"city\": \"Kyiv\"}}|2"
        )]
    );
}
