//! Messages that named a phone only, and that a later-arriving update shows to be somebody else's: they move, so that
//! the order of arrival leaves no trace.

use std::collections::BTreeSet;

use domain::{
    ChannelAccountId, ContactId, ConversationId, MessageId, PhoneNumberId, TenantId,
    content::{Content, Direction, Source},
};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    error::{Error, Result},
    ingest::{PersonScope, REACTION_KIND, SYSTEM_KIND, aliases, free_entry},
    tx::SetTx,
};

/// A contact that turned out to be another one: it was known by phone alone, or by a user id that changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Absorbed {
    /// The tenant.
    pub tenant_id: TenantId,
    /// The contact that goes.
    pub from: ContactId,
    /// The contact that stays.
    pub into: ContactId,
    /// True when the profile name of the contact that goes counts for the one that stays.
    pub names_count: bool,
}

/// A message that may have to move.
#[derive(Debug, Clone)]
pub struct PhoneMessage {
    /// The tenant.
    pub tenant_id: TenantId,
    /// The message.
    pub id: MessageId,
    /// Where it stands.
    pub conversation_id: ConversationId,
    /// Whose conversation that is.
    pub contact_id: ContactId,
    /// Its channel account.
    pub channel_account_id: ChannelAccountId,
    /// Its number.
    pub phone_number_id: PhoneNumberId,
    /// Provider time.
    pub thread_at: OffsetDateTime,
    /// The phone, when the message named no user id.
    pub sender_phone: Option<String>,
    /// True when it counts as unread.
    pub counts: bool,
}

fn counts(direction: i16, kind: &str, source: i16) -> bool {
    direction == Direction::Inbound as i16
        && source == Source::Live as i16
        && kind != SYSTEM_KIND
        && kind != REACTION_KIND
}

/// One message's way.
#[derive(Debug, Clone, Copy)]
pub struct Move {
    /// The tenant.
    pub tenant_id: TenantId,
    /// The message.
    pub message_id: MessageId,
    /// From here.
    pub from: ConversationId,
    /// To here.
    pub to: ConversationId,
    /// True when it counts as unread.
    pub counts: bool,
}

/// Messages of these phones that named no user id.
pub async fn phone_messages(
    tx: &mut SetTx,
    phones: &[(PersonScope, String)],
) -> Result<Vec<(PersonScope, PhoneMessage)>> {
    let rows = sqlx::query!(
        r#"select
             u.tenant_id as "tenant_id!",
             u.portfolio_id as "portfolio_id!",
             m.id,
             m.conversation_id,
             c.contact_id,
             c.channel_account_id,
             m.phone_number_id,
             m.thread_at,
             m.sender_phone,
             m.kind,
             m.direction,
             m.source
           from unnest($1::uuid[], $2::uuid[], $3::text[]) as u (tenant_id, portfolio_id, phone)
           join messages m on m.tenant_id = u.tenant_id and m.sender_phone = u.phone
           join conversations c on c.tenant_id = m.tenant_id and c.id = m.conversation_id
           join phone_numbers p on p.tenant_id = m.tenant_id and p.id = m.phone_number_id
           join wabas w on w.tenant_id = p.tenant_id and w.id = p.waba_id and w.portfolio_id = u.portfolio_id"#,
        &phones.iter().map(|(scope, _)| scope.tenant_id.uuid()).collect::<Vec<_>>(),
        &phones.iter().map(|(scope, _)| scope.portfolio_id.uuid()).collect::<Vec<_>>(),
        &phones.iter().map(|(_, phone)| phone.clone()).collect::<Vec<_>>(),
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let tenant_id = TenantId::new(row.tenant_id);
            let message = PhoneMessage {
                tenant_id,
                id: MessageId::new(row.id),
                conversation_id: ConversationId::new(row.conversation_id),
                contact_id: ContactId::new(row.contact_id),
                channel_account_id: ChannelAccountId::new(row.channel_account_id),
                phone_number_id: PhoneNumberId::new(row.phone_number_id),
                thread_at: row.thread_at,
                sender_phone: row.sender_phone,
                counts: counts(row.direction, &row.kind, row.source),
            };
            (
                PersonScope {
                    tenant_id,
                    portfolio_id: domain::PortfolioId::new(row.portfolio_id),
                },
                message,
            )
        })
        .collect())
}

