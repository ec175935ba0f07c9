use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::clock::rfc3339;
use crate::state::Sandbox;

/// `GET /sandbox/state`: apps, WABAs, numbers, customers and the clock; no secrets.
pub(super) async fn read(State(sandbox): State<Sandbox>) -> Json<Value> {
    let now_ms = sandbox.now_ms();
    let offset_ms = sandbox.clock().offset_ms();
    Json(sandbox.read(|world| {
        let apps: Vec<Value> = world
            .apps
            .values()
            .map(|app| json!({"id": app.id, "callback_url": app.callback_url}))
            .collect();
        let wabas: Vec<Value> = world
            .wabas
            .values()
            .map(|waba| {
                let count = world
                    .templates
                    .values()
                    .filter(|template| template.waba_id == waba.id)
                    .count();
                json!({
                    "id": waba.id,
                    "name": waba.name,
                    "business_id": waba.business_id,
                    "subscribed_apps": waba.subscriptions.keys().collect::<Vec<_>>(),
                    "templates": count,
                })
            })
            .collect();
        let numbers: Vec<Value> = world
            .numbers
            .values()
            .map(|number| {
                json!({
                    "id": number.id,
                    "waba_id": number.waba_id,
                    "waba_name": world.wabas.get(&number.waba_id).map(|waba| &waba.name),
                    "display_phone_number": number.display_phone_number,
                    "verified_name": number.verified_name,
                    "registered": number.registered,
                    "status": number.status(),
                    "quality_rating": number.quality_rating,
                    "verification_code": number.verification_code,
                })
            })
            .collect();
        let customers: Vec<Value> = world
            .customers
            .values()
            .map(|customer| json!({"key": customer.key, "name": customer.name, "phone": customer.phone}))
            .collect();
        json!({
            "apps": apps,
            "wabas": wabas,
            "numbers": numbers,
            "customers": customers,
            "pending_webhooks": world.webhooks_pending(),
            "clock": {"now": rfc3339(now_ms), "offset_ms": offset_ms},
        })
    }))
}
