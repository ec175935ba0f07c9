//! The send transaction.

use domain::{
    ContactId, ConversationId, Error, ErrorKind, MessageId, PhoneNumberId, Result,
    channel::{IdentityKind, Recipient},
    content::Content,
    decision::{CUSTOMER_SERVICE_WINDOW, Decision, Rule, SendFacts, decide, is_marketing},
    event::DomainEvent,
    permission::Permission,
    status::MessageStatus,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use store::{
    Actor, TenantScope, TenantTx, audit, consents, contacts, conversations,
    idempotency::{self, Claim},
    messages::{self, NewOutbound, Priority},
    numbers::{self, NumberRow},
    outbox, templates,
};
use time::{Duration, OffsetDateTime};
use utoipa::ToSchema;

use super::{
    draft::{Draft, NewContent, draft, redraft},
    recipient::{phone_digits, user_id},
};
use crate::{inbox::MessageView, tenant::TenantServices};

/// Scope of idempotency keys of sends.
const IDEMPOTENCY_SCOPE: &str = "messages.send";
/// Characters of an idempotency key.
const IDEMPOTENCY_KEY_MAX: usize = 128;
/// How far ahead a message may be written.
const AHEAD_MAX: Duration = Duration::days(30);

/// A message to send.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SendRequest {
    /// An existing conversation; or leave it out and give `phone_number_id` and `to`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<ConversationId>,
    /// The number to send from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_number_id: Option<PhoneNumberId>,
    /// The customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Recipient>,
    /// What to send.
    pub content: NewContent,
    /// The message that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<MessageId>,
    /// Not to be sent before, at most 30 days ahead; at once if left out. It can be cancelled until then.
    #[serde(
        default,
        with = "time::serde::rfc3339::option",
        skip_serializing_if = "Option::is_none"
    )]
    pub not_before: Option<OffsetDateTime>,
}

struct Target {
    conversation_id: ConversationId,
    phone_number_id: PhoneNumberId,
    last_inbound_at: Option<OffsetDateTime>,
    /// When it may go: now, or later.
    not_before: OffsetDateTime,
}

/// A queued message.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Sent {
    /// The message.
    pub message: MessageView,
    /// Why it was let through.
    pub decision: Decision,
}

/// What a send ended as.
#[derive(Debug)]
pub enum Outcome {
    /// Queued now.
    Queued(Box<Sent>),
    /// Queued before under the same key: the same answer, as JSON text.
    Replayed(String),
    /// A rule refused it; nothing was stored.
    Refused(Decision),
}

impl TenantServices {
    /// Queues a message under an idempotency key: stored, in the ledger and audited in one transaction, or not at all.
    pub async fn send(&self, scope: &TenantScope, key: &str, request: &SendRequest) -> Result<Outcome> {
        scope.require(Permission::MessagesSend)?;
        check_key(key)?;
        let hash = Sha256::digest(serde_json::to_vec(request).map_err(Error::internal)?);
        let now = self.clock.now();
        let mut tx = self.db.begin(scope).await?;
        match idempotency::claim(&mut tx, IDEMPOTENCY_SCOPE, key, &hash, now).await? {
            Claim::New => {}
            Claim::Replay(answer) => return Ok(Outcome::Replayed(answer)),
            Claim::Reused => return Err(key_reused()),
        }
        let target = self.target(&mut tx, request, now).await?;
        let number = numbers::get(&mut tx, target.phone_number_id).await?;
        let mut draft = draft(&mut tx, &request.content, target.conversation_id, &number).await?;
        if let Some(message) = request.reply_to {
            draft.reply_to = messages::provider_id_of(&mut tx, target.conversation_id, message).await?;
        }
        self.decide_and_queue(tx, scope, key, &target, &number, draft)
            .await
    }

