//! Templates of a WABA as last synced.

use domain::{TemplateId, WabaId, template::Template};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    error::{Error, Result},
    page::{Page, PageRequest},
    tx::TenantTx,
};

/// A stored template.
#[derive(Debug, Clone)]
pub struct TemplateRow {
    /// Our id.
    pub id: TemplateId,
    /// Its WABA.
    pub waba_id: WabaId,
    /// The template.
    pub template: Template,
    /// When it was last read from the provider.
    pub synced_at: OffsetDateTime,
}

struct Row {
    id: Uuid,
    waba_id: Uuid,
    provider_id: String,
    name: String,
    language: String,
    category: String,
    status: String,
    quality: Option<String>,
    rejected_reason: Option<String>,
    components: serde_json::Value,
    synced_at: OffsetDateTime,
}

impl TryFrom<Row> for TemplateRow {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let components = serde_json::from_value(row.components);
        Ok(Self {
            id: TemplateId::new(row.id),
            waba_id: WabaId::new(row.waba_id),
            template: Template {
                provider_id: row.provider_id,
                name: row.name,
                language: row.language,
                category: row.category,
                status: row.status,
                quality: row.quality,
                rejected_reason: row.rejected_reason,
                components: components.map_err(|_| Error::Inconsistent {
                    table: "templates",
                    column: "components",
                })?,
            },
            synced_at: row.synced_at,
        })
    }
}

/// Which templates a list shows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only this status.
    pub status: Option<String>,
    /// Only this WABA.
    pub waba_id: Option<WabaId>,
}

#[derive(Serialize, Deserialize)]
struct Key(String, String, Uuid);

/// A page of templates by name and language.
pub async fn page(tx: &mut TenantTx, filter: &Filter, request: &PageRequest) -> Result<Page<TemplateRow>> {
    let fetch = request.fetch();
    let (name, language, id) = request
        .key::<Key>()?
        .map_or((String::new(), String::new(), Uuid::nil()), |Key(n, l, i)| {
            (n, l, i)
        });
    let tenant = tx.tenant_id().uuid();
    let rows = sqlx::query_as!(
        Row,
        "select id, waba_id, provider_id, name, language, category, status, quality, rejected_reason, components, synced_at
         from templates
         where tenant_id = $1
           and (name, language, id) > ($2, $3, $4)
           and ($5::text is null or status = $5)
           and ($6::uuid is null or waba_id = $6)
         order by name, language, id
         limit $7",
        tenant,
        name,
        language,
        id,
        filter.status,
        filter.waba_id.map(WabaId::uuid),
        fetch,
    )
    .fetch_all(tx.conn())
    .await?;
    let rows = rows
        .into_iter()
        .map(TemplateRow::try_from)
        .collect::<Result<Vec<_>>>()?;
    Ok(Page::cut(rows, fetch, |row| {
        Key(
            row.template.name.clone(),
            row.template.language.clone(),
            row.id.uuid(),
        )
    }))
}

/// One template.
pub async fn get(tx: &mut TenantTx, id: TemplateId) -> Result<TemplateRow> {
    let tenant = tx.tenant_id().uuid();
    let row = sqlx::query_as!(
        Row,
        "select id, waba_id, provider_id, name, language, category, status, quality, rejected_reason, components, synced_at
         from templates where tenant_id = $1 and id = $2",
        tenant,
        id.uuid(),
    )
    .fetch_one(tx.conn())
    .await?;
    row.try_into()
}

/// A template of a WABA by name and language.
pub async fn find(tx: &mut TenantTx, waba: WabaId, name: &str, language: &str) -> Result<TemplateRow> {
    let tenant = tx.tenant_id().uuid();
    let row = sqlx::query_as!(
        Row,
        "select id, waba_id, provider_id, name, language, category, status, quality, rejected_reason, components, synced_at
         from templates where tenant_id = $1 and waba_id = $2 and name = $3 and language = $4",
        tenant,
        waba.uuid(),
        name,
        language,
    )
    .fetch_one(tx.conn())
    .await?;
    row.try_into()
}

/// Every template of a WABA, for a sync.
pub async fn of_waba(tx: &mut TenantTx, waba: WabaId) -> Result<Vec<TemplateRow>> {
    let tenant = tx.tenant_id().uuid();
    let rows = sqlx::query_as!(
        Row,
        "select id, waba_id, provider_id, name, language, category, status, quality, rejected_reason, components, synced_at
         from templates where tenant_id = $1 and waba_id = $2",
        tenant,
        waba.uuid(),
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(TemplateRow::try_from).collect()
}

/// Writes templates of a WABA by name and language; ids are kept where they exist.
pub async fn upsert(
    tx: &mut TenantTx,
    waba: WabaId,
    templates: &[(TemplateId, Template)],
    at: OffsetDateTime,
) -> Result<()> {
    if templates.is_empty() {
        return Ok(());
    }
    let tenant = tx.tenant_id().uuid();
    let column = |pick: fn(&Template) -> &str| {
        templates
            .iter()
            .map(|(_, t)| pick(t).to_owned())
            .collect::<Vec<String>>()
    };
    let optional = |pick: fn(&Template) -> &Option<String>| {
        templates.iter().map(|(_, t)| pick(t).clone()).collect::<Vec<_>>()
    };
    let components = templates
        .iter()
        .map(|(_, t)| serde_json::to_value(&t.components))
        .collect::<std::result::Result<Vec<_>, _>>();
    let components = components.map_err(|_| Error::Inconsistent {
        table: "templates",
        column: "components",
    })?;
    let ids: Vec<_> = templates.iter().map(|(id, _)| id.uuid()).collect();
    sqlx::query!(
        "insert into templates (tenant_id, id, waba_id, provider_id, name, language, category, status, quality, rejected_reason, components, synced_at)
         select $1, id, $2, provider_id, name, language, category, status, quality, rejected_reason, components, $12
         from unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::jsonb[])
           as rows (id, provider_id, name, language, category, status, quality, rejected_reason, components)
         on conflict (tenant_id, waba_id, name, language) do update set
           provider_id = excluded.provider_id,
           category = excluded.category,
           status = excluded.status,
           quality = excluded.quality,
           rejected_reason = excluded.rejected_reason,
           components = excluded.components,
           synced_at = excluded.synced_at",
        tenant,
        waba.uuid(),
        &ids,
        &column(|t| &t.provider_id),
        &column(|t| &t.name),
        &column(|t| &t.language),
        &column(|t| &t.category),
        &column(|t| &t.status),
        &optional(|t| &t.quality) as &[Option<String>],
        &optional(|t| &t.rejected_reason) as &[Option<String>],
        &components,
        at,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Removes templates that the provider no longer has.
pub async fn remove(tx: &mut TenantTx, ids: &[TemplateId]) -> Result<()> {
    let tenant = tx.tenant_id().uuid();
    let ids: Vec<_> = ids.iter().map(|id| id.uuid()).collect();
    sqlx::query!(
        "delete from templates where tenant_id = $1 and id = any($2)",
        tenant,
        &ids
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
