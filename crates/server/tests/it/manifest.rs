//! `dev.json` with exactly the names that were promised: an unknown or a missing one does not read.

use serde::Deserialize;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub tenant_app: String,
    pub admin_portal: String,
    pub webhooks: String,
    pub sandbox: String,
    pub sandbox_phone: String,
    pub mail: String,
    pub database_url: String,
    pub platform_admin: SignIn,
    pub tenants: Vec<Tenant>,
    pub sandbox_credentials: Credentials,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    pub email: String,
    pub password: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tenant {
    pub id: String,
    pub slug: String,
    pub name: String,
    pub waba_id: String,
    pub phone_number_id: String,
    pub display_phone_number: String,
    pub api_key: String,
    pub users: Vec<User>,
}

impl Tenant {
    /// The id as the database writes it.
    pub fn uuid(&self) -> String {
        let hex = self.id.strip_prefix("ten_").unwrap();
        let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
        parts.join("-")
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    pub email: String,
    pub password: String,
    pub role: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    pub graph_version: String,
    pub access_token: String,
    pub app_id: String,
    pub app_secret: String,
    pub verify_token: String,
}
