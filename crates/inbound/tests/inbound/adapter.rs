//! A provider of the tests: bodies are plain JSON, signatures are SHA-256 over secret and body.

use std::borrow::Cow;

use domain::{
    MessageId,
    channel::Party,
    content::{Content, Media},
    ports::{Change, Fact, InboundAdapter, InboundMessage, StatusUpdate},
    status::MessageStatus,
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use time::{Duration, OffsetDateTime, macros::datetime};

pub const SIGNATURE: &str = "x-test-signature";
pub const START: OffsetDateTime = datetime!(2026-11-22 08:00 UTC);

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Body {
    pub changes: Vec<BodyChange>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BodyChange {
    pub waba: Option<String>,
    pub number: Option<String>,
    pub field: String,
    pub facts: Vec<BodyFact>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum BodyFact {
    Text {
        id: String,
        at: i64,
        from: Who,
        body: String,
    },
    Image {
        id: String,
        at: i64,
        from: Who,
        media: String,
    },
    Status {
        id: String,
        at: i64,
        rank: i16,
        callback: Option<String>,
        error: Option<i64>,
    },
    Other(String),
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, PartialEq, Eq)]
pub struct Who {
    pub phone: Option<String>,
    pub user: Option<String>,
    pub username: Option<String>,
    pub name: Option<String>,
}

pub fn at(seconds: i64) -> OffsetDateTime {
    START + Duration::seconds(seconds)
}

pub fn sign(secret: &str, body: &[u8]) -> String {
    hex::encode(Sha256::new().chain_update(secret).chain_update(body).finalize())
}

pub struct TestAdapter;

impl InboundAdapter for TestAdapter {
    fn verify(&self, secrets: &[SecretString], signature: &str, body: &[u8]) -> bool {
        secrets
            .iter()
            .any(|secret| sign(secret.expose_secret(), body) == signature)
    }

    fn signature_header(&self) -> &'static str {
        SIGNATURE
    }

    fn stream_key<'a>(&self, body: &'a [u8]) -> Cow<'a, [u8]> {
        Cow::Borrowed(body)
    }

    fn parse(&self, body: &[u8]) -> Vec<Change> {
        let unreadable = || {
            let facts = vec![Fact::Unsupported {
                what: "unreadable".to_owned(),
            }];
            vec![Change {
                index: 0,
                provider_waba_id: None,
                provider_number_id: None,
                field: String::new(),
                facts,
            }]
        };
        let Ok(body) = serde_json::from_slice::<Body>(body) else {
            return unreadable();
        };
        let changes = body.changes.into_iter().zip(0..);
        changes
            .map(|(change, index)| Change {
                index,
                provider_waba_id: change.waba,
                provider_number_id: change.number,
                field: change.field,
                facts: change.facts.into_iter().map(fact).collect(),
            })
            .collect()
    }
}

fn fact(fact: BodyFact) -> Fact {
    let message = |id: String, seconds: i64, from: Who, content: Content| {
        let from = Party {
            phone: from.phone,
            user_id: from.user,
            username: from.username,
            profile_name: from.name,
        };
        Fact::Message(Box::new(InboundMessage {
            provider_id: id,
            sent_at: at(seconds),
            from,
            content,
            reply_to: None,
        }))
    };
    match fact {
        BodyFact::Text { id, at, from, body } => message(
            id,
            at,
            from,
            Content::Text {
                body,
                preview_url: false,
            },
        ),
        BodyFact::Image { id, at, from, media } => {
            let part = Media {
                provider_media_id: Some(media),
                mime_type: Some("image/png".to_owned()),
                ..Media::default()
            };
            message(id, at, from, Content::Image(part))
        }
        BodyFact::Status {
            id,
            at: seconds,
            rank,
            callback,
            error,
        } => Fact::Status(Box::new(StatusUpdate {
            provider_id: id,
            status: MessageStatus::from_rank(rank).unwrap(),
            at: at(seconds),
            message_id: callback.map(|id| id.parse::<MessageId>().unwrap()),
            recipient: Party::default(),
            error: error.map(|code| (code, format!("error {code}"))),
        })),
        BodyFact::Other(what) => Fact::Unsupported { what },
    }
}
