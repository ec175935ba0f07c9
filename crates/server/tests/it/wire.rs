//! Calls over HTTP, and webhooks as Meta signs them.

use egress::{AllowRule, Egress, ErrorKind, HeaderName, Method, Policy, Request, Timeouts, header};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::manifest::Tenant;

/// A whole answer; the body is null when it is no JSON.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
    pub text: String,
    set_cookie: Option<String>,
}

impl Answer {
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.body
    }

    /// The session that a sign-in set: `name=value`.
    pub fn cookie(&self) -> String {
        let set = self.set_cookie.as_deref().expect("a cookie");
        set.split(';').next().unwrap().to_owned()
    }
}

#[derive(Clone)]
pub struct Http(Egress);

impl Http {
    /// A client for this machine only.
    pub fn new() -> Self {
        let here: AllowRule = "127.0.0.0/8".parse().unwrap();
        Self(Egress::new(Policy { allow: vec![here] }, Timeouts::default()).unwrap())
    }

    pub fn request(&self, method: Method, url: &str) -> Request {
        self.0.request(method, url)
    }

    pub async fn send(request: Request, body: Option<Value>) -> Answer {
        let request = match &body {
            Some(body) => request.json(body),
            None => request,
        };
        let response = request.send().await.unwrap();
        let text = String::from_utf8_lossy(&response.body).into_owned();
        Answer {
            status: response.status.as_u16(),
            body: serde_json::from_str(&text).unwrap_or_default(),
            set_cookie: response.header("set-cookie").map(str::to_owned),
            text,
        }
    }

    /// As a page of the same origin sends it.
    pub async fn browse(
        &self,
        method: Method,
        url: &str,
        cookie: Option<&str>,
        body: Option<Value>,
    ) -> Answer {
        let origin = url.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
        let request = self.request(method, url).header(header::ORIGIN, &origin);
        let request = match cookie {
            Some(cookie) => request.header(header::COOKIE, cookie),
            None => request,
        };
        Self::send(request, body).await
    }

    /// A call to a sandbox's control API that has to go well.
    pub async fn sandbox(&self, base: &str, method: Method, path: &str, body: Option<Value>) -> Value {
        let answer = Self::send(self.request(method, &format!("{base}/sandbox/{path}")), body).await;
        assert!(answer.status < 300, "{path}: {}", answer.text);
        answer.body
    }

    /// Posts a body signed with `secret`; the answer's status.
    pub async fn webhook(&self, url: &str, secret: &str, body: &[u8]) -> Result<u16, ErrorKind> {
        self.signed(url, Some(&signature(secret, body)), body).await
    }

    /// Posts a body under any signature, or none.
    pub async fn signed(&self, url: &str, signature: Option<&str>, body: &[u8]) -> Result<u16, ErrorKind> {
        let name = HeaderName::from_static("x-hub-signature-256");
        let request = self
            .request(Method::POST, url)
            .body("application/json", body.to_vec());
        let request = match signature {
            Some(signature) => request.header(name, signature),
            None => request,
        };
        match request.send().await {
            Ok(response) => Ok(response.status.as_u16()),
            Err(error) => Err(error.kind),
        }
    }
}

/// `X-Hub-Signature-256` of a body.
pub fn signature(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

/// SHA-256 in hex, as the database's `encode(sha256(…), 'hex')`.
pub fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// A body with these entries.
pub fn envelope(entries: &[Value]) -> Vec<u8> {
    let body = json!({ "object": "whatsapp_business_account", "entry": entries });
    serde_json::to_vec(&body).unwrap()
}

/// An entry of a tenant's WABA with one change.
pub fn entry(tenant: &Tenant, field: &str, value: Value) -> Value {
    json!({ "id": tenant.waba_id, "changes": [{ "field": field, "value": value }] })
}

/// The value of a `messages` change on a tenant's number, with `more` beside its metadata.
pub fn on_number(tenant: &Tenant, more: Value) -> Value {
    let digits: String = tenant
        .display_phone_number
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    let mut value = json!({
        "messaging_product": "whatsapp",
        "metadata": { "display_phone_number": digits, "phone_number_id": tenant.phone_number_id },
    });
    let fields = value.as_object_mut().unwrap();
    fields.extend(more.as_object().unwrap().clone());
    value
}

/// A text from a customer with a phone and a user id.
pub fn text(tenant: &Tenant, customer: u32, message_id: &str, at: u64, body: &str) -> Value {
    let (phone, user_id) = (format!("1555020{customer:04}"), format!("US.C{customer}"));
    let more = json!({
        "contacts": [{ "profile": { "name": format!("Customer {customer}") }, "wa_id": phone, "user_id": user_id }],
        "messages": [{
            "from": phone,
            "from_user_id": user_id,
            "id": message_id,
            "timestamp": at.to_string(),
            "type": "text",
            "text": { "body": body },
        }],
    });
    entry(tenant, "messages", on_number(tenant, more))
}
