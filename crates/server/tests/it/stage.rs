//! A customer, a conversation and a sandbox, seen from both ends.

use egress::Method;
use serde_json::{Value, json};

use crate::installation::Installation;
use crate::process::eventually;

/// A conversation of the first tenant with one customer of a sandbox.
pub struct Talk {
    pub sandbox: String,
    pub number_id: String,
    pub customer: &'static str,
    pub conversation: String,
}

/// A message with its ledger, as the API shows it.
#[derive(Debug)]
pub struct Seen {
    pub status: String,
    pub attempts: Vec<String>,
    pub body: Value,
}

impl Talk {
    /// The customer writes first; the conversation is there.
    pub async fn begin(it: &Installation, sandbox: &str, number_id: &str, customer: &'static str) -> Self {
        let path = format!("customers/{customer}/threads/{number_id}/messages");
        let hello = format!("Hello from {customer}");
        let body = json!({ "type": "text", "text": hello });
        it.http.sandbox(sandbox, Method::POST, &path, Some(body)).await;
        let conversation = eventually("the conversation", async || {
            let list = it
                .tenant_api(0, Method::GET, "conversations", None)
                .await
                .expect(200);
            let items = list["items"].as_array()?;
            let own = items
                .iter()
                .find(|item| item["preview"]["text"] == hello.as_str())?;
            own["id"].as_str().map(str::to_owned)
        })
        .await;
        Self {
            sandbox: sandbox.to_owned(),
            number_id: number_id.to_owned(),
            customer,
            conversation,
        }
    }

    /// Sets the sandbox's switches; what is left out is off.
    pub async fn faults(&self, it: &Installation, faults: Value) {
        it.http
            .sandbox(&self.sandbox, Method::POST, "faults", Some(faults))
            .await;
    }

    /// Sends a text; the message's id.
    pub async fn send(&self, it: &Installation, body: &str) -> String {
        let tenant = &it.dev.tenants[0];
        let url = format!("{}/v1/t/{}/messages", it.dev.tenant_app, tenant.slug);
        let request = it
            .http
            .request(Method::POST, &url)
            .bearer(&tenant.api_key)
            .header(egress::HeaderName::from_static("idempotency-key"), body);
        let content = json!({ "type": "text", "body": body });
        let order = json!({ "conversation_id": self.conversation, "content": content });
        let sent = crate::wire::Http::send(request, Some(order)).await.expect(202);
        sent["message"]["id"].as_str().unwrap().to_owned()
    }

    pub async fn message(&self, it: &Installation, id: &str) -> Seen {
        let path = format!("messages/{id}");
        let body = it.tenant_api(0, Method::GET, &path, None).await.expect(200);
        let attempts = body["attempts"].as_array().unwrap().iter();
        Seen {
            status: body["message"]["status"].as_str().unwrap().to_owned(),
            attempts: attempts
                .map(|attempt| attempt["state"].as_str().unwrap().to_owned())
                .collect(),
            body,
        }
    }

    /// Waits until the message has one of these statuses.
    pub async fn reaches(&self, it: &Installation, id: &str, statuses: &[&str]) -> Seen {
        let mut last = String::new();
        let what = format!("{id} to become one of {statuses:?}");
        eventually(&what, async || {
            let seen = self.message(it, id).await;
            if last != seen.status {
                println!("{id}: {} {:?}", seen.status, seen.attempts);
                last.clone_from(&seen.status);
            }
            statuses.contains(&seen.status.as_str()).then_some(seen)
        })
        .await
    }

    /// Waits until a text sent now is on the phone: the lane has looked at everything that was planned before.
    pub async fn lane_has_looked(&self, it: &Installation, body: &str) {
        let id = self.send(it, body).await;
        self.reaches(it, &id, &["delivered", "read"]).await;
        assert_eq!(self.on_phone(it, body).await, 1);
    }

    /// How often the customer sees this text from the business, delivered or still on its way.
    pub async fn on_phone(&self, it: &Installation, body: &str) -> usize {
        let path = format!("customers/{}/threads/{}?all=true", self.customer, self.number_id);
        let thread = it.http.sandbox(&self.sandbox, Method::GET, &path, None).await;
        let messages = thread["messages"].as_array().unwrap().iter();
        messages
            .filter(|message| message["from"] == "business" && message["content"]["body"] == body)
            .count()
    }

    async fn record(&self, it: &Installation) -> Vec<Value> {
        let mut record = it.http.sandbox(&self.sandbox, Method::GET, "calls", None).await;
        record["calls"].as_array_mut().map(std::mem::take).unwrap()
    }

    /// Outcomes of the Graph calls that carried this message, in the sandbox's record.
    pub async fn calls(&self, it: &Installation, id: &str) -> Vec<String> {
        let record = self.record(it).await;
        let calls = record
            .iter()
            .filter(|call| call["biz_opaque_callback_data"] == id);
        calls
            .map(|call| call["outcome"].as_str().unwrap().to_owned())
            .collect()
    }

    /// True while the sandbox has a send that it has not looked at yet.
    pub async fn send_waits(&self, it: &Installation) -> bool {
        let record = self.record(it).await;
        record
            .iter()
            .any(|call| call["outcome"] == "pending" && call["path"].as_str().unwrap().ends_with("/messages"))
    }
}
