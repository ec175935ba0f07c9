//! The one list of tables with their classes, and every exception that the catalogue may show.

use serde_json::{Value, json};

/// What a table is for; the class says which rules it stands under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Rows of one tenant.
    Tenant,
    /// Found before a tenant is known.
    Directory,
    /// Webhooks as received, what became of them, and who reads them.
    Ingest,
    /// What the platform admin sets up.
    Platform,
}

use Class::{Directory, Ingest, Platform, Tenant};

/// Every table of the schema; a partition stands in its parent's class.
pub const TABLES: &[(&str, Class)] = &[
    ("tenants", Directory),
    ("users", Directory),
    ("roles", Directory),
    ("memberships", Directory),
    ("user_passwords", Directory),
    ("sessions", Directory),
    ("sign_in_throttles", Directory),
    ("api_keys", Directory),
    ("invitations", Directory),
    ("password_resets", Directory),
    ("waba_routes", Directory),
    ("number_routes", Directory),
    ("data_keys", Tenant),
    ("wabas", Tenant),
    ("provider_accounts", Tenant),
    ("channel_accounts", Tenant),
    ("phone_numbers", Tenant),
    ("connections", Tenant),
    ("connection_steps", Tenant),
    ("templates", Tenant),
    ("contacts", Tenant),
    ("contact_identities", Tenant),
    ("identity_conflicts", Tenant),
    ("identity_pairs", Tenant),
    ("consent_records", Tenant),
    ("conversations", Tenant),
    ("conversation_events", Tenant),
    ("media", Tenant),
    ("messages", Tenant),
    ("parked_statuses", Tenant),
    ("message_revisions", Tenant),
    ("conversation_aliases", Tenant),
    ("template_events", Tenant),
    ("number_events", Tenant),
    ("number_stops", Tenant),
    ("send_attempts", Tenant),
    ("lanes", Tenant),
    ("lane_state", Tenant),
    ("jobs", Tenant),
    ("mails", Tenant),
    ("idempotency_keys", Tenant),
    ("outbox", Tenant),
    ("audit_entries", Tenant),
    ("audit_seals", Tenant),
    ("entitlements", Tenant),
    ("usage_counters", Tenant),
    ("ingest_streams", Ingest),
    ("ingest_cursors", Ingest),
    ("raw_webhooks", Ingest),
    ("webhook_outcomes", Ingest),
    ("graph_environments", Platform),
    ("installation_keys", Platform),
    ("meta_apps", Platform),
    ("meta_app_secrets", Platform),
    ("portfolios", Platform),
    ("platform_users", Platform),
    ("platform_sessions", Platform),
    ("platform_audit_entries", Platform),
    ("platform_audit_seals", Platform),
    ("retention_reports", Platform),
    ("key_rotations", Platform),
];

/// Tables that name a tenant without belonging to it: a masked outcome, an action of the platform.
pub const MENTIONS: &[&str] = &["webhook_outcomes", "platform_audit_entries"];

/// The roles that the program runs as, without their prefix.
pub const RUNTIME_ROLES: &[&str] = &["tenant", "ingest", "delivery", "events", "platform", "upkeep"];

/// Pairs of table and role whose policy is `true`.
pub const ACROSS: &[(&str, &str)] = &[
    ("sessions", "tenant"),
    ("sessions", "platform"),
    ("user_passwords", "tenant"),
    ("password_resets", "tenant"),
    ("users", "tenant"),
    ("sign_in_throttles", "tenant"),
    ("graph_environments", "tenant"),
    ("meta_apps", "tenant"),
    ("portfolios", "tenant"),
    ("tenants", "platform"),
    ("users", "platform"),
    ("roles", "platform"),
    ("memberships", "platform"),
    ("sign_in_throttles", "platform"),
    ("graph_environments", "platform"),
    ("meta_apps", "platform"),
    ("meta_app_secrets", "platform"),
    ("installation_keys", "platform"),
    ("platform_users", "platform"),
    ("platform_sessions", "platform"),
    ("platform_audit_entries", "platform"),
    ("phone_numbers", "platform"),
    ("webhook_outcomes", "platform"),
    ("lanes", "platform"),
    ("user_passwords", "platform"),
    ("entitlements", "platform"),
    ("lane_state", "platform"),
    ("graph_environments", "ingest"),
    ("meta_apps", "ingest"),
    ("meta_app_secrets", "ingest"),
    ("installation_keys", "ingest"),
    ("waba_routes", "ingest"),
    ("number_routes", "ingest"),
    ("raw_webhooks", "ingest"),
    ("webhook_outcomes", "ingest"),
    ("ingest_streams", "ingest"),
    ("ingest_cursors", "ingest"),
    ("tenants", "delivery"),
    ("lanes", "delivery"),
    ("jobs", "delivery"),
    ("outbox", "events"),
    ("audit_seals", "events"),
    ("platform_audit_seals", "events"),
    ("retention_reports", "platform"),
    ("key_rotations", "platform"),
    ("audit_entries", "upkeep"),
    ("platform_audit_entries", "upkeep"),
    ("audit_seals", "upkeep"),
    ("platform_audit_seals", "upkeep"),
    ("retention_reports", "upkeep"),
    ("tenants", "upkeep"),
    ("raw_webhooks", "upkeep"),
    ("webhook_outcomes", "upkeep"),
    ("ingest_streams", "upkeep"),
    ("ingest_cursors", "upkeep"),
    ("outbox", "upkeep"),
    ("idempotency_keys", "upkeep"),
    ("sessions", "upkeep"),
    ("platform_sessions", "upkeep"),
    ("sign_in_throttles", "upkeep"),
    ("jobs", "upkeep"),
    ("invitations", "upkeep"),
    ("password_resets", "upkeep"),
    ("mails", "upkeep"),
    ("parked_statuses", "upkeep"),
];

