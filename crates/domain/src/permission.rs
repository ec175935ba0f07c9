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
    /// See members, invitations and roles.
    #[serde(rename = "team:read")]
    #[strum(serialize = "team:read")]
    TeamRead,
    /// Invite people, change their role, end their sessions, remove them.
    #[serde(rename = "team:manage")]
    #[strum(serialize = "team:manage")]
    TeamManage,
    /// Make, change and delete custom roles.
    #[serde(rename = "roles:manage")]
    #[strum(serialize = "roles:manage")]
    RolesManage,
    /// See and change the tenant's name, time zone and language.
    #[serde(rename = "settings:manage")]
    #[strum(serialize = "settings:manage")]
    SettingsManage,
    /// Search and export the audit log.
    #[serde(rename = "audit:read")]
    #[strum(serialize = "audit:read")]
    AuditRead,
    /// Give and take ownership of the tenant.
    #[serde(rename = "ownership:manage")]
    #[strum(serialize = "ownership:manage")]
    OwnershipManage,
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
    /// Everything but ownership.
    Admin,
    /// Leads the agents: sees conversations and the team, sends, syncs templates.
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
            Self::Owner => P::iter().collect(),
            Self::Admin => P::iter().filter(|one| *one != P::OwnershipManage).collect(),
            Self::Supervisor => read
                .into_iter()
                .chain([
                    P::MessagesSend,
                    P::ConversationsManage,
                    P::NotesWrite,
                    P::ContactsManage,
                    P::TemplatesManage,
                    P::TeamRead,
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
