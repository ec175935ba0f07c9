//! Conversations: one contact on one channel account.

mod events;
mod work;

use domain::{ChannelAccountId, ContactId, ConversationId, PhoneNumberId, UserId, content::Direction};
use time::OffsetDateTime;
use uuid::Uuid;

pub use events::{EventRow, NewEvent, add as add_event, get as event, page as events};
pub use work::{PersonRow, assign, assignees, colleague, release, reopen, resolve};

use crate::{
    contacts,
    error::{Error, Result},
    page::{Page, PageRequest, TimeKey},
    tx::TenantTx,
};

/// A conversation as the list shows it.
#[derive(Debug, Clone)]
pub struct ConversationRow {
    /// The conversation.
    pub id: ConversationId,
    /// Who it is with.
    pub contact: ContactSummary,
    /// The number it runs on.
    pub phone_number_id: PhoneNumberId,
    /// The number as people write it.
    pub display_phone_number: String,
    /// The name customers see.
    pub verified_name: String,
    /// Time of the newest message.
    pub last_message_at: OffsetDateTime,
    /// One line of the newest message.
    pub preview: String,
    /// Its kind.
    pub preview_kind: String,
    /// Its direction.
    pub preview_direction: Direction,
    /// Inbound messages since it was last read.
    pub unread: i32,
    /// False once it is resolved, until the customer writes again.
    pub open: bool,
    /// Whose it is.
    pub assignee: Option<PersonRow>,
    /// When the customer last wrote.
    pub last_inbound_at: Option<OffsetDateTime>,
    /// Grows with every change.
    pub version: i64,
    /// When we first saw it.
    pub created_at: OffsetDateTime,
}

/// Who a conversation is with.
#[derive(Debug, Clone)]
pub struct ContactSummary {
    /// The contact.
    pub id: ContactId,
    /// The name that the tenant's people gave, else the profile's.
    pub name: Option<String>,
    /// Digits without `+`.
    pub phone: Option<String>,
    /// Business-scoped user id.
    pub user_id: Option<String>,
    /// Username without `@`.
    pub username: Option<String>,
}

/// Which conversations a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// Every open one.
    All,
    /// Open ones of this person.
    Mine(UserId),
    /// Open ones of nobody.
    Unassigned,
    /// Open ones with unread messages.
    Unread,
    /// Resolved ones.
    Resolved,
}

struct Row {
    id: Uuid,
    contact_id: Uuid,
    contact_name: Option<String>,
    phone: Option<String>,
    user_id: Option<String>,
    username: Option<String>,
    phone_number_id: Uuid,
    display_phone_number: String,
    verified_name: String,
    last_message_at: OffsetDateTime,
    preview: String,
    preview_kind: String,
    preview_direction: i16,
    unread: i32,
    open: bool,
    assignee_id: Option<Uuid>,
    assignee_name: Option<String>,
    last_inbound_at: Option<OffsetDateTime>,
    version: i64,
    created_at: OffsetDateTime,
}

impl TryFrom<Row> for ConversationRow {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let direction = Direction::from_code(row.preview_direction);
        Ok(Self {
            id: ConversationId::new(row.id),
            contact: ContactSummary {
                id: ContactId::new(row.contact_id),
                name: row.contact_name,
                phone: row.phone,
                user_id: row.user_id,
                username: row.username,
            },
            phone_number_id: PhoneNumberId::new(row.phone_number_id),
            display_phone_number: row.display_phone_number,
            verified_name: row.verified_name,
            last_message_at: row.last_message_at,
            preview: row.preview,
            preview_kind: row.preview_kind,
            preview_direction: direction.ok_or(Error::Inconsistent {
                table: "conversations",
                column: "preview_direction",
            })?,
            unread: row.unread,
            open: row.open,
            assignee: row
                .assignee_id
                .zip(row.assignee_name)
                .map(|(id, name)| PersonRow {
                    id: UserId::new(id),
                    name,
                }),
            last_inbound_at: row.last_inbound_at,
            version: row.version,
            created_at: row.created_at,
        })
    }
}