/// Tables that `parlance_tenant` reads while no tenant is known yet, to find out which one it is.
pub const RESOLVED: &[&str] = &[
    "api_keys",
    "memberships",
    "roles",
    "tenants",
    "users",
    "user_passwords",
    "sessions",
    "invitations",
    "password_resets",
];

/// Indexes of tenant tables that do not lead with `tenant_id`: unique across tenants, looked up before a tenant is
/// known, read across tenants, or the other end of a foreign key to a table without tenants.
const NOT_LEADING: &[&str] = &[
    "api_keys_token_key",
    "waba_routes_pkey",
    "number_routes_pkey",
    "memberships_user",
    "jobs_ready",
    "parked_statuses_age",
    "outbox_order",
    "api_keys_creator",
    "invitations_token_key",
    "invitations_inviter",
    "messages_author",
    "conversation_events_assignee",
    "conversation_events_actor",
    "wabas_environment",
    "wabas_portfolio",
    "waba_routes_app",
    "connections_app",
    "contact_identities_portfolio",
    "identity_conflicts_portfolio",
    "identity_pairs_portfolio",
    "audit_entries_sealing",
    "audit_seals_order",
];

/// Columns whose words or secrets only the named roles may read; every `bytea` column must be here.
pub const READERS: &[(&str, &str, &[&str])] = &[
    ("messages", "content", &["tenant", "ingest"]),
    ("messages", "sender_phone", &["tenant", "ingest"]),
    ("messages", "referral", &["tenant", "ingest"]),
    ("message_revisions", "content", &["tenant", "ingest"]),
    ("message_revisions", "preview", &["tenant", "ingest"]),
    ("conversations", "preview", &["tenant", "ingest"]),
    ("conversation_events", "body", &["tenant"]),
    ("contacts", "given_name", &["tenant", "ingest"]),
    ("contacts", "given_key", &["tenant", "ingest"]),
    ("contacts", "attributes", &["tenant", "ingest"]),
    ("contacts", "address_book_name", &["tenant", "ingest"]),
    ("contacts", "profile_name", &["tenant", "ingest"]),
    ("contacts", "name_key", &["tenant", "ingest"]),
    ("consent_records", "proof", &["tenant"]),
    ("contact_identities", "value", &["tenant", "ingest"]),
    ("media", "filename", &["tenant"]),
    ("templates", "components", &["tenant"]),
    ("audit_entries", "details", &["tenant", "upkeep"]),
    ("audit_seals", "hash", &["upkeep"]),
    ("platform_audit_seals", "hash", &["upkeep"]),
    ("lane_state", "breaker_reason", &["tenant", "delivery"]),
    ("outbox", "payload", &["tenant", "events"]),
    ("idempotency_keys", "request_hash", &["tenant"]),
    ("idempotency_keys", "response", &["tenant"]),
    ("raw_webhooks", "body", &["ingest"]),
    ("provider_accounts", "credential_sealed", &["tenant"]),
    ("connections", "pin_sealed", &["tenant"]),
    ("data_keys", "wrapped", &["tenant"]),
    ("meta_app_secrets", "secret_sealed", &["ingest"]),
    ("installation_keys", "wrapped", &["platform", "ingest"]),
    ("meta_apps", "verify_token_hash", &["platform", "ingest"]),
    ("api_keys", "token_hash", &["tenant"]),
    ("user_passwords", "hash", &["tenant"]),
    ("sessions", "token_hash", &["tenant"]),
    ("sessions", "address", &["tenant"]),
    ("sessions", "user_agent", &["tenant"]),
    ("invitations", "token_hash", &["tenant"]),
    ("invitations", "email", &["tenant"]),
    ("password_resets", "token_hash", &["tenant"]),
    ("mails", "content_sealed", &["tenant"]),
    ("platform_users", "password_hash", &["platform"]),
    ("platform_sessions", "token_hash", &["platform"]),
    ("sign_in_throttles", "key", &["tenant", "platform"]),
];

/// Functions that run as their owner.
const DEFINER_FUNCTIONS: &[&str] = &["ensure_ingest_day", "drop_ingest_partition"];

/// Tables whose rows belong to one tenant, whatever their class.
pub fn owned_tables() -> Vec<&'static str> {
    let global = [
        "tenants",
        "users",
        "user_passwords",
        "password_resets",
        "sessions",
        "sign_in_throttles",
    ];
    let classes = [Tenant, Directory];
    TABLES
        .iter()
        .filter(|(table, class)| classes.contains(class) && !global.contains(table))
        .map(|(table, _)| *table)
        .collect()
}

/// The lists as the catalogue query reads them.
pub fn parameters() -> Value {
    let role = |role: &str| format!("parlance_{role}");
    json!({
        "tables": TABLES.iter().map(|(name, class)| json!({"name": name, "class": format!("{class:?}")})).collect::<Vec<_>>(),
        "owned": owned_tables(),
        "mentions": MENTIONS,
        "roles": RUNTIME_ROLES.iter().map(|name| role(name)).collect::<Vec<_>>(),
        "across": ACROSS.iter().map(|(table, name)| json!({"name": table, "role": role(name)})).collect::<Vec<_>>(),
        "resolved": RESOLVED,
        "not_leading": NOT_LEADING,
        "readers": READERS
            .iter()
            .map(|(table, column, roles)| {
                json!({"name": table, "column": column, "roles": roles.iter().map(|name| role(name)).collect::<Vec<_>>()})
            })
            .collect::<Vec<_>>(),
        "definers": DEFINER_FUNCTIONS,
    })
}
