//! Permissions of the tenant realm and the built-in roles; code checks permissions, never roles.

use serde::{Deserialize, Serialize};
use strum::IntoEnumIterator;

/// What a role or an API key may do inside one tenant.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    strum::EnumIter,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::Display,
)]
pub enum Permission {
    /// See conversations, messages and media, and the live stream of them.
    #[serde(rename = "conversations:read")]
    #[strum(serialize = "conversations:read")]
    ConversationsRead,
    /// Send messages, mark as read, upload media.
    #[serde(rename = "messages:send")]
    #[strum(serialize = "messages:send")]
    MessagesSend,
    /// Assign, resolve and reopen conversations.
    #[serde(rename = "conversations:manage")]
    #[strum(serialize = "conversations:manage")]
    ConversationsManage,
    /// Write internal notes; whoever sees a conversation reads them.
    #[serde(rename = "notes:write")]
    #[strum(serialize = "notes:write")]
    NotesWrite,
    /// See contacts.
    #[serde(rename = "contacts:read")]
    #[strum(serialize = "contacts:read")]
    ContactsRead,
    /// Name contacts, set their attributes, record what they allowed or withdrew.
    #[serde(rename = "contacts:manage")]
    #[strum(serialize = "contacts:manage")]
    ContactsManage,
    /// See templates and previews.
    #[serde(rename = "templates:read")]
    #[strum(serialize = "templates:read")]
    TemplatesRead,
    /// Sync templates from the provider.
    #[serde(rename = "templates:manage")]
    #[strum(serialize = "templates:manage")]
    TemplatesManage,
    /// See numbers and their health.
    #[serde(rename = "numbers:read")]
    #[strum(serialize = "numbers:read")]
    NumbersRead,
    /// Connect numbers.
    #[serde(rename = "numbers:manage")]
    #[strum(serialize = "numbers:manage")]
    NumbersManage,
    /// See, make and revoke API keys.
    #[serde(rename = "api_keys:manage")]
    #[strum(serialize = "api_keys:manage")]
    ApiKeysManage,
}

/// A built-in role; custom ones are more rows with other permissions.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    strum::EnumIter,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::Display,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum BuiltinRole {
    /// Everything.
    Owner,
    /// Everything, for now as the owner.
    Admin,
    /// Leads the agents: sees everything, sends, syncs templates.
    Supervisor,
    /// Templates and contacts.
    Marketer,
    /// Answers customers.
    Agent,
    /// Numbers, keys, templates.
    Developer,
    /// Looks only.
    Viewer,
}

impl BuiltinRole {
    /// What the role may do.
    #[must_use]
    pub fn permissions(self) -> Vec<Permission> {
        use Permission as P;
        let read = [
            P::ConversationsRead,
            P::ContactsRead,
            P::TemplatesRead,
            P::NumbersRead,
        ];
        match self {
            Self::Owner | Self::Admin => P::iter().collect(),
            Self::Supervisor => read
                .into_iter()
                .chain([
                    P::MessagesSend,
                    P::ConversationsManage,
                    P::NotesWrite,
                    P::ContactsManage,
                    P::TemplatesManage,
                ])
                .collect(),
            Self::Marketer => vec![
                P::ContactsRead,
                P::ContactsManage,
                P::TemplatesRead,
                P::TemplatesManage,
                P::NumbersRead,
            ],
            Self::Agent => vec![
                P::ConversationsRead,
                P::MessagesSend,
                P::ConversationsManage,
                P::NotesWrite,
                P::ContactsRead,
                P::ContactsManage,
                P::TemplatesRead,
                P::NumbersRead,
            ],
            Self::Developer => vec![
                P::TemplatesRead,
                P::TemplatesManage,
                P::NumbersRead,
                P::NumbersManage,
                P::ApiKeysManage,
            ],
            Self::Viewer => read.to_vec(),
        }
    }
}
