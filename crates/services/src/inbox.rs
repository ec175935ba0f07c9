//! The inbox: conversations and their threads.

mod notes;
mod view;
mod work;

use domain::{ConversationId, MessageId, Result, event::DomainEvent, permission::Permission};
use store::{
    TenantScope, conversations, delivery, jobs, messages, outbox,
    page::{Page, PageRequest},
};

pub use notes::{ConversationEventView, NewNote, Noted};
pub use store::conversations::View;
pub use view::{
    AttemptView, Author, AuthorKind, ContactRef, ConversationView, FaultView, MessageDetail,
    MessageErrorView, MessageView, NumberRef, PersonRef, Preview, Reaction, ReplyTo,
};

use crate::{messaging::waiting, tenant::TenantServices};

impl TenantServices {
    /// A page of conversations, newest first.
    pub async fn conversations(
        &self,
        scope: &TenantScope,
        view: View,
        page: &PageRequest,
    ) -> Result<Page<ConversationView>> {
        scope.require(Permission::ConversationsRead)?;
        let mut tx = self.db.begin(scope).await?;
        Ok(conversations::page(&mut tx, view, page)
            .await?
            .map(ConversationView::from))
    }

    /// Conversations of the contacts that a query finds, whatever their state.
    pub async fn search_conversations(
        &self,
        scope: &TenantScope,
        query: &str,
        page: &PageRequest,
    ) -> Result<Page<ConversationView>> {
        scope.require(Permission::ConversationsRead)?;
        let query = crate::contacts::checked(query)?;
        let mut tx = self.db.begin(scope).await?;
        Ok(conversations::search(&mut tx, query, page)
            .await?
            .map(ConversationView::from))
    }

    /// One conversation.
    pub async fn conversation(&self, scope: &TenantScope, id: ConversationId) -> Result<ConversationView> {
        scope.require(Permission::ConversationsRead)?;
        let mut tx = self.db.begin(scope).await?;
        Ok(conversations::get(&mut tx, id).await?.into())
    }

    /// A page of a thread, newest first.
    pub async fn thread(
        &self,
        scope: &TenantScope,
        id: ConversationId,
        page: &PageRequest,
    ) -> Result<Page<MessageView>> {
        scope.require(Permission::ConversationsRead)?;
        let mut tx = self.db.begin(scope).await?;
        let id = conversations::get(&mut tx, id).await?.id;
        Ok(messages::page(&mut tx, id, page).await?.map(MessageView::from))
    }

    /// One message with its ledger.
    pub async fn message(&self, scope: &TenantScope, id: MessageId) -> Result<MessageDetail> {
        scope.require(Permission::ConversationsRead)?;
        let mut tx = self.db.begin(scope).await?;
        let message = messages::get(&mut tx, id).await?;
        let attempts = messages::attempts(&mut tx, id).await?;
        let lane = delivery::lane(&mut tx, message.phone_number_id).await?;
        Ok(MessageDetail {
            waiting: waiting(&attempts, &lane, scope.tenant().active, self.clock.now()),
            message: message.into(),
            attempts: attempts.into_iter().map(AttemptView::from).collect(),
        })
    }

    /// Marks a conversation as read, here and on the customer's phone.
    pub async fn mark_read(&self, scope: &TenantScope, id: ConversationId) -> Result<()> {
        scope.require(Permission::MessagesSend)?;
        let now = self.clock.now();
        let mut tx = self.db.begin(scope).await?;
        let id = conversations::get(&mut tx, id).await?.id;
        if conversations::mark_read(&mut tx, id).await? {
            if let Some(message) = messages::newest_inbound(&mut tx, id).await? {
                jobs::enqueue(
                    &mut tx,
                    self.ids.uuid(),
                    jobs::JobKind::MarkRead,
                    message.uuid(),
                    now,
                )
                .await?;
            }
            outbox::push(
                &mut tx,
                now,
                &[DomainEvent::ConversationUpdated { conversation_id: id }],
            )
            .await?;
            tx.commit().await?;
            self.hub.wake();
        }
        Ok(())
    }
}
