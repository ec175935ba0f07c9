//! Typed ids: UUIDv7 inside, `<prefix>_<32 hex digits>` on the wire.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Why a text is not an id of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected an id that starts with `{prefix}_` followed by 32 hexadecimal digits")]
pub struct IdError {
    /// The prefix that was expected.
    pub prefix: &'static str,
}

/// What every typed id offers, so that generic code can make and print one.
pub trait TypedId: Copy {
    /// The wire prefix without the underscore.
    const PREFIX: &'static str;
    /// Wraps a raw UUID.
    fn from_uuid(uuid: Uuid) -> Self;
    /// The raw UUID, as stored.
    fn uuid(self) -> Uuid;
}

macro_rules! typed_ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl TypedId for $name {
            const PREFIX: &'static str = $prefix;
            fn from_uuid(uuid: Uuid) -> Self { Self(uuid) }
            fn uuid(self) -> Uuid { self.0 }
        }

        impl $name {
            /// Wraps a raw UUID.
            #[must_use]
            pub const fn new(uuid: Uuid) -> Self { Self(uuid) }
            /// The raw UUID, as stored.
            #[must_use]
            pub const fn uuid(self) -> Uuid { self.0 }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), self.0.simple())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { fmt::Display::fmt(self, f) }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                let fault = IdError { prefix: $prefix };
                let hex = text.strip_prefix(concat!($prefix, "_")).ok_or_else(|| fault.clone())?;
                if hex.len() != 32 || hex.bytes().any(|b| b.is_ascii_uppercase()) { return Err(fault); }
                Uuid::try_parse(hex).map(Self).map_err(|_| fault)
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .pattern(Some(concat!("^", $prefix, "_[0-9a-f]{32}$")))
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> { s.collect_str(self) }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

typed_ids! {
    /// A key of a tenant's developer.
    ApiKeyId = "key";
    /// One line of the audit log.
    AuditEntryId = "aud";
    /// A tenant's account on a channel; its first kind is a WhatsApp number.
    ChannelAccountId = "cha";
    /// A run of the connect-a-number step log.
    ConnectionId = "cxn";
    /// One word of a contact in the consent ledger.
    ConsentId = "cst";
    /// A person as one tenant knows them.
    ContactId = "con";
    /// Something people did in a conversation beside writing to the customer.
    ConversationEventId = "cev";
    /// A contact on one channel account.
    ConversationId = "cnv";
    /// A data key, sealed under the master key.
    DataKeyId = "dky";
    /// A base URL that speaks the Graph API: Meta's or a sandbox's.
    GraphEnvironmentId = "gev";
    /// A way into a tenant that waits for its person.
    InvitationId = "inv";
    /// A mail of ours, on its way or gone.
    MailId = "mai";
    /// A stored image, document, voice note.
    MediaId = "med";
    /// A message of any direction.
    MessageId = "msg";
    /// An app that signs webhooks.
    MetaAppId = "app";
    /// A business number: a lane of the scheduler.
    PhoneNumberId = "num";
    /// A platform admin, of the other realm.
    PlatformUserId = "pus";
    /// A Meta business portfolio: scope of user ids and of the messaging limit.
    PortfolioId = "pfo";
    /// An adapter kind with its sealed credential.
    ProviderAccountId = "pac";
    /// A set of permissions.
    RoleId = "rol";
    /// One row of the send ledger.
    SendAttemptId = "att";
    /// A signed-in browser.
    SessionId = "ses";
    /// A message template: name, language, category.
    TemplateId = "tpl";
    /// A business that shares the installation.
    TenantId = "ten";
    /// A person who signs in to the tenant app.
    UserId = "usr";
    /// A WhatsApp Business Account.
    WabaId = "wab";
}

impl MediaId {
    /// Key of the bytes in the blob store: `<tenant>/<media>`.
    #[must_use]
    pub fn blob_key(self, tenant: TenantId) -> String {
        format!("{tenant}/{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wire_form_round_trips_and_refuses_other_kinds() {
        let id = MessageId::new(Uuid::from_u128(7));
        let text = id.to_string();
        assert_eq!(text, "msg_00000000000000000000000000000007");
        assert_eq!(text.parse::<MessageId>(), Ok(id));
        assert!(text.parse::<ContactId>().is_err());
        assert!("msg_7".parse::<MessageId>().is_err());
        assert!(
            "msg_0000000000000000000000000000000A"
                .parse::<MessageId>()
                .is_err()
        );
    }
}