/// The rows of a page; the filter is part of the statement, so that it can be the condition of an index.
macro_rules! rows_where {
    ($filter:tt, $tx:expr, $place:expr $(, $value:expr)*) => {
        sqlx::query_as!(
            Row,
            "with page as materialized (
               select * from conversations
               where tenant_id = $1
                 and " + $filter + "
                 and (last_message_at, id) < (coalesce($2, 'infinity'::timestamptz), coalesce($3, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid))
               order by last_message_at desc, id desc
               limit $4),
             numbers as materialized (
               select id, display_phone_number, verified_name
               from phone_numbers
               where tenant_id = $1
                 and id = any(array(select phone_number_id from page)))
             " + r#"select v.id as "id!", v.contact_id as "contact_id!", coalesce(c.given_name, c.profile_name) as contact_name, i.phone,
               i.user_id, i.username, v.phone_number_id as "phone_number_id!", n.display_phone_number as "display_phone_number!",
               n.verified_name as "verified_name!", v.last_message_at as "last_message_at!",
               v.preview as "preview!", v.preview_kind as "preview_kind!", v.preview_direction as "preview_direction!", v.unread as "unread!",
               v.open as "open!", v.assignee_user_id as assignee_id, a.name as "assignee_name?",
               v.last_inbound_at, v.version as "version!", v.created_at as "created_at!"
             from page v
             join contacts c on c.tenant_id = $1 and c.id = v.contact_id
             join numbers n on n.id = v.phone_number_id
             left join users a on a.id = v.assignee_user_id
             left join lateral (
               select max(value) filter (where kind = 1) as phone, max(value) filter (where kind = 2) as user_id,
                 max(value) filter (where kind = 3) as username
               from (select distinct on (kind) kind, value
                     from contact_identities
                     where tenant_id = $1 and contact_id = v.contact_id
                     order by kind, seen_at desc, value) as known) i on true
             order by v.last_message_at desc, v.id desc"#,
            $place.tenant,
            $place.at,
            $place.id,
            $place.fetch,
            $($value,)*
        )
        .fetch_all($tx.conn())
        .await?
    };
}

/// Where a page begins.
struct Place {
    tenant: Uuid,
    at: Option<OffsetDateTime>,
    id: Option<Uuid>,
    fetch: i64,
}

/// A page of conversations, newest first.
pub async fn page(tx: &mut TenantTx, view: View, request: &PageRequest) -> Result<Page<ConversationRow>> {
    let fetch = request.fetch();
    let (at, id) = request.time_key()?;
    let tenant = tx.tenant_id().uuid();
    let place = Place {
        tenant,
        at,
        id,
        fetch,
    };
    let rows = match view {
        View::All => rows_where!("open", tx, place),
        View::Mine(user) => rows_where!("open and assignee_user_id = $5", tx, place, user.uuid()),
        View::Unassigned => rows_where!("open and assignee_user_id is null", tx, place),
        View::Unread => rows_where!("open and unread > 0", tx, place),
        View::Resolved => rows_where!("not open", tx, place),
    };
    let rows = rows
        .into_iter()
        .map(ConversationRow::try_from)
        .collect::<Result<Vec<_>>>()?;
    Ok(Page::cut(rows, fetch, |row| {
        TimeKey::new(row.last_message_at, row.id.uuid())
    }))
}

/// Conversations of a page of contacts, whatever their state, newest first: how people search. Their cursor is that of
/// the contacts.
pub async fn search(tx: &mut TenantTx, query: &str, request: &PageRequest) -> Result<Page<ConversationRow>> {
    let found = contacts::search(tx, query, request).await?;
    let place = Place {
        tenant: tx.tenant_id().uuid(),
        at: None,
        id: None,
        fetch: i64::MAX,
    };
    let rows = rows_where!("contact_id = any($5)", tx, place, &found.items);
    let items = rows.into_iter().map(ConversationRow::try_from);
    Ok(Page {
        items: items.collect::<Result<_>>()?,
        next_cursor: found.next_cursor,
    })
}

