//! Who works on a conversation and whether it is done.

use domain::{
    ConversationId, Error, Result, UserId, conversation::ConversationEventKind, event::DomainEvent,
    permission::Permission,
};
use serde_json::{Value, json};
use store::{
    TenantScope, TenantTx, audit,
    conversations::{self, NewEvent},
    outbox,
    page::{Page, PageRequest},
};

use super::{ConversationView, PersonRef};
use crate::tenant::TenantServices;

/// What somebody did.
struct Act {
    kind: ConversationEventKind,
    action: &'static str,
    assignee: Option<UserId>,
    details: Value,
}

impl TenantServices {
    /// A page of the people who may be given conversations, by name.
    pub async fn assignees(&self, scope: &TenantScope, page: &PageRequest) -> Result<Page<PersonRef>> {
        scope.require(Permission::ConversationsRead)?;
        let mut tx = self.db.begin(scope).await?;
        Ok(conversations::assignees(&mut tx, page)
            .await?
            .map(PersonRef::from))
    }

    /// Gives a conversation to a person of the tenant who may read it, or to nobody. Given before, it changes nothing.
    pub async fn assign(
        &self,
        scope: &TenantScope,
        id: ConversationId,
        to: Option<UserId>,
    ) -> Result<ConversationView> {
        scope.require(Permission::ConversationsManage)?;
        let mut tx = self.db.begin(scope).await?;
        let id = conversations::get(&mut tx, id).await?.id;
        if let Some(user) = to
            && !conversations::colleague(&mut tx, user)
                .await?
                .contains(&Permission::ConversationsRead)
        {
            let words = "This person's role can't read conversations. Choose somebody else, or change the role first.";
            return Err(Error::invalid("user_id", words));
        }
        let changed = conversations::assign(&mut tx, id, to).await?;
        let act = Act {
            kind: to.map_or(ConversationEventKind::Unassigned, |_| {
                ConversationEventKind::Assigned
            }),
            action: "conversation.assign",
            assignee: to,
            details: json!({ "user_id": to }),
        };
        self.finish(tx, scope, id, changed.then_some(act)).await
    }

    /// Marks a conversation as done; it opens again when the customer writes. Done before, it changes nothing.
    pub async fn resolve(&self, scope: &TenantScope, id: ConversationId) -> Result<ConversationView> {
        scope.require(Permission::ConversationsManage)?;
        let mut tx = self.db.begin(scope).await?;
        let id = conversations::get(&mut tx, id).await?.id;
        let changed = conversations::resolve(&mut tx, id).await?;
        let act = Act {
            kind: ConversationEventKind::Resolved,
            action: "conversation.resolve",
            assignee: None,
            details: json!({}),
        };
        self.finish(tx, scope, id, changed.then_some(act)).await
    }

    /// Opens a resolved conversation again. Open already, it changes nothing.
    pub async fn reopen(&self, scope: &TenantScope, id: ConversationId) -> Result<ConversationView> {
        scope.require(Permission::ConversationsManage)?;
        let mut tx = self.db.begin(scope).await?;
        let id = conversations::get(&mut tx, id).await?.id;
        let changed = conversations::reopen(&mut tx, id).await?;
        let act = Act {
            kind: ConversationEventKind::Reopened,
            action: "conversation.reopen",
            assignee: None,
            details: json!({}),
        };
        self.finish(tx, scope, id, changed.then_some(act)).await
    }

    /// Writes down what was done, if anything was, and answers with the conversation as it is now.
    async fn finish(
        &self,
        mut tx: TenantTx,
        scope: &TenantScope,
        id: ConversationId,
        act: Option<Act>,
    ) -> Result<ConversationView> {
        if let Some(act) = act {
            let now = self.clock.now();
            let event = NewEvent {
                id: self.ids.make(),
                conversation_id: id,
                kind: act.kind,
                body: None,
                assignee: act.assignee,
                actor: scope.actor(),
                at: now,
            };
            conversations::add_event(&mut tx, &event).await?;
            audit::append(&mut tx, scope, &self.audit(act.action, id, act.details)).await?;
            let events = [
                DomainEvent::ConversationUpdated { conversation_id: id },
                DomainEvent::ConversationEventCreated {
                    conversation_id: id,
                    event_id: event.id,
                },
            ];
            outbox::push(&mut tx, now, &events).await?;
        }
        let view = conversations::get(&mut tx, id).await?.into();
        tx.commit().await?;
        self.hub.wake();
        Ok(view)
    }
}
