//! Hands a mail to the server. When an answer is lost the mail may go twice; its link is the same.

use domain::{MailId, TypedId};
use store::{TenantScope, jobs::Job, mails};

use super::End;
use crate::context::Context;

pub(super) async fn run(context: &Context, scope: &TenantScope, job: &Job) -> store::Result<End> {
    let id = MailId::from_uuid(job.subject_id);
    let mut tx = context.tenant_db().begin(scope).await?;
    let Some(mail) = mails::waiting(&mut tx, context.vault(), id).await? else {
        return Ok(End::Done);
    };
    tx.commit().await?;
    let Some(mailer) = &context.deps.mailer else {
        return Ok(End::Later("Mail is off in this process.".into()));
    };
    match mailer.send(&mail).await {
        Ok(()) => {
            finish(context, scope, id, None).await?;
            Ok(End::Done)
        }
        Err(fault) if fault.class.passes() => Ok(End::Later(fault.to_string())),
        Err(fault) => Ok(End::Never(fault.to_string())),
    }
}

pub(super) async fn give_up(
    context: &Context,
    scope: &TenantScope,
    job: &Job,
    why: &str,
) -> store::Result<()> {
    finish(context, scope, MailId::from_uuid(job.subject_id), Some(why)).await
}

async fn finish(
    context: &Context,
    scope: &TenantScope,
    id: MailId,
    error: Option<&str>,
) -> store::Result<()> {
    let mut tx = context.tenant_db().begin(scope).await?;
    mails::finish(&mut tx, id, error, context.now()).await?;
    tx.commit().await
}