/// One conversation; the id of one that was merged away leads to the one that is left. Two statements, because a
/// sub-query would keep the id from being an index condition under row security.
pub async fn get(tx: &mut TenantTx, id: ConversationId) -> Result<ConversationRow> {
    if let Some(found) = find(tx, id).await? {
        return Ok(found);
    }
    let left = sqlx::query_scalar!(
        "select conversation_id from conversation_aliases where tenant_id = $1 and id = $2",
        tx.tenant_id().uuid(),
        id.uuid(),
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    find(tx, ConversationId::new(left)).await?.ok_or(Error::NotFound)
}

async fn find(tx: &mut TenantTx, id: ConversationId) -> Result<Option<ConversationRow>> {
    let tenant = tx.tenant_id().uuid();
    let row = sqlx::query_as!(
        Row,
        r#"select v.id, v.contact_id, coalesce(c.given_name, c.profile_name) as contact_name, i.phone, i.user_id, i.username,
             v.phone_number_id, n.display_phone_number, n.verified_name, v.last_message_at, v.preview, v.preview_kind,
             v.preview_direction, v.unread, v.open, v.assignee_user_id as assignee_id, a.name as "assignee_name?",
             v.last_inbound_at, v.version, v.created_at
           from conversations v
           join contacts c on c.tenant_id = $1 and c.id = v.contact_id
           join phone_numbers n on n.tenant_id = $1 and n.id = v.phone_number_id
           left join users a on a.id = v.assignee_user_id
           left join lateral (
             select max(value) filter (where kind = 1) as phone, max(value) filter (where kind = 2) as user_id,
               max(value) filter (where kind = 3) as username
             from (select distinct on (kind) kind, value
                   from contact_identities
                   where tenant_id = $1 and contact_id = v.contact_id
                   order by kind, seen_at desc, value) as known) i on true
           where v.tenant_id = $1
             and v.id = $2"#,
        tenant,
        id.uuid(),
    )
    .fetch_optional(tx.conn())
    .await?;
    row.map(TryInto::try_into).transpose()
}

/// Sets unread to zero; true when it was not.
pub async fn mark_read(tx: &mut TenantTx, id: ConversationId) -> Result<bool> {
    let tenant = tx.tenant_id().uuid();
    let updated = sqlx::query!(
        "update conversations set unread = 0, version = version + 1 where tenant_id = $1 and id = $2 and unread > 0",
        tenant,
        id.uuid(),
    )
    .execute(tx.conn())
    .await?;
    Ok(updated.rows_affected() > 0)
}

/// What an outbound message changes in the list.
#[derive(Debug)]
pub struct Touch<'a> {
    /// When it was queued.
    pub at: OffsetDateTime,
    /// One line of it.
    pub preview: &'a str,
    /// Its kind.
    pub kind: &'a str,
}

/// Shows an outbound message as the newest one.
pub async fn touch(tx: &mut TenantTx, id: ConversationId, touch: &Touch<'_>) -> Result<()> {
    let tenant = tx.tenant_id().uuid();
    sqlx::query!(
        "update conversations set
           last_message_at = greatest(last_message_at, $3),
           last_message_key = case when $3 >= last_message_at then '' else last_message_key end,
           preview = case when $3 >= last_message_at then $4 else preview end,
           preview_kind = case when $3 >= last_message_at then $5 else preview_kind end,
           preview_direction = case when $3 >= last_message_at then 2::smallint else preview_direction end,
           version = version + 1
         where tenant_id = $1 and id = $2",
        tenant,
        id.uuid(),
        touch.at,
        touch.preview,
        touch.kind,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The conversation of a contact on a channel account, made if there is none.
pub async fn ensure(
    tx: &mut TenantTx,
    new_id: ConversationId,
    contact: ContactId,
    channel: ChannelAccountId,
    number: PhoneNumberId,
    now: OffsetDateTime,
) -> Result<ConversationId> {
    let tenant = tx.tenant_id().uuid();
    sqlx::query!(
        "insert into conversations (tenant_id, id, contact_id, channel_account_id, phone_number_id, last_message_at, created_at)
         values ($1, $2, $3, $4, $5, $6, $6)
         on conflict (tenant_id, contact_id, channel_account_id) do nothing",
        tenant,
        new_id.uuid(),
        contact.uuid(),
        channel.uuid(),
        number.uuid(),
        now,
    )
    .execute(tx.conn())
    .await?;
    let id = sqlx::query_scalar!(
        "select id from conversations where tenant_id = $1 and contact_id = $2 and channel_account_id = $3",
        tenant,
        contact.uuid(),
        channel.uuid(),
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(ConversationId::new(id))
}
