//! Answers of Graph, read tolerantly.

use domain::ports::{NumberDetails, NumberFields, SubmittedTemplate, TokenFields, TokenScope, WabaFields};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use time::OffsetDateTime;

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
    pub name_status: Option<String>,
    pub code_verification_status: Option<String>,
    /// The portfolio's.
    pub whatsapp_business_manager_messaging_limit: Option<String>,
    pub platform_type: Option<String>,
    pub account_mode: Option<String>,
    pub is_pin_enabled: Option<bool>,
    pub is_on_biz_app: Option<bool>,
    pub is_official_business_account: Option<bool>,
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
            details: NumberDetails {
                name_status: self.name_status,
                code_verification_status: self.code_verification_status,
                messaging_limit: self.whatsapp_business_manager_messaging_limit,
                platform_type: self.platform_type,
                account_mode: self.account_mode,
                is_pin_enabled: self.is_pin_enabled,
                is_on_biz_app: self.is_on_biz_app,
                is_official_business_account: self.is_official_business_account,
            },
        }
    }
}

/// A quality score as `{"score": "GREEN"}` or as `"GREEN"`.
pub(super) fn score(value: &Value) -> Option<String> {
    value.get("score").unwrap_or(value).as_str().map(str::to_owned)
}

/// Answer of `GET /debug_token`.
#[derive(Debug, Deserialize)]
pub(super) struct Debugged {
    pub data: TokenNode,
}

#[derive(Debug, Deserialize)]
pub(super) struct TokenNode {
    #[serde(default)]
    pub is_valid: bool,
    pub app_id: Option<Id>,
    pub expires_at: Option<i64>,
    #[serde(default)]
    pub scopes: Vec<String>,
    #[serde(default)]
    pub granular_scopes: Vec<GranularScope>,
}

#[derive(Debug, Deserialize)]
pub(super) struct GranularScope {
    pub scope: String,
    #[serde(default)]
    pub target_ids: Vec<Id>,
}

impl TokenNode {
    pub(super) fn into_fields(self) -> TokenFields {
        let granular = self.granular_scopes;
        let targets = |name: &str| {
            let found = granular.iter().find(|granular| granular.scope == name);
            let ids = found.map(|found| found.target_ids.iter().map(|id| id.0.clone()).collect());
            ids.unwrap_or_default()
        };
        let scopes = self.scopes.into_iter();
        TokenFields {
            is_valid: self.is_valid,
            app_id: self.app_id.map(|id| id.0),
            // 0 means never.
            expires_at: self
                .expires_at
                .filter(|at| *at > 0)
                .and_then(|at| OffsetDateTime::from_unix_timestamp(at).ok()),
            scopes: scopes
                .map(|name| TokenScope {
                    targets: targets(&name),
                    name,
                })
                .collect(),
        }
    }
}

/// Answer of `POST /{waba}/message_templates`.
#[derive(Debug, Deserialize)]
pub(super) struct Submitted {
    pub id: Id,
    pub status: Option<String>,
    pub category: Option<String>,
}

impl Submitted {
    pub(super) fn into_domain(self, asked_category: &str) -> SubmittedTemplate {
        SubmittedTemplate {
            provider_id: self.id.0,
            status: self.status.unwrap_or_else(|| "PENDING".to_owned()),
            category: self.category.unwrap_or_else(|| asked_category.to_owned()),
        }
    }
}

/// Answer of the second call of a resumable upload.
#[derive(Debug, Deserialize)]
pub(super) struct UploadHandle {
    pub h: String,
}