    /// Queues what an unknown or failed message held once more, as a new message: the person knows that it may double.
    pub async fn send_again(&self, scope: &TenantScope, key: &str, id: MessageId) -> Result<Outcome> {
        scope.require(Permission::MessagesSend)?;
        check_key(key)?;
        let now = self.clock.now();
        let mut tx = self.db.begin(scope).await?;
        let hash = Sha256::digest(id.to_string());
        match idempotency::claim(&mut tx, IDEMPOTENCY_SCOPE, key, &hash, now).await? {
            Claim::New => {}
            Claim::Replay(answer) => return Ok(Outcome::Replayed(answer)),
            Claim::Reused => return Err(key_reused()),
        }
        let message = messages::get(&mut tx, id).await?;
        if !matches!(message.status, MessageStatus::Unknown | MessageStatus::Failed) {
            return Err(Error::new(
                ErrorKind::Conflict,
                "not-resendable",
                "Only a failed message, or one whose fate is unknown, can be sent again.",
            ));
        }
        let conversation = conversations::get(&mut tx, message.conversation_id).await?;
        let number = numbers::get(&mut tx, message.phone_number_id).await?;
        let target = Target {
            conversation_id: conversation.id,
            phone_number_id: number.id,
            last_inbound_at: conversation.last_inbound_at,
            not_before: now,
        };
        let draft = redraft(&mut tx, message.content, message.reply_to, &number).await?;
        self.decide_and_queue(tx, scope, key, &target, &number, draft)
            .await
    }

    async fn decide_and_queue(
        &self,
        mut tx: TenantTx,
        scope: &TenantScope,
        key: &str,
        target: &Target,
        number: &NumberRow,
        draft: Draft,
    ) -> Result<Outcome> {
        let marketing = match &draft.content {
            Content::Template(message) => {
                let found =
                    templates::find(&mut tx, number.waba_id, &message.name, &message.language).await?;
                is_marketing(&found.template.category)
            }
            _ => false,
        };
        let decision = decide(&SendFacts {
            now: target.not_before,
            window_expires_at: target.last_inbound_at.map(|at| at + CUSTOMER_SERVICE_WINDOW),
            is_template: matches!(draft.content, Content::Template(_)),
            template_fault: draft.template_fault.clone(),
            tenant_active: scope.tenant().active,
            number_pause: number.paused_reason.clone(),
            is_marketing: marketing,
            withdrawn: consents::withdrawn(&mut tx, target.conversation_id).await?,
            last_inbound_at: target.last_inbound_at,
        });
        if !decision.allowed {
            return Ok(Outcome::Refused(decision));
        }
        // Late: whoever sends next under the same limit waits until this one is committed.
        self.take_message(&mut tx, self.clock.now()).await?;
        let sent = self.queue(&mut tx, scope, target, draft, decision).await?;
        let answer = serde_json::to_string(&sent).map_err(Error::internal)?;
        idempotency::complete(&mut tx, IDEMPOTENCY_SCOPE, key, &answer).await?;
        tx.commit().await?;
        self.lanes.wake(scope.tenant_id(), target.phone_number_id);
        self.hub.wake();
        Ok(Outcome::Queued(Box::new(sent)))
    }

