//! Shows the customer that we have read.

use store::{
    TenantScope,
    delivery::connection,
    jobs::{Job, newest_inbound},
};

use super::{End, failed};
use crate::context::Context;

pub(super) async fn run(context: &Context, scope: &TenantScope, job: &Job) -> store::Result<End> {
    let mut tx = context.tenant_db().begin(scope).await?;
    let Some((number, provider_id)) = newest_inbound(&mut tx, job.subject_id).await? else {
        return Ok(End::Done);
    };
    let connected = connection(&mut tx, context.vault(), number).await?;
    tx.commit().await?;
    Ok(
        match context
            .deps
            .provider
            .mark_read(&connected.connection, &provider_id, false)
            .await
        {
            Ok(()) => End::Done,
            Err(fault) => failed(&fault),
        },
    )
}
