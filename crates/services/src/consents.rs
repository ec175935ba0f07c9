//! Consents: what contacts allowed or withdrew, with proof.

use domain::{
    ConsentId, ContactId, Error, ErrorKind, Result,
    consent::{ConsentState, Topic},
    permission::Permission,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use store::{
    Actor, TenantScope, audit,
    consents::{self, ConsentRow, NewConsent},
    contacts,
    idempotency::{self, Claim},
    page::{Page, PageRequest},
};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::tenant::TenantServices;

/// Scope of idempotency keys of records.
const IDEMPOTENCY_SCOPE: &str = "consents.record";
/// Characters of an idempotency key.
const IDEMPOTENCY_KEY_MAX: usize = 128;
/// Characters of a proof.
const PROOF_MAX: usize = 500;

/// One word of a contact.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ConsentView {
    /// The record.
    pub id: ConsentId,
    /// What it is about.
    pub topic: Topic,
    /// What they said.
    pub state: ConsentState,
    /// `provider`, `keyword`, `button`, `agent`, `api` or `import`.
    pub source: String,
    /// Where and how it was given.
    pub proof: Option<String>,
    /// Who recorded it: a user or an API key.
    pub recorded_by: Option<String>,
    /// When the customer said so.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// When it was recorded.
    #[serde(with = "time::serde::rfc3339")]
    pub recorded_at: OffsetDateTime,
}

impl From<ConsentRow> for ConsentView {
    fn from(row: ConsentRow) -> Self {
        Self {
            id: ConsentId::new(row.id),
            topic: row.topic,
            state: row.state,
            source: row.source,
            proof: row.proof,
            recorded_by: row.actor_id,
            at: row.at,
            recorded_at: row.recorded_at,
        }
    }
}

/// What holds for a topic.
#[derive(Debug, Serialize, ToSchema)]
pub struct PresentConsent {
    /// What it is about.
    pub topic: Topic,
    /// What holds.
    pub state: ConsentState,
    /// Since when.
    #[serde(with = "time::serde::rfc3339")]
    pub since: OffsetDateTime,
    /// Where it came from.
    pub source: String,
}

impl From<ConsentRow> for PresentConsent {
    fn from(row: ConsentRow) -> Self {
        Self {
            topic: row.topic,
            state: row.state,
            since: row.at,
            source: row.source,
        }
    }
}

/// A word of a contact to record.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordConsent {
    /// What it is about.
    pub topic: Topic,
    /// What they said.
    pub state: ConsentState,
    /// Where and how they said it, 1 to 500 characters: `form at the fair, sheet 12`.
    pub proof: String,
    /// When they said it; now if left out.
    #[serde(
        default,
        with = "time::serde::rfc3339::option",
        skip_serializing_if = "Option::is_none"
    )]
    pub at: Option<OffsetDateTime>,
}

/// What a record ended as.
#[derive(Debug)]
pub enum Recorded {
    /// Recorded now.
    New(Box<ConsentView>),
    /// Recorded before under the same key: the same answer, as JSON text.
    Replayed(String),
}

impl TenantServices {
    /// A page of what a contact said, the latest first.
    pub async fn consents(
        &self,
        scope: &TenantScope,
        contact: ContactId,
        page: &PageRequest,
    ) -> Result<Page<ConsentView>> {
        scope.require(Permission::ContactsRead)?;
        let mut tx = self.db.begin(scope).await?;
        contacts::get(&mut tx, contact).await?;
        Ok(consents::page(&mut tx, contact, page)
            .await?
            .map(ConsentView::from))
    }

    /// Records what a contact allowed or withdrew, once per key, with its audit entry.
    pub async fn record_consent(
        &self,
        scope: &TenantScope,
        key: &str,
        contact: ContactId,
        request: &RecordConsent,
    ) -> Result<Recorded> {
        scope.require(Permission::ContactsManage)?;
        let now = self.clock.now();
        check(key, request, now)?;
        let asked = serde_json::to_vec(&(contact, request)).map_err(Error::internal)?;
        let mut tx = self.db.begin(scope).await?;
        match idempotency::claim(&mut tx, IDEMPOTENCY_SCOPE, key, &Sha256::digest(asked), now).await? {
            Claim::New => {}
            Claim::Replay(answer) => return Ok(Recorded::Replayed(answer)),
            Claim::Reused => {
                return Err(Error::new(
                    ErrorKind::Conflict,
                    "idempotency-key-reused",
                    "This Idempotency-Key was used for another request. Use a fresh key for each record.",
                ));
            }
        }
        contacts::get(&mut tx, contact).await?;
        let id: ConsentId = self.ids.make();
        let (_, actor_id) = scope.actor().audit_parts();
        let source = match scope.actor() {
            Actor::User { .. } => "agent",
            Actor::ApiKey(_) | Actor::Worker(_) => "api",
        };
        let proof = request.proof.trim();
        let consent = NewConsent {
            id: id.uuid(),
            contact_id: contact,
            topic: request.topic,
            state: request.state,
            source,
            source_key: key,
            proof,
            actor_id: &actor_id,
            at: request.at.unwrap_or(now),
            recorded_at: now,
        };
        consents::insert(&mut tx, &consent).await?;
        let details = json!({ "topic": request.topic, "state": request.state, "consent_id": id });
        audit::append(&mut tx, scope, &self.audit("consent.record", contact, details)).await?;
        let view = ConsentView {
            id,
            topic: request.topic,
            state: request.state,
            source: source.to_owned(),
            proof: Some(proof.to_owned()),
            recorded_by: Some(actor_id.clone()),
            at: consent.at,
            recorded_at: now,
        };
        let answer = serde_json::to_string(&view).map_err(Error::internal)?;
        idempotency::complete(&mut tx, IDEMPOTENCY_SCOPE, key, &answer).await?;
        tx.commit().await?;
        Ok(Recorded::New(Box::new(view)))
    }
}

fn check(key: &str, request: &RecordConsent, now: OffsetDateTime) -> Result<()> {
    if key.is_empty() || key.len() > IDEMPOTENCY_KEY_MAX {
        return Err(Error::invalid(
            "idempotency-key",
            "Send the header Idempotency-Key with 1 to 128 characters, one key per record.",
        ));
    }
    let proof = request.proof.trim();
    if proof.is_empty() || proof.chars().count() > PROOF_MAX || proof.contains('\0') {
        return Err(Error::invalid(
            "proof",
            "Say in 1 to 500 characters where and how the customer said it.",
        ));
    }
    if request.at.is_some_and(|at| at > now) {
        return Err(Error::invalid(
            "at",
            "It lies in the future. Give the time at which the customer said it.",
        ));
    }
    Ok(())
}