/// Every message of contacts that are absorbed, ours included.
pub async fn absorbed_messages(tx: &mut SetTx, absorbed: &[Absorbed]) -> Result<Vec<PhoneMessage>> {
    let rows = sqlx::query!(
        "select
           m.tenant_id,
           m.id,
           m.conversation_id,
           c.contact_id,
           c.channel_account_id,
           m.phone_number_id,
           m.thread_at,
           m.sender_phone,
           m.kind,
           m.direction,
           m.source
         from unnest($1::uuid[], $2::uuid[]) as u (tenant_id, contact_id)
         join conversations c on c.tenant_id = u.tenant_id and c.contact_id = u.contact_id
         join messages m on m.tenant_id = c.tenant_id and m.conversation_id = c.id",
        &absorbed
            .iter()
            .map(|row| row.tenant_id.uuid())
            .collect::<Vec<_>>(),
        &absorbed.iter().map(|row| row.from.uuid()).collect::<Vec<_>>(),
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| PhoneMessage {
            tenant_id: TenantId::new(row.tenant_id),
            id: MessageId::new(row.id),
            conversation_id: ConversationId::new(row.conversation_id),
            contact_id: ContactId::new(row.contact_id),
            channel_account_id: ChannelAccountId::new(row.channel_account_id),
            phone_number_id: PhoneNumberId::new(row.phone_number_id),
            thread_at: row.thread_at,
            sender_phone: row.sender_phone,
            counts: counts(row.direction, &row.kind, row.source),
        })
        .collect())
}

/// Moves messages and recounts the conversations on both ends.
pub async fn move_messages(tx: &mut SetTx, moves: &[Move]) -> Result<()> {
    sqlx::query!(
        "update messages m
         set conversation_id = u.conversation_id
         from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as u (tenant_id, id, conversation_id)
         where m.tenant_id = u.tenant_id
           and m.id = u.id",
        &moves.iter().map(|step| step.tenant_id.uuid()).collect::<Vec<_>>(),
        &moves
            .iter()
            .map(|step| step.message_id.uuid())
            .collect::<Vec<_>>(),
        &moves.iter().map(|step| step.to.uuid()).collect::<Vec<_>>(),
    )
    .execute(tx.conn())
    .await?;
    let ends: BTreeSet<(TenantId, ConversationId)> = moves
        .iter()
        .flat_map(|step| [(step.tenant_id, step.from), (step.tenant_id, step.to)])
        .collect();
    let moved_unread = move_unread(tx, &ends, moves).await?;
    let mut emptied = Vec::new();
    for (end, unread) in ends.iter().zip(moved_unread) {
        if !recount(tx, *end, unread, gained(end.1, moves)).await? {
            emptied.push(*end);
        }
    }
    free_entry::refresh(tx.conn(), &ends).await?;
    move_wishes(tx, moves).await?;
    let target = |end: &(TenantId, ConversationId)| {
        let step = moves.iter().find(|step| (step.tenant_id, step.from) == *end)?;
        Some((end.0, end.1, step.to))
    };
    let gone: Vec<_> = emptied.iter().filter_map(target).collect();
    aliases::replace(tx, &gone).await
}

