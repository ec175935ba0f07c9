//! What a lane needs to make its calls, read under one tenant.

use std::collections::HashMap;

use domain::{
    ContactId, ConversationId, DataKeyId, MediaId, MessageId, PhoneNumberId, ProviderAccountId,
    channel::{IdentityKind, Recipient},
    consent::Withdrawn,
    content::Content,
    crypto::Sealed,
    ports::Connection,
    status::MessageStatus,
    template::Template,
};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    Claimed, CredentialUsed,
    sweep::updated,
    uploads::{LoadedMedia, media},
};
use crate::{
    access::TENANT_ACTIVE,
    error::Result,
    outbox,
    tx::TenantTx,
    vault::{PROVIDER_CREDENTIAL, Vault},
};

/// A number's way to its provider, as it stands now.
#[derive(Debug, Clone)]
pub struct Connected {
    /// Where and as whom the provider is called.
    pub connection: Connection,
    /// The credential in it.
    pub credential: CredentialUsed,
    /// The number's WABA.
    pub waba_id: Uuid,
    /// The portfolio that scopes user ids.
    pub portfolio_id: Uuid,
    /// Why the number is paused; `None` when it runs.
    pub paused_reason: Option<String>,
    /// False while the tenant is suspended.
    pub tenant_active: bool,
}

/// What a batch of one lane needs.
#[derive(Debug)]
pub struct Loaded {
    /// The way to the provider.
    pub connected: Connected,
    /// The messages.
    pub messages: HashMap<MessageId, LoadedMessage>,
    /// Templates of the WABA that the messages name.
    pub templates: Vec<Template>,
    /// Media that the messages name.
    pub media: HashMap<MediaId, LoadedMedia>,
}

/// A message that is about to be sent.
#[derive(Debug, Clone)]
pub struct LoadedMessage {
    /// Its conversation.
    pub conversation_id: ConversationId,
    /// Highest status so far.
    pub status: MessageStatus,
    /// What it holds; `None` when this version can't read it.
    pub content: Option<Content>,
    /// Provider id of the message that is answered.
    pub reply_to: Option<String>,
    /// The receiver: the phone when one is known, else the user id; `None` when neither is.
    pub recipient: Option<Recipient>,
    /// When the customer last wrote.
    pub last_inbound_at: Option<OffsetDateTime>,
    /// What the customer has withdrawn.
    pub withdrawn: Withdrawn,
    /// Earlier attempts that were not sent, without those that waited for a person.
    pub earlier_tries: u32,
    /// When the first of them was claimed.
    pub first_tried_at: Option<OffsetDateTime>,
}

/// Reads a number's way to its provider and opens its credential.
pub async fn connection(tx: &mut TenantTx, vault: &Vault, number: PhoneNumberId) -> Result<Connected> {
    let row = sqlx::query!(
        "select
           n.waba_id,
           n.provider_number_id,
           n.paused_reason,
           w.provider_waba_id,
           w.portfolio_id,
           e.base_url,
           e.graph_version,
           p.id as account_id,
           p.version,
           p.credential_sealed,
           p.key_id,
           t.state
         from phone_numbers n
         join wabas w on w.tenant_id = n.tenant_id and w.id = n.waba_id
         join graph_environments e on e.id = w.graph_environment_id
         join provider_accounts p on p.tenant_id = n.tenant_id and p.id = n.provider_account_id
         join tenants t on t.id = n.tenant_id
         where n.tenant_id = $1
           and n.id = $2",
        tx.tenant_id().uuid(),
        number.uuid(),
    )
    .fetch_one(tx.conn())
    .await?;
    let sealed = Sealed {
        key_id: DataKeyId::new(row.key_id),
        bytes: row.credential_sealed,
    };
    let access_token = vault.open(tx, PROVIDER_CREDENTIAL, &sealed).await?;
    Ok(Connected {
        connection: Connection {
            base_url: row.base_url,
            graph_version: row.graph_version,
            access_token,
            provider_waba_id: row.provider_waba_id,
            provider_number_id: row.provider_number_id,
        },
        credential: CredentialUsed {
            account: ProviderAccountId::new(row.account_id),
            version: row.version,
        },
        waba_id: row.waba_id,
        portfolio_id: row.portfolio_id,
        paused_reason: row.paused_reason,
        tenant_active: row.state == TENANT_ACTIVE,
    })
}

