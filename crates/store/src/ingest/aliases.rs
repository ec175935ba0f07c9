//! Ids of conversations that were merged into others: they still lead there.

use domain::{ConversationId, TenantId};
use uuid::Uuid;

use crate::{error::Result, tx::SetTx};

/// Deletes conversations that have no message left; each id leads to the conversation beside it from now on, which gets
/// their notes, and their assignee unless it has one.
pub(super) async fn replace(
    tx: &mut SetTx,
    gone: &[(TenantId, ConversationId, ConversationId)],
) -> Result<()> {
    if gone.is_empty() {
        return Ok(());
    }
    let tenants: Vec<Uuid> = gone.iter().map(|row| row.0.uuid()).collect();
    let ids: Vec<Uuid> = gone.iter().map(|row| row.1.uuid()).collect();
    let targets: Vec<Uuid> = gone.iter().map(|row| row.2.uuid()).collect();
    hand_over(tx, &tenants, &ids, &targets).await?;
    sqlx::query!(
        "update conversation_aliases a
         set conversation_id = u.target
         from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as u (tenant_id, id, target)
         where a.tenant_id = u.tenant_id
           and a.conversation_id = u.id",
        &tenants,
        &ids,
        &targets,
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "insert into conversation_aliases (tenant_id, id, conversation_id)
         select *
         from unnest($1::uuid[], $2::uuid[], $3::uuid[])",
        &tenants,
        &ids,
        &targets,
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "delete from conversations c
         using unnest($1::uuid[], $2::uuid[]) as u (tenant_id, id)
         where c.tenant_id = u.tenant_id
           and c.id = u.id",
        &tenants,
        &ids,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

async fn hand_over(tx: &mut SetTx, tenants: &[Uuid], gone: &[Uuid], targets: &[Uuid]) -> Result<()> {
    sqlx::query!(
        "update conversation_events e
         set conversation_id = u.target
         from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as u (tenant_id, id, target)
         where e.tenant_id = u.tenant_id
           and e.conversation_id = u.id",
        tenants,
        gone,
        targets,
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "update conversations c
         set assignee_user_id = g.assignee_user_id,
             version = c.version + 1
         from (
           select distinct on (u.tenant_id, u.target) u.tenant_id, u.target, o.assignee_user_id
           from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as u (tenant_id, id, target)
           join conversations o on o.tenant_id = u.tenant_id and o.id = u.id
           order by u.tenant_id, u.target, o.assignee_user_id is null, o.last_message_at desc, o.id) as g
         where c.tenant_id = g.tenant_id
           and c.id = g.target
           and c.assignee_user_id is null
           and g.assignee_user_id is not null",
        tenants,
        gone,
        targets,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Deletes what is left of the conversations of contacts that are absorbed: without messages, so their ids lead to the
/// remaining contact's conversation where there is one.
pub(super) async fn replace_of_contacts(
    tx: &mut SetTx,
    tenants: &[Uuid],
    from: &[Uuid],
    into: &[Uuid],
) -> Result<()> {
    let rows = sqlx::query!(
        r#"select c.tenant_id, c.id, k.id as "target?"
           from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as u (tenant_id, from_id, into_id)
           join conversations c on c.tenant_id = u.tenant_id and c.contact_id = u.from_id
           left join conversations k
             on k.tenant_id = u.tenant_id
            and k.contact_id = u.into_id
            and k.channel_account_id = c.channel_account_id"#,
        tenants,
        from,
        into,
    )
    .fetch_all(tx.conn())
    .await?;
    let (kept, lost): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.target.is_some());
    let kept: Vec<_> = kept
        .into_iter()
        .filter_map(|row| {
            Some((
                TenantId::new(row.tenant_id),
                ConversationId::new(row.id),
                ConversationId::new(row.target?),
            ))
        })
        .collect();
    replace(tx, &kept).await?;
    if lost.is_empty() {
        return Ok(());
    }
    let tenants: Vec<Uuid> = lost.iter().map(|row| row.tenant_id).collect();
    let ids: Vec<Uuid> = lost.iter().map(|row| row.id).collect();
    sqlx::query!(
        "delete from conversation_aliases a
         using unnest($1::uuid[], $2::uuid[]) as u (tenant_id, id)
         where a.tenant_id = u.tenant_id
           and a.conversation_id = u.id",
        &tenants,
        &ids,
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "delete from conversations c
         using unnest($1::uuid[], $2::uuid[]) as u (tenant_id, id)
         where c.tenant_id = u.tenant_id
           and c.id = u.id",
        &tenants,
        &ids,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
