//! What goes over the wire, as Graph spells it; answers are read tolerantly.

use std::borrow::Cow;

use domain::ports::{NumberFields, WabaFields};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// Body of `POST /{number}/messages`.
#[derive(Debug, Serialize)]
pub(super) struct Message<'a> {
    pub messaging_product: &'static str,
    pub recipient_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipient: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<Context<'a>>,
    pub biz_opaque_callback_data: String,
    #[serde(flatten)]
    pub content: Content<'a>,
}

#[derive(Debug, Serialize)]
pub(super) struct Context<'a> {
    pub message_id: &'a str,
}

/// Serializes as `"type": …` with the object of that name beside it.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Content<'a> {
    Text { text: Text<'a> },
    Image { image: Media<'a> },
    Template { template: Template<'a> },
    Interactive { interactive: Interactive<'a> },
}

#[derive(Debug, Serialize)]
pub(super) struct Text<'a> {
    pub body: &'a str,
}

#[derive(Debug, Serialize)]
pub(super) struct Media<'a> {
    pub id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caption: Option<&'a str>,
}

#[derive(Debug, Serialize)]
pub(super) struct Template<'a> {
    pub name: &'a str,
    pub language: Language<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<Component<'a>>,
}

#[derive(Debug, Serialize)]
pub(super) struct Language<'a> {
    pub code: &'a str,
}

#[derive(Debug, Serialize)]
pub(super) struct Component<'a> {
    #[serde(rename = "type")]
    pub kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<String>,
    pub parameters: Vec<Parameter<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Parameter<'a> {
    Text {
        #[serde(skip_serializing_if = "Option::is_none")]
        parameter_name: Option<String>,
        text: Cow<'a, str>,
    },
    Image {
        image: Media<'a>,
    },
    Video {
        video: Media<'a>,
    },
    Document {
        document: Media<'a>,
    },
    Payload {
        payload: &'a str,
    },
    CouponCode {
        coupon_code: &'a str,
    },
}

#[derive(Debug, Serialize)]
pub(super) struct Interactive<'a> {
    #[serde(rename = "type")]
    pub kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<Header<'a>>,
    pub body: Words<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub footer: Option<Words<'a>>,
    pub action: Action<'a>,
}

#[derive(Debug, Serialize)]
pub(super) struct Header<'a> {
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub text: &'a str,
}

#[derive(Debug, Serialize)]
pub(super) struct Words<'a> {
    pub text: &'a str,
}

#[derive(Debug, Serialize)]
pub(super) struct Action<'a> {
    pub buttons: Vec<Button<'a>>,
}

#[derive(Debug, Serialize)]
pub(super) struct Button<'a> {
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub reply: Reply<'a>,
}

#[derive(Debug, Serialize)]
pub(super) struct Reply<'a> {
    pub id: &'a str,
    pub title: &'a str,
}

/// An id that Graph writes as a string or, in places, as a number.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Id(pub String);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(text) => Ok(Self(text)),
            Value::Number(number) => Ok(Self(number.to_string())),
            _ => Err(serde::de::Error::custom("an id is neither text nor number")),
        }
    }
}

/// Answer of a send.
#[derive(Debug, Deserialize)]
pub(super) struct Sent {
    #[serde(default)]
    pub contacts: Vec<SentContact>,
    #[serde(default)]
    pub messages: Vec<SentMessage>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct SentContact {
    pub wa_id: Option<String>,
    pub user_id: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct SentMessage {
    pub id: Id,
    pub message_status: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Success {
    #[serde(default)]
    pub success: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct Uploaded {
    pub id: Id,
}

/// Answer of `GET /{media}`.
#[derive(Debug, Deserialize)]
pub(super) struct MediaNode {
    pub url: String,
    pub mime_type: Option<String>,
    pub sha256: Option<String>,
    /// Bytes; a number, or the same as text.
    pub file_size: Option<Id>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Page {
    #[serde(default)]
    pub data: Vec<Value>,
    pub paging: Option<Paging>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Paging {
    pub cursors: Option<Cursors>,
    pub next: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Cursors {
    pub after: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct WabaNode {
    pub name: Option<String>,
    pub owner_business_info: Option<Business>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Business {
    pub id: Option<Id>,
}

impl WabaNode {
    pub(super) fn into_fields(self) -> WabaFields {
        let business_id = self
            .owner_business_info
            .and_then(|business| business.id)
            .map(|id| id.0);
        WabaFields {
            name: self.name.unwrap_or_default(),
            business_id,
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct SubscribedApp {
    pub whatsapp_business_api_data: AppNode,
}

#[derive(Debug, Deserialize)]
pub(super) struct AppNode {
    pub id: Id,
}

#[derive(Debug, Deserialize)]
pub(super) struct NumberNode {
    pub id: Id,
    pub display_phone_number: Option<String>,
    pub verified_name: Option<String>,
    pub quality_rating: Option<String>,
    pub quality_score: Option<Value>,
    pub status: Option<String>,
    pub throughput: Option<Throughput>,
    pub is_on_biz_app: Option<bool>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Throughput {
    pub level: Option<String>,
}

/// Messages per second by throughput level; a number that is also on the business app is fixed at 20.
const STANDARD_MPS: u32 = 80;
const HIGH_MPS: u32 = 1_000;
const COEXISTENCE_MPS: u32 = 20;

impl NumberNode {
    pub(super) fn into_fields(self) -> NumberFields {
        let level = self
            .throughput
            .and_then(|throughput| throughput.level)
            .unwrap_or_default();
        let throughput_mps = match level.as_str() {
            _ if self.is_on_biz_app == Some(true) => COEXISTENCE_MPS,
            "HIGH" => HIGH_MPS,
            _ => STANDARD_MPS,
        };
        let quality = self
            .quality_rating
            .or_else(|| self.quality_score.as_ref().and_then(score));
        NumberFields {
            display_phone_number: self.display_phone_number.unwrap_or_default(),
            verified_name: self.verified_name.unwrap_or_default(),
            quality: quality
                .filter(|rating| rating != "NA")
                .unwrap_or_else(|| "UNKNOWN".to_owned()),
            status: self.status.unwrap_or_else(|| "UNKNOWN".to_owned()),
            throughput_mps,
        }
    }
}

/// A quality score as `{"score": "GREEN"}` or as `"GREEN"`.
pub(super) fn score(value: &Value) -> Option<String> {
    value.get("score").unwrap_or(value).as_str().map(str::to_owned)
}