/// Reads everything that a batch of one number needs.
pub async fn load(
    tx: &mut TenantTx,
    vault: &Vault,
    number: PhoneNumberId,
    claimed: &[Claimed],
) -> Result<Loaded> {
    let connected = connection(tx, vault, number).await?;
    let mut messages = messages(tx, connected.portfolio_id, claimed).await?;
    if claimed.iter().any(|row| row.attempt > 1) {
        add_earlier_tries(tx, &mut messages).await?;
    }
    let contents = || messages.values().filter_map(|message| message.content.as_ref());
    let names: Vec<(String, String)> = contents()
        .filter_map(|content| match content {
            Content::Template(template) => Some((template.name.clone(), template.language.clone())),
            _ => None,
        })
        .collect();
    let media_ids: Vec<Uuid> = contents()
        .flat_map(Content::media_ids)
        .map(MediaId::uuid)
        .collect();
    let templates = templates(tx, connected.waba_id, &names).await?;
    let media = media(tx, &media_ids).await?;
    Ok(Loaded {
        connected,
        messages,
        templates,
        media,
    })
}

async fn messages(
    tx: &mut TenantTx,
    portfolio: Uuid,
    claimed: &[Claimed],
) -> Result<HashMap<MessageId, LoadedMessage>> {
    let tenant = tx.tenant_id().uuid();
    let ids: Vec<_> = claimed.iter().map(|row| row.message_id.uuid()).collect();
    let rows = sqlx::query!(
        r#"select
           m.id,
           m.conversation_id,
           m.status,
           m.content,
           m.reply_to,
           c.contact_id,
           c.last_inbound_at,
           marketing.withdrawn_at as "marketing_at?",
           anything.withdrawn_at as "messages_at?"
         from messages m
         join conversations c on c.tenant_id = m.tenant_id and c.id = m.conversation_id
         left join lateral (
           select case r.state when 2 then r.at end as withdrawn_at
           from consent_records r
           where r.tenant_id = c.tenant_id
             and r.contact_id = c.contact_id
             and r.topic = 'marketing'
           order by r.at desc, r.state desc
           limit 1) marketing on true
         left join lateral (
           select case r.state when 2 then r.at end as withdrawn_at
           from consent_records r
           where r.tenant_id = c.tenant_id
             and r.contact_id = c.contact_id
             and r.topic = 'messages'
           order by r.at desc, r.state desc
           limit 1) anything on true
         where m.tenant_id = $1
           and m.id = any($2)"#,
        tenant,
        &ids,
    )
    .fetch_all(tx.conn())
    .await?;
    let contacts: Vec<_> = rows.iter().map(|row| row.contact_id).collect();
    let recipients = recipients(tx, portfolio, &contacts).await?;
    let messages = rows.into_iter().filter_map(|row| {
        let message = LoadedMessage {
            conversation_id: ConversationId::new(row.conversation_id),
            status: MessageStatus::from_rank(row.status)?,
            content: serde_json::from_value(row.content).ok(),
            reply_to: row.reply_to,
            recipient: recipients.get(&ContactId::new(row.contact_id)).cloned(),
            last_inbound_at: row.last_inbound_at,
            withdrawn: Withdrawn {
                marketing_at: row.marketing_at,
                messages_at: row.messages_at,
            },
            earlier_tries: 0,
            first_tried_at: None,
        };
        Some((MessageId::new(row.id), message))
    });
    Ok(messages.collect())
}

