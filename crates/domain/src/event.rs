//! Domain events: what the outbox carries. Ids only, never content.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    ids::{ContactId, ConversationEventId, ConversationId, MessageId, PhoneNumberId, TemplateId},
    permission::Permission,
};

/// Something that changed in one tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type")]
pub enum DomainEvent {
    /// A message was received or queued.
    #[serde(rename = "message.created")]
    MessageCreated {
        /// Its conversation.
        conversation_id: ConversationId,
        /// The message.
        message_id: MessageId,
    },
    /// A message's status, error or media changed.
    #[serde(rename = "message.updated")]
    MessageUpdated {
        /// Its conversation.
        conversation_id: ConversationId,
        /// The message.
        message_id: MessageId,
    },
    /// A conversation's unread count, window, preview, state or assignee changed.
    #[serde(rename = "conversation.updated")]
    ConversationUpdated {
        /// The conversation.
        conversation_id: ConversationId,
    },
    /// A note was written, or a conversation was assigned, resolved or reopened by somebody.
    #[serde(rename = "conversation_event.created")]
    ConversationEventCreated {
        /// Its conversation.
        conversation_id: ConversationId,
        /// The note or act.
        event_id: ConversationEventId,
    },
    /// What a tenant's people wrote about a contact changed.
    #[serde(rename = "contact.updated")]
    ContactUpdated {
        /// The contact.
        contact_id: ContactId,
    },
    /// A template was synced or changed.
    #[serde(rename = "template.updated")]
    TemplateUpdated {
        /// The template.
        template_id: TemplateId,
    },
    /// A number was connected, paused, resumed, or its fields changed.
    #[serde(rename = "number.updated")]
    NumberUpdated {
        /// The number.
        phone_number_id: PhoneNumberId,
    },
}

impl DomainEvent {
    /// The wire name, `message.created`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::MessageCreated { .. } => "message.created",
            Self::MessageUpdated { .. } => "message.updated",
            Self::ConversationUpdated { .. } => "conversation.updated",
            Self::ConversationEventCreated { .. } => "conversation_event.created",
            Self::ContactUpdated { .. } => "contact.updated",
            Self::TemplateUpdated { .. } => "template.updated",
            Self::NumberUpdated { .. } => "number.updated",
        }
    }

    /// What a listener must be allowed to see to receive it.
    #[must_use]
    pub const fn permission(&self) -> Permission {
        match self {
            Self::MessageCreated { .. }
            | Self::MessageUpdated { .. }
            | Self::ConversationUpdated { .. }
            | Self::ConversationEventCreated { .. } => Permission::ConversationsRead,
            Self::ContactUpdated { .. } => Permission::ContactsRead,
            Self::TemplateUpdated { .. } => Permission::TemplatesRead,
            Self::NumberUpdated { .. } => Permission::NumbersRead,
        }
    }
}