    async fn queue(
        &self,
        tx: &mut TenantTx,
        scope: &TenantScope,
        target: &Target,
        draft: Draft,
        decision: Decision,
    ) -> Result<Sent> {
        let now = self.clock.now();
        let id: MessageId = self.ids.make();
        let content = &draft.content;
        let priority = if matches!(scope.actor(), Actor::User { .. }) {
            Priority::Reply
        } else {
            Priority::Transactional
        };
        let message = NewOutbound {
            id,
            attempt_id: self.ids.make(),
            conversation_id: target.conversation_id,
            phone_number_id: target.phone_number_id,
            content,
            media_id: draft.media_id,
            reply_to: draft.reply_to.clone(),
            decision: &decision,
            author: scope.actor(),
            priority,
            now,
            not_before: target.not_before,
        };
        messages::queue(tx, &message).await?;
        let preview = content.preview();
        let second = now.replace_nanosecond(0).unwrap_or(now);
        let touch = conversations::Touch {
            at: second,
            preview: &preview,
            kind: content.kind(),
        };
        conversations::touch(tx, target.conversation_id, &touch).await?;
        let rule: &str = decision.rule.into();
        audit::append(
            tx,
            scope,
            &self.audit(
                "message.send",
                id,
                json!({ "kind": content.kind(), "rule": rule }),
            ),
        )
        .await?;
        let conversation_id = target.conversation_id;
        let events = [
            DomainEvent::MessageCreated {
                conversation_id,
                message_id: id,
            },
            DomainEvent::ConversationUpdated { conversation_id },
        ];
        outbox::push(tx, now, &events).await?;
        Ok(Sent {
            message: messages::get(tx, id).await?.into(),
            decision,
        })
    }

    async fn target(&self, tx: &mut TenantTx, request: &SendRequest, now: OffsetDateTime) -> Result<Target> {
        let not_before = request.not_before.unwrap_or(now).max(now);
        if not_before > now + AHEAD_MAX {
            return Err(Error::invalid("not_before", "At most 30 days ahead."));
        }
        match (request.conversation_id, request.phone_number_id, &request.to) {
            (Some(id), None, None) => {
                let conversation = conversations::get(tx, id).await?;
                Ok(Target {
                    conversation_id: conversation.id,
                    phone_number_id: conversation.phone_number_id,
                    last_inbound_at: conversation.last_inbound_at,
                    not_before,
                })
            }
            (None, Some(number), Some(to)) => {
                let number = numbers::get(tx, number).await?;
                let contact = self.contact_of(tx, &number, to, now).await?;
                let id = self.ids.make();
                let id =
                    conversations::ensure(tx, id, contact, number.channel_account_id, number.id, now).await?;
                let conversation = conversations::get(tx, id).await?;
                Ok(Target {
                    conversation_id: id,
                    phone_number_id: number.id,
                    last_inbound_at: conversation.last_inbound_at,
                    not_before,
                })
            }
            _ => Err(Error::invalid(
                "conversation_id",
                "Give either conversation_id, or phone_number_id together with to.",
            )),
        }
    }

    async fn contact_of(
        &self,
        tx: &mut TenantTx,
        number: &NumberRow,
        to: &Recipient,
        now: OffsetDateTime,
    ) -> Result<ContactId> {
        let (kind, value) = match to {
            Recipient::Phone(text) => (IdentityKind::Phone, phone_digits(text)?),
            Recipient::UserId(text) => (IdentityKind::UserId, user_id(text)?),
        };
        Ok(contacts::ensure(tx, self.ids.make(), number.portfolio_id, kind, &value, now).await?)
    }
}

pub(crate) fn check_key(key: &str) -> Result<()> {
    if key.is_empty() || key.len() > IDEMPOTENCY_KEY_MAX {
        return Err(Error::invalid(
            "idempotency-key",
            "Send the header Idempotency-Key with 1 to 128 characters, one key per message or note.",
        ));
    }
    Ok(())
}

pub(crate) fn key_reused() -> Error {
    Error::new(
        ErrorKind::Conflict,
        "idempotency-key-reused",
        "This Idempotency-Key was used for another request. Use a fresh key for each message.",
    )
}

/// The error that tells a refusal; its code is the rule.
#[must_use]
pub fn refusal(decision: &Decision) -> Error {
    let code = match decision.rule {
        Rule::WindowClosed => "window-closed",
        Rule::TenantSuspended => "tenant-suspended",
        Rule::ConsentWithdrawn => "consent-withdrawn",
        Rule::TemplateNotReady | Rule::Allowed => "template-not-ready",
    };
    Error::new(ErrorKind::Refused, code, decision.reason.clone())
}