/// What a message said about marketing follows the message.
async fn move_wishes(tx: &mut SetTx, moves: &[Move]) -> Result<()> {
    sqlx::query!(
        "update consent_records r
         set contact_id = c.contact_id
         from unnest($1::uuid[], $2::uuid[]) as u (tenant_id, id)
         join messages m on m.tenant_id = u.tenant_id and m.id = u.id
         join conversations c on c.tenant_id = m.tenant_id and c.id = m.conversation_id
         where r.tenant_id = m.tenant_id
           and r.source in ('keyword', 'button')
           and r.source_key = m.provider_id",
        &moves.iter().map(|step| step.tenant_id.uuid()).collect::<Vec<_>>(),
        &moves
            .iter()
            .map(|step| step.message_id.uuid())
            .collect::<Vec<_>>(),
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Unread of each end after the moves: a message that was read stays read.
async fn move_unread(
    tx: &mut SetTx,
    ends: &BTreeSet<(TenantId, ConversationId)>,
    moves: &[Move],
) -> Result<Vec<i32>> {
    let rows = sqlx::query!(
        "select c.id, c.unread
         from unnest($1::uuid[], $2::uuid[]) as u (tenant_id, id)
         join conversations c on c.tenant_id = u.tenant_id and c.id = u.id
         order by c.tenant_id, c.id
         for no key update of c",
        &ends.iter().map(|end| end.0.uuid()).collect::<Vec<_>>(),
        &ends.iter().map(|end| end.1.uuid()).collect::<Vec<_>>(),
    )
    .fetch_all(tx.conn())
    .await?;
    let mut unread: std::collections::HashMap<Uuid, i32> =
        rows.into_iter().map(|row| (row.id, row.unread)).collect();
    for step in moves.iter().filter(|step| step.counts) {
        let left = unread.entry(step.from.uuid()).or_default();
        if *left > 0 {
            *left -= 1;
            *unread.entry(step.to.uuid()).or_default() += 1;
        }
    }
    Ok(ends
        .iter()
        .map(|end| unread.get(&end.1.uuid()).copied().unwrap_or_default())
        .collect())
}

/// How many messages to read a conversation gains by the moves; negative when it loses some.
fn gained(conversation: ConversationId, moves: &[Move]) -> i64 {
    let counted = moves.iter().filter(|step| step.counts);
    counted
        .map(|step| i64::from(step.to == conversation) - i64::from(step.from == conversation))
        .sum()
}

/// Derives a conversation's summary from its messages again; false when it has none left. A resolved one that loses
/// messages stays resolved, one that gains some is open.
async fn recount(
    tx: &mut SetTx,
    (tenant, conversation): (TenantId, ConversationId),
    unread: i32,
    gained: i64,
) -> Result<bool> {
    let newest = sqlx::query!(
        "select thread_at, coalesce(provider_id, '') as key, kind, direction, content, revoked_at
         from messages
         where tenant_id = $1
           and conversation_id = $2
         order by thread_at desc, coalesce(provider_id, '') desc
         limit 1",
        tenant.uuid(),
        conversation.uuid(),
    )
    .fetch_optional(tx.conn())
    .await?;
    let Some(newest) = newest else {
        return Ok(false);
    };
    let content: Content = if newest.revoked_at.is_some() {
        Content::Revoked
    } else {
        serde_json::from_value(newest.content).map_err(|_| Error::Inconsistent {
            table: "messages",
            column: "content",
        })?
    };
    sqlx::query!(
        "update conversations
         set last_message_at = $3,
             last_message_key = $4,
             preview = $5,
             preview_kind = $6,
             preview_direction = $7,
             unread = $8,
             inbound = inbound + $12,
             resolved_inbound = case when not open then least(resolved_inbound, inbound + $12) end,
             version = version + 1,
             last_inbound_at = (
               select max(thread_at)
               from messages
               where tenant_id = $1
                 and conversation_id = $2
                 and direction = $9
                 and kind <> $10
                 and source = $11)
         where tenant_id = $1
           and id = $2",
        tenant.uuid(),
        conversation.uuid(),
        newest.thread_at,
        newest.key,
        content.preview(),
        if newest.revoked_at.is_some() {
            content.kind().to_owned()
        } else {
            newest.kind
        },
        newest.direction,
        unread,
        Direction::Inbound as i16,
        SYSTEM_KIND,
        Source::Live as i16,
        gained,
    )
    .execute(tx.conn())
    .await?;
    Ok(true)
}