/// Phone before user id, the latest sighting of each: a phone reaches whoever holds the number that the contact showed.
async fn recipients(
    tx: &mut TenantTx,
    portfolio: Uuid,
    contacts: &[Uuid],
) -> Result<HashMap<ContactId, Recipient>> {
    let rows = sqlx::query!(
        "select distinct on (contact_id)
           contact_id,
           kind,
           value
         from contact_identities
         where tenant_id = $1
           and contact_id = any($2)
           and portfolio_id = $3
           and kind in (1, 2)
         order by contact_id, kind, seen_at desc, value",
        tx.tenant_id().uuid(),
        contacts,
        portfolio,
    )
    .fetch_all(tx.conn())
    .await?;
    let recipients = rows.into_iter().map(|row| {
        let recipient = match IdentityKind::from_code(row.kind) {
            Some(IdentityKind::Phone) => Recipient::Phone(row.value),
            _ => Recipient::UserId(row.value),
        };
        (ContactId::new(row.contact_id), recipient)
    });
    Ok(recipients.collect())
}

async fn add_earlier_tries(
    tx: &mut TenantTx,
    messages: &mut HashMap<MessageId, LoadedMessage>,
) -> Result<()> {
    let ids: Vec<_> = messages.keys().map(|id| id.uuid()).collect();
    let rows = sqlx::query!(
        r#"select
             message_id,
             count(*) as "tries!",
             min(claimed_at) as first_tried_at
           from send_attempts
           where tenant_id = $1
             and message_id = any($2)
             and state = 5
             and fault_class not in ('token', 'number_blocked', 'account_blocked', 'payment')
           group by message_id"#,
        tx.tenant_id().uuid(),
        &ids,
    )
    .fetch_all(tx.conn())
    .await?;
    for row in rows {
        if let Some(message) = messages.get_mut(&MessageId::new(row.message_id)) {
            message.earlier_tries = u32::try_from(row.tries).unwrap_or(u32::MAX);
            message.first_tried_at = row.first_tried_at;
        }
    }
    Ok(())
}

async fn templates(tx: &mut TenantTx, waba: Uuid, names: &[(String, String)]) -> Result<Vec<Template>> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let (names, languages): (Vec<_>, Vec<_>) = names.iter().cloned().unzip();
    let rows = sqlx::query!(
        "select
           provider_id,
           name,
           language,
           category,
           status,
           quality,
           rejected_reason,
           components
         from templates
         where tenant_id = $1
           and waba_id = $2
           and (name, language) in (select * from unnest($3::text[], $4::text[]))",
        tx.tenant_id().uuid(),
        waba,
        &names,
        &languages,
    )
    .fetch_all(tx.conn())
    .await?;
    // A template that this version can't read counts as gone: one row must not stop the lane.
    let templates = rows.into_iter().filter_map(|row| {
        Some(Template {
            provider_id: row.provider_id,
            name: row.name,
            language: row.language,
            category: row.category,
            status: row.status,
            quality: row.quality,
            rejected_reason: row.rejected_reason,
            components: serde_json::from_value(row.components).ok()?,
        })
    });
    Ok(templates.collect())
}

/// Moves messages to `submitted`, with their events: the call follows.
pub async fn mark_submitted(tx: &mut TenantTx, now: OffsetDateTime, ids: &[MessageId]) -> Result<()> {
    let ids: Vec<_> = ids.iter().map(|id| id.uuid()).collect();
    let rows = sqlx::query!(
        "update messages
         set status = $3
         where tenant_id = $1
           and id = any($2)
           and status < $3
         returning id, conversation_id",
        tx.tenant_id().uuid(),
        &ids,
        MessageStatus::Submitted.rank(),
    )
    .fetch_all(tx.conn())
    .await?;
    let events: Vec<_> = rows
        .iter()
        .map(|row| updated(row.conversation_id, row.id))
        .collect();
    outbox::push(tx, now, &events).await
}
