//! Lists by keyset: while rows come in, every row that stood at the start is seen exactly once.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::stage::{Answer, Side, Stage, get};

async fn page(stage: &Stage, side: &Side, list: &str, cursor: Option<&str>) -> Answer {
    let cursor = cursor
        .map(|cursor| format!("&cursor={cursor}"))
        .unwrap_or_default();
    let answer = stage
        .call(&get(side.path(&format!("{list}?limit=3{cursor}"))), &side.session)
        .await;
    assert_eq!(answer.status, 200, "{}", answer.json());
    answer
}

fn ids(answer: &Answer) -> Vec<String> {
    answer.json()["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["id"].as_str().unwrap().to_owned())
        .collect()
}

/// Ten rows of a list at two instants each, with the ids that the API will show.
async fn rows(stage: &Stage, side: &Side, list: &str, minute: u32) -> BTreeSet<String> {
    let (id, channel, number, waba) = (
        side.tenant.tenant_id.uuid(),
        side.tenant.channel_account_id.uuid(),
        side.tenant.phone_number_id.uuid(),
        side.tenant.waba_id.uuid(),
    );
    let conversation = side.id("cnv").replace("cnv_", "");
    let mut made = BTreeSet::new();
    for index in 0..10 {
        let row = stage.db.ids.uuid();
        let at = format!("2026-11-22 13:{minute:02}:0{}+00", index / 5);
        let contact =
            format!("insert into contacts (tenant_id, id, created_at) values ('{id}', '{row}', '{at}')");
        let statement = match list {
            "contacts" => contact,
            "conversations" => format!(
                "{contact}; insert into conversations (tenant_id, id, contact_id, channel_account_id, phone_number_id, last_message_at, created_at)
                 values ('{id}', '{row}', '{row}', '{channel}', '{number}', '{at}', '{at}')"
            ),
            "templates" => format!(
                "insert into templates (tenant_id, id, waba_id, provider_id, name, language, category, status, components, synced_at)
                 values ('{id}', '{row}', '{waba}', '1', 'name_{minute}_{}', 'l{index}', 'UTILITY', 'APPROVED', '[]', '{at}')",
                index / 5
            ),
            _ => format!(
                "insert into messages (tenant_id, id, conversation_id, phone_number_id, direction, kind, content, status, thread_at, created_at)
                 values ('{id}', '{row}', '{conversation}', '{number}', 1, 'text', '{}', 100, '{at}', '{at}')",
                json!({"type": "text", "body": "x"})
            ),
        };
        stage.db.sql(&statement).await;
        let prefix = match list {
            "contacts" => "con",
            "conversations" => "cnv",
            "templates" => "tpl",
            _ => "msg",
        };
        made.insert(format!("{prefix}_{}", row.simple()));
    }
    made
}

#[tokio::test]
async fn no_gap_and_no_repeat_while_rows_come_in() {
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    let thread = format!("conversations/{}/messages", side.id("cnv"));
    for list in ["contacts", "conversations", "templates", thread.as_str()] {
        let standing = rows(&stage, &side, list, 0).await;
        let (mut seen, mut cursor, mut minute) = (Vec::new(), None::<String>, 1);
        loop {
            let answer = page(&stage, &side, list, cursor.as_deref()).await;
            seen.extend(ids(&answer));
            let Some(next) = answer.json()["next_cursor"].as_str().map(str::to_owned) else {
                break;
            };
            assert!(ids(&answer).len() == 3);
            if minute < 4 {
                rows(&stage, &side, list, minute).await;
                minute += 1;
            }
            cursor = Some(next);
        }
        let unique: BTreeSet<_> = seen.iter().cloned().collect();
        assert_eq!(unique.len(), seen.len(), "{list} repeats rows");
        assert!(unique.is_superset(&standing), "{list} lost rows");
    }
}

#[tokio::test]
async fn a_cursor_is_a_place_and_no_key_to_anothers_rows() {
    let (stage, a, b) = Stage::two().await;
    for side in [&a, &b] {
        rows(&stage, side, "conversations", 0).await;
    }
    let theirs = page(&stage, &b, "conversations", None).await;
    let cursor = theirs.json()["next_cursor"].as_str().unwrap().to_owned();
    let all = stage.call(&get(b.path("conversations")), &b.session).await;
    let foreign: BTreeSet<_> = ids(&all).into_iter().collect();
    assert!(
        ids(&page(&stage, &a, "conversations", Some(&cursor)).await)
            .iter()
            .all(|id| !foreign.contains(id))
    );
    for bad in ["x", "e30", "%00", &cursor[1..]] {
        let answer = stage
            .call(&get(a.path(&format!("conversations?cursor={bad}"))), &a.session)
            .await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["fields"][0]["field"]),
            (400, &json!("cursor")),
            "{bad}"
        );
    }
}

#[tokio::test]
async fn lists_are_capped_and_filters_filter() {
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    let count = |path: &'static str| {
        let call = get(side.path(path));
        let (stage, session) = (&stage, &side.session);
        async move {
            stage.call(&call, session).await.json()["items"]
                .as_array()
                .map(Vec::len)
        }
    };
    assert_eq!(count("conversations?limit=0").await, Some(1));
    assert_eq!(count("conversations?limit=4000000000").await, Some(1));
    assert_eq!(count("conversations?view=unread").await, Some(1));
    stage.db.sql("update conversations set unread = 0").await;
    assert_eq!(count("conversations?view=unread").await, Some(0));
    assert_eq!(
        (
            count("contacts?q=ad").await,
            count("contacts?q=1555").await,
            count("contacts?q=zz").await
        ),
        (Some(1), Some(1), Some(0))
    );
    assert_eq!(
        (
            count("templates?status=APPROVED").await,
            count("templates?status=PAUSED").await
        ),
        (Some(2), Some(0))
    );
    for bad in [
        "conversations?limit=x",
        "conversations?limit=-1",
        "conversations?view=theirs",
    ] {
        let answer = stage.call(&get(side.path(bad)), &side.session).await;
        assert_eq!(answer.problem(), (400, "invalid-request".to_owned()), "{bad}");
    }
    let read = crate::stage::post(
        side.path(&format!("conversations/{}/read", side.id("cnv"))),
        crate::stage::Payload::Nothing,
    );
    stage.db.sql("update conversations set unread = 2").await;
    assert_eq!(stage.call(&read, &side.session).await.status, 204);
    let view: Value = stage
        .call(
            &get(side.path(&format!("conversations/{}", side.id("cnv")))),
            &side.session,
        )
        .await
        .json();
    assert_eq!(view["unread"], 0);
}
