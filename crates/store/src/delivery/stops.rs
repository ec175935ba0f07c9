//! What the provider's word stops: a number, all numbers of an account, one template.

use domain::{PhoneNumberId, TemplateId, event::DomainEvent};
use time::OffsetDateTime;

use crate::{error::Result, outbox, tx::TenantTx};

/// Why numbers stop until a person has acted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pause {
    /// Class of the fault, in snake case.
    pub class: &'static str,
    /// In words, with the cure.
    pub reason: String,
    /// True when it holds for every number of the WABA.
    pub whole_waba: bool,
}

/// Pauses a number, or all of its WABA, until a person resumes them, with their events; an earlier reason stays.
/// Returns those that ran until now.
pub async fn pause(
    tx: &mut TenantTx,
    number: PhoneNumberId,
    pause: &Pause,
    now: OffsetDateTime,
) -> Result<Vec<PhoneNumberId>> {
    let tenant = tx.tenant_id().uuid();
    let paused = sqlx::query_scalar!(
        "update phone_numbers n
         set paused_reason = $3,
             paused_class = $4
         from phone_numbers struck
         where struck.tenant_id = $1
           and struck.id = $2
           and n.tenant_id = $1
           and n.waba_id = struck.waba_id
           and (n.id = $2 or $5)
           and n.paused_reason is null
         returning n.id",
        tenant,
        number.uuid(),
        pause.reason,
        pause.class,
        pause.whole_waba,
    )
    .fetch_all(tx.conn())
    .await?;
    sqlx::query!(
        "update lanes
         set paused_reason = $3
         where tenant_id = $1
           and id = any($2)",
        tenant,
        &paused,
        pause.reason,
    )
    .execute(tx.conn())
    .await?;
    let paused: Vec<_> = paused.into_iter().map(PhoneNumberId::new).collect();
    let events: Vec<_> = paused
        .iter()
        .map(|number| DomainEvent::NumberUpdated {
            phone_number_id: *number,
        })
        .collect();
    outbox::push(tx, now, &events).await?;
    Ok(paused)
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
