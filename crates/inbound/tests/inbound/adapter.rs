//! A provider of the tests: bodies are plain JSON, signatures are SHA-256 over secret and body.

use std::borrow::Cow;

use domain::{
    MessageId,
    channel::Party,
    content::{Content, Direction, Media, Referral, Source},
    ports::{
        AddressBookEntry, Change, Fact, IdentityChange, InboundAdapter, InboundMessage, NumberAspect,
        NumberUpdate, Preference, Pricing, Revision, StatusUpdate, TemplateAspect, TemplateUpdate,
    },
    status::MessageStatus,
};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use time::{Duration, OffsetDateTime, macros::datetime};

pub use crate::body::{Body, BodyChange, BodyFact, Who};

pub const SIGNATURE: &str = "x-test-signature";
pub const START: OffsetDateTime = datetime!(2026-11-22 08:00 UTC);

const TEMPLATE_ASPECTS: [TemplateAspect; 3] = [
    TemplateAspect::Status,
    TemplateAspect::Quality,
    TemplateAspect::Category,
];
const NUMBER_ASPECTS: [NumberAspect; 6] = [
    NumberAspect::Quality,
    NumberAspect::Throughput,
    NumberAspect::Name,
    NumberAspect::VerifiedName,
    NumberAspect::Limit,
    NumberAspect::Account,
];

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

fn party(who: Who) -> Party {
    Party {
        phone: who.phone,
        user_id: who.user,
        username: who.username,
        profile_name: who.name,
        parent_user_id: None,
    }
}

fn fact(fact: BodyFact) -> Fact {
    let message = |id: String, seconds: i64, from: Who, content: Content| {
        Fact::Message(Box::new(InboundMessage::new(
            id,
            at(seconds),
            party(from),
            content,
        )))
    };
    let direction = |ours: bool| {
        if ours {
            Direction::Outbound
        } else {
            Direction::Inbound
        }
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
            pricing: Pricing::default(),
        })),
        BodyFact::Copy {
            id,
            at: seconds,
            who,
            source,
            ours,
            referred,
            body,
        } => Fact::Message(Box::new(InboundMessage {
            source: Source::from_code(source).unwrap(),
            direction: direction(ours),
            status: if ours {
                MessageStatus::Sent
            } else {
                MessageStatus::Received
            },
            referral: referred.then(Referral::default),
            ..InboundMessage::new(
                id,
                at(seconds),
                party(who),
                Content::Text {
                    body,
                    preview_url: false,
                },
            )
        })),
        BodyFact::Revision {
            id,
            at: seconds,
            target,
            ours,
            body,
        } => Fact::Revision(Box::new(Revision {
            provider_id: id,
            target_provider_id: target,
            direction: direction(ours),
            content: body.map(|body| Content::Text {
                body,
                preview_url: false,
            }),
            at: at(seconds),
        })),
        BodyFact::Reaction { id, at, from, target } => {
            let content = Content::Reaction {
                target_provider_id: target,
                emoji: Some("👍".to_owned()),
            };
            message(id, at, from, content)
        }
        BodyFact::Changed {
            id,
            at: seconds,
            from,
            before,
        } => {
            let content = Content::System {
                event: "user_changed_number".to_owned(),
                body: None,
            };
            let identity = IdentityChange {
                user_id: before.user,
                phone: before.phone,
            };
            Fact::Message(Box::new(InboundMessage {
                identity: Some(identity),
                ..InboundMessage::new(id, at(seconds), party(from), content)
            }))
        }
        BodyFact::Wish {
            at: seconds,
            from,
            granted,
        } => Fact::Preference(Box::new(Preference {
            customer: party(from),
            granted,
            word: if granted { "resume" } else { "stop" }.to_owned(),
            at: at(seconds),
        })),
        BodyFact::Book {
            at: seconds,
            from,
            name,
        } => Fact::AddressBook(Box::new(AddressBookEntry {
            customer: party(from),
            name,
            at: at(seconds),
        })),
        BodyFact::Priced {
            id,
            at: seconds,
            rank,
            free_until,
        } => Fact::Status(Box::new(StatusUpdate {
            provider_id: id,
            status: MessageStatus::from_rank(rank).unwrap(),
            at: at(seconds),
            message_id: None,
            recipient: Party::default(),
            error: None,
            pricing: Pricing {
                billable: Some(free_until.is_none()),
                model: Some("PMP".to_owned()),
                kind: Some(
                    if free_until.is_none() {
                        "regular"
                    } else {
                        "free_entry_point"
                    }
                    .to_owned(),
                ),
                category: Some("utility".to_owned()),
                free_until: free_until.map(at),
            },
        })),
        BodyFact::Template {
            key,
            at: seconds,
            name,
            aspect,
            effect,
        } => Fact::Template(Box::new(TemplateUpdate {
            key,
            provider_id: Some(format!("id of {name}")),
            name: Some(name),
            language: Some("en".to_owned()),
            aspect: TEMPLATE_ASPECTS[usize::from(aspect)],
            event: effect.clone().unwrap_or_default(),
            reason: effect.clone().filter(|effect| effect == "REJECTED"),
            effect,
            detail: serde_json::Value::Null,
            at: Some(at(seconds)),
        })),
        BodyFact::Number {
            key,
            at: seconds,
            digits,
            aspect,
            effect,
        } => Fact::Number(Box::new(NumberUpdate {
            key,
            display_phone_number: digits,
            aspect: NUMBER_ASPECTS[usize::from(aspect)],
            event: effect.clone().unwrap_or_default(),
            effect,
            only_app: None,
            detail: serde_json::Value::Null,
            at: Some(at(seconds)),
        })),
        BodyFact::Other(what) => Fact::Unsupported { what },
    }
}
