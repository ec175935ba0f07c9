//! `parlance migrate`: roles, database and schema.

use std::sync::Arc;

use anyhow::Context;
use domain::Ids;
use secrecy::{ExposeSecret, SecretString};
use store::setup::Verifier;
use url::Url;

use crate::{
    clock::SystemClock,
    config::{Config, Needs},
};

/// Makes what is missing. With `database_url` (a superuser) also the roles, with the passwords of their URLs, and the
/// database that `database.owner_url` names; without it both must be there.
pub async fn run(config: &Config) -> anyhow::Result<()> {
    config.validate(Needs {
        roles: &["owner"],
        ..Needs::default()
    })?;
    let owner = config
        .database
        .owner_url
        .as_ref()
        .context("database.owner_url is missing")?;
    if let Some(superuser) = &config.database_url {
        let database = database_of(owner)?;
        let ids = Ids::from_os(Arc::new(SystemClock));
        let verifiers: Vec<_> = passwords(config)
            .into_iter()
            .map(|(role, password)| (role, Verifier::new(&password, ids.bytes())))
            .collect();
        store::setup::prepare_cluster(superuser, &database, &verifiers).await.context(
            "cannot make the roles and the database; database_url (PARLANCE_DATABASE_URL) must sign in as a superuser",
        )?;
    }
    store::setup::migrate(owner)
        .await
        .context("the schema was not brought up to date; what had begun was rolled back")
}

fn database_of(owner: &SecretString) -> anyhow::Result<String> {
    let url = Url::parse(owner.expose_secret())?;
    let name = url.path().trim_start_matches('/');
    anyhow::ensure!(
        !name.is_empty()
            && name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-'),
        "database.owner_url must end with the name of the database, such as /parlance"
    );
    Ok(name.to_owned())
}

fn passwords(config: &Config) -> Vec<(&'static str, SecretString)> {
    let urls = config.database.urls().into_iter();
    urls.filter_map(|(role, url)| {
        let url = Url::parse(url?.expose_secret()).ok()?;
        let password = percent_decode(url.password()?)?;
        Some((role, SecretString::from(password)))
    })
    .collect()
}

/// Undoes the percent encoding of a URL's password; `None` when the bytes are no UTF-8.
fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_and_the_passwords_come_from_the_role_urls() {
        let owner = SecretString::from("postgres://parlance_owner:p%40ss%2Fw@db/parlance?host=/run");
        assert_eq!(database_of(&owner).unwrap(), "parlance");
        assert!(database_of(&SecretString::from("postgres://parlance_owner@db")).is_err());
        assert_eq!(percent_decode("p%40ss%2Fw").as_deref(), Some("p@ss/w"));
    }
}
