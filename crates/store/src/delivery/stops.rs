//! What the provider's word stops: a number, all numbers of an account, one template.

use domain::{PhoneNumberId, ProviderAccountId, TemplateId, event::DomainEvent, stop::StopClass};
use time::OffsetDateTime;

use crate::{
    error::Result,
    numbers::stops::{self, NewStop},
    outbox,
    tx::TenantTx,
};

/// The credential that a call was made with; a newer one has another version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CredentialUsed {
    /// Whose.
    pub account: ProviderAccountId,
    /// Which.
    pub version: i64,
}

/// Why numbers stop until somebody has acted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pause {
    /// The kind of stop.
    pub class: StopClass,
    /// In words, with the cure.
    pub reason: String,
    /// True when it holds for every number of the WABA.
    pub whole_waba: bool,
    /// Set when it is about this credential only: the number goes on when it has another one by now.
    pub credential: Option<CredentialUsed>,
}

/// Stops a number, or all of its WABA, until somebody lifts it, with their events; a stop of the same class keeps its
/// reason, one of another class stands beside it. Returns the numbers that this stop is new for.
pub async fn pause(
    tx: &mut TenantTx,
    number: PhoneNumberId,
    pause: &Pause,
    now: OffsetDateTime,
) -> Result<Vec<PhoneNumberId>> {
    if let Some(used) = pause.credential
        && !still_in_use(tx, number, used).await?
    {
        return Ok(Vec::new());
    }
    let tenant = tx.tenant_id().uuid();
    let struck = sqlx::query_scalar!(
        "select n.id
         from phone_numbers struck
         join phone_numbers n on n.tenant_id = $1 and n.waba_id = struck.waba_id
         where struck.tenant_id = $1
           and struck.id = $2
           and (n.id = $2 or $3)
         order by n.id
         for update of n",
        tenant,
        number.uuid(),
        pause.whole_waba,
    )
    .fetch_all(tx.conn())
    .await?;
    let new: Vec<_> = struck
        .into_iter()
        .map(|number| NewStop {
            tenant,
            number,
            class: pause.class,
            reason: &pause.reason,
            at: now,
        })
        .collect();
    let added = stops::add(tx.conn(), &new).await?;
    let stopped: Vec<_> = added
        .into_iter()
        .map(|(tenant, number, _)| (tenant, number))
        .collect();
    stops::show(tx.conn(), &stopped).await?;
    let stopped: Vec<_> = stopped
        .into_iter()
        .map(|(_, number)| PhoneNumberId::new(number))
        .collect();
    let events: Vec<_> = stopped
        .iter()
        .map(|number| DomainEvent::NumberUpdated {
            phone_number_id: *number,
        })
        .collect();
    outbox::push(tx, now, &events).await?;
    Ok(stopped)
}

/// True while the number calls with this credential; it can't get another one before the transaction ends.
async fn still_in_use(tx: &mut TenantTx, number: PhoneNumberId, used: CredentialUsed) -> Result<bool> {
    let found = sqlx::query_scalar!(
        "select a.version
         from phone_numbers n
         join provider_accounts a on a.tenant_id = n.tenant_id and a.id = n.provider_account_id
         where n.tenant_id = $1
           and n.id = $2
           and a.id = $3
           and a.version = $4
         for update of n
         for share of a",
        tx.tenant_id().uuid(),
        number.uuid(),
        used.account.uuid(),
        used.version,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(found.is_some())
}

/// A template that the provider refuses for itself, whatever its values.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TemplateStop {
    /// Its name.
    pub name: String,
    /// Its language.
    pub language: String,
    /// The provider's words.
    pub reason: String,
}

/// Stops a template of the number's WABA until the provider says something new of it, with its event. Returns it when it
/// could be sent until now.
pub async fn stop_template(
    tx: &mut TenantTx,
    number: PhoneNumberId,
    stop: &TemplateStop,
    now: OffsetDateTime,
) -> Result<Option<TemplateId>> {
    let stopped = sqlx::query_scalar!(
        "update templates t
         set status = 'PAUSED',
             rejected_reason = $5
         from phone_numbers n
         where n.tenant_id = $1
           and n.id = $2
           and t.tenant_id = $1
           and t.waba_id = n.waba_id
           and t.name = $3
           and t.language = $4
           and t.status = 'APPROVED'
         returning t.id",
        tx.tenant_id().uuid(),
        number.uuid(),
        stop.name,
        stop.language,
        stop.reason,
    )
    .fetch_optional(tx.conn())
    .await?;
    let stopped = stopped.map(TemplateId::new);
    if let Some(template_id) = stopped {
        outbox::push(tx, now, &[DomainEvent::TemplateUpdated { template_id }]).await?;
    }
    Ok(stopped)
}
