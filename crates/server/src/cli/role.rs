//! The parts of the program.

use clap::ValueEnum;

/// A part of the program that can run in a process of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Role {
    /// Tenant app and tenant API
    TenantApi,
    /// Admin portal and its API
    AdminApi,
    /// Webhook intake
    Gateway,
    /// From raw webhooks to the conversation model
    Normalizer,
    /// Lanes and the send ledger
    Delivery,
    /// Seals of the audit logs, and retention
    Upkeep,
}

impl Role {
    /// The database roles this part signs in as.
    pub fn database_roles(self) -> &'static [&'static str] {
        match self {
            Self::TenantApi => &["tenant", "events"],
            Self::AdminApi => &["platform"],
            Self::Gateway | Self::Normalizer => &["ingest"],
            Self::Delivery => &["delivery", "tenant", "events"],
            Self::Upkeep => &["upkeep"],
        }
    }

    /// Database roles of several parts, each once, in the order of first use.
    pub fn database_roles_of(roles: &[Self]) -> Vec<&'static str> {
        let mut all = Vec::new();
        for name in roles.iter().flat_map(|role| role.database_roles()) {
            if !all.contains(name) {
                all.push(*name);
            }
        }
        all
    }
}
