//! One customer never gets more from one number than WhatsApp allows, whoever owns the lane.

use domain::limits::{PAIR_BURST, PAIR_INTERVAL_US};
use store::delivery::AttemptState as S;
use time::Duration;

use crate::{
    peer::{product_us, too_early},
    stage::{Stage, quick},
};

const FLOOD: i64 = 50;

#[tokio::test]
async fn a_flood_to_one_customer_waits_in_order_and_delays_no_other_even_after_a_crash() {
    let stage = Stage::new(&["acme"]).await;
    let tenant = &stage.tenants[0];
    stage.sql("update lanes set throughput_mps = 1000").await;
    let (flooded, other) = (
        stage.conversation(tenant, "15550001").await,
        stage.conversation(tenant, "15550002").await,
    );
    let mut flood = Vec::new();
    for _ in 0..FLOOD {
        flood.push(stage.text(tenant, flooded).await);
    }
    let first = stage.start(quick());
    let burst = i64::from(PAIR_BURST);
    let settled = async |accepted: i64| {
        stage
            .until("what may go is sent, and the rest waits", || async {
                let states = stage.states().await;
                states.get(&S::Accepted) == Some(&accepted) && !states.contains_key(&S::Claimed)
            })
            .await;
    };
    settled(burst).await;
    stage
        .until("each waiting row says why", || async {
            let explained: i64 = stage
                .one("select count(*) from send_attempts where state = 0 and wait in ('pair_rate', 'order')")
                .await;
            explained == FLOOD - burst
        })
        .await;
    let to_other = stage.text(tenant, other).await;
    first.wake(tenant);
    stage.until_ledger(tenant, to_other, &[S::Accepted]).await;

    first.crash().await;
    stage.expire_leases().await;
    let late = stage.text(tenant, flooded).await;
    let next = stage.start(quick());
    for sent in 1..=FLOOD - burst + 1 {
        stage.db.clock.advance(Duration::seconds(6));
        settled(burst + 1 + sent).await;
    }
    next.stop().await;
    flood.push(late);
    let calls = stage.provider.calls();
    let (to_flooded, _): (Vec<_>, Vec<_>) = calls.into_iter().partition(|call| call.message_id != to_other);
    let order: Vec<_> = to_flooded.iter().map(|call| call.message_id).collect();
    assert_eq!(order, flood, "none overtook another");
    let at = product_us(&to_flooded);
    assert_eq!(too_early(at.clone(), PAIR_INTERVAL_US, PAIR_BURST), 0);
    let began = at[0];
    let over_sender = at.iter().map(|at| began + (at - began) / 2);
    assert!(
        too_early(over_sender, PAIR_INTERVAL_US, PAIR_BURST) > 0,
        "the measure must catch one who sends too fast"
    );
}
