//! Each view of the inbox reads its rows in the order shown from an index of its own, under row security.

use sqlx::AssertSqlSafe;

use crate::session::{Pair, Session};

#[tokio::test]
async fn every_view_is_the_condition_of_an_index() {
    let pair = Pair::new().await;
    let (tenant, user) = (pair.ids().0, pair.a.user_id.uuid());
    let mut session = Session::open(&pair.db, "tenant").await;
    let mine = format!("open and assignee_user_id = '{user}'");
    for (filter, index) in [
        ("open", "conversations_open"),
        (mine.as_str(), "conversations_assigned"),
        ("open and assignee_user_id is null", "conversations_unassigned"),
        ("open and unread > 0", "conversations_unread"),
        ("not open", "conversations_resolved"),
    ] {
        // The tables of a test are so small that the planner would read them whole.
        session
            .begin(&format!(
                "set local app.tenant_id = '{tenant}'; set local enable_seqscan = off; set local enable_bitmapscan = off"
            ))
            .await;
        let sql = format!(
            "explain select * from conversations where tenant_id = '{tenant}' and {filter}
               and (last_message_at, id) < ('infinity', 'ffffffff-ffff-ffff-ffff-ffffffffffff')
             order by last_message_at desc, id desc limit 51"
        );
        let plan: Vec<String> = sqlx::query_scalar(AssertSqlSafe(sql))
            .fetch_all(&mut session.0)
            .await
            .unwrap();
        session.rollback().await;
        let plan = plan.join("\n");
        assert!(plan.contains(&format!("using {index} on")), "{filter}: {plan}");
        assert!(
            !plan.contains("Sort") && !plan.contains("Filter: (open"),
            "{filter}: {plan}"
        );
    }
}
