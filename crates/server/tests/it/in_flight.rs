//! `kill -9` while a send is under way. The sandbox runs as a process of its own, so that its record outlives ours.

use egress::Method;
use serde_json::{Value, json};

use crate::admin::Admin;
use crate::installation::Installation;
use crate::process::{Program, eventually, parlance};
use crate::stage::Talk;

const APP: &str = "700000000000077";
const WABA: &str = "201900000000077";
const NUMBER: &str = "109900000000077";
const TOKEN: &str = "EAAin-flight-token";
const SECRET: &str = "in-flight-app-secret";

/// The second sandbox, connected as a number of the first tenant.
async fn connect(it: &Installation, sandbox: &str) {
    eventually("the second sandbox", async || {
        let state = it.http.request(Method::GET, &format!("{sandbox}/sandbox/state"));
        state
            .send()
            .await
            .ok()
            .filter(|answer| answer.status.is_success())
    })
    .await;
    let admin = Admin::sign_in(it).await;
    let environment =
        json!({ "name": "Apart", "kind": "sandbox", "base_url": sandbox, "graph_version": "v26.0" });
    let environment = admin
        .call(Method::POST, "graph-environments", Some(environment))
        .await;
    let app = admin.make_app(&environment["id"], APP, SECRET).await;
    let put =
        async |path: String, body: Value| it.http.sandbox(sandbox, Method::PUT, &path, Some(body)).await;
    let callback = json!({
        "app_secret": SECRET, "access_token": TOKEN, "verify_token": app.verify_token, "callback_url": app.callback_url,
    });
    put(format!("apps/{APP}"), callback).await;
    let number = json!({ "id": NUMBER, "display_phone_number": "+1 555-010-0277", "verified_name": "Apart" });
    let waba = json!({ "name": "Apart", "business_id": "301900000000077", "numbers": [number] });
    put(format!("wabas/{WABA}"), waba).await;
    put(
        "customers/noor".to_owned(),
        json!({ "name": "Noor", "phone": "15550109077" }),
    )
    .await;
    let order = json!({
        "meta_app_id": app.id, "provider_waba_id": WABA, "provider_number_id": NUMBER, "access_token": TOKEN,
    });
    let connection = it.tenant_api(0, Method::POST, "connections", Some(order)).await;
    assert_eq!(connection.body["state"], "connected", "{}", connection.text);
}

/// When we are killed.
#[derive(Clone, Copy, Debug)]
enum Moment {
    /// The provider has the request and has not looked at it.
    Waiting,
    /// The provider took it; we may or may not have read the answer.
    Answered,
}

/// Sends, kills us at that moment, and starts again.
async fn killed(it: &mut Installation, talk: &Talk, body: &str, moment: Moment) {
    let faults = match moment {
        Moment::Waiting => json!({ "latency_ms": 1_000 }),
        Moment::Answered => json!({ "webhook_outage": true }),
    };
    talk.faults(it, faults).await;
    let id = talk.send(it, body).await;
    eventually(body, async || {
        let now = match moment {
            Moment::Waiting => talk.send_waits(it).await,
            Moment::Answered => talk.calls(it, &id).await == ["answered"],
        };
        now.then_some(())
    })
    .await;
    it.kill();
    talk.faults(it, json!({})).await;
    it.launch().await;
    talk.lane_has_looked(it, &format!("After: {body}")).await;
    eventually("the provider's last word", async || {
        (!talk.send_waits(it).await).then_some(())
    })
    .await;
    let calls = talk.calls(it, &id).await;
    assert_eq!(calls, ["answered"], "{body}");
    assert_eq!(talk.on_phone(it, body).await, 1, "{body}");
    let seen = talk.reaches(it, &id, &["delivered"]).await;
    assert_eq!(seen.attempts.len(), 1, "{}", seen.body);
    println!("{body}: {}, ledger {:?}", seen.status, seen.attempts);
}

#[tokio::test]
async fn killed_while_a_send_is_in_flight_it_is_called_once() {
    let allow = |base: u16| vec![("PARLANCE_EGRESS__ALLOW", format!("127.0.0.1:{}", base + 5))];
    let mut it = Installation::start_with("in-flight", allow).await;
    let port = it.port_base + 5;
    let folder = it.scratch.dir.join("apart");
    std::fs::create_dir(&folder).unwrap();
    let mut command = parlance(&["sandbox", "--port", &port.to_string(), "--data-dir"]);
    command.arg(&folder);
    let mut apart = Program::start(command, &folder);
    let sandbox = format!("http://127.0.0.1:{port}");
    connect(&it, &sandbox).await;
    let talk = Talk::begin(&it, &sandbox, NUMBER, "noor").await;
    killed(
        &mut it,
        &talk,
        "Killed before the provider looked",
        Moment::Waiting,
    )
    .await;
    for round in 0..3 {
        let body = format!("Killed when the provider had answered, {round}");
        killed(&mut it, &talk, &body, Moment::Answered).await;
    }
    apart.assert_runs();
    it.stop().await;
}
