//! What `parlance doctor` looks at; each finding says how to mend it.

use std::fmt;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use crate::config::{Config, Needs};

use super::Role;

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What was looked at.
    pub name: String,
    /// What was found, or what is wrong and how to mend it.
    pub result: Result<String, String>,
}

/// Everything that was looked at; `Display` is what a person reads.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// In the order of looking.
    pub checks: Vec<Check>,
}

impl Report {
    /// Adds a finding.
    pub fn add(&mut self, name: impl Into<String>, result: Result<String, String>) {
        self.checks.push(Check {
            name: name.into(),
            result,
        });
    }

    /// True when nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.checks.iter().all(|check| check.result.is_ok())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for check in &self.checks {
            match &check.result {
                Ok(found) => writeln!(f, "  ok     {}: {found}", check.name)?,
                Err(cure) => writeln!(f, "  WRONG  {}: {cure}", check.name)?,
            }
        }
        let wrong = self.checks.iter().filter(|check| check.result.is_err()).count();
        writeln!(f, "{} checked, {wrong} wrong", self.checks.len())
    }
}

/// Checks every value, and that what `roles` need is there.
pub fn configuration(config: &Config, roles: &[Role], report: &mut Report) {
    let database_roles = Role::database_roles_of(roles);
    match config.validate(Needs {
        roles: &database_roles,
        master_key: true,
        listeners: true,
    }) {
        Ok(()) => report.add("configuration", Ok("every value is sound".to_owned())),
        Err(error) => error
            .0
            .into_iter()
            .for_each(|problem| report.add("configuration", Err(problem.to_string()))),
    }
}

/// Checks that each listener of `roles` can be opened now.
pub fn ports(config: &Config, roles: &[Role], report: &mut Report) {
    let surfaces = [
        (
            Role::TenantApi,
            "http.tenant_app_addr",
            config.http.tenant_app_addr,
        ),
        (
            Role::AdminApi,
            "http.admin_portal_addr",
            config.http.admin_portal_addr,
        ),
        (Role::Gateway, "http.webhooks_addr", config.http.webhooks_addr),
    ];
    for (role, key, address) in surfaces {
        if roles.contains(&role) {
            report.add(key, port(key, address));
        }
    }
}

fn port(key: &str, address: SocketAddr) -> Result<String, String> {
    match TcpListener::bind(address) {
        Ok(_) => Ok(format!("{address} is free")),
        Err(error) => Err(format!(
            "cannot listen on {address} ({error}): stop what uses it, or change {key}"
        )),
    }
}

/// Longest wait for one database role.
const DATABASE_LIMIT: Duration = Duration::from_secs(5);

/// Signs in as each database role that `roles` need, and as the owner if its URL is given, and looks for what is too
/// loose or missing.
pub async fn databases(config: &Config, roles: &[Role], report: &mut Report) {
    let needed = Role::database_roles_of(roles);
    for (role, url) in config.database.urls() {
        let Some(url) = url.filter(|_| role == "owner" || needed.contains(&role)) else {
            continue;
        };
        let outcome = match tokio::time::timeout(DATABASE_LIMIT, store::setup::role_faults(url, role)).await {
            Ok(Ok(faults)) if faults.is_empty() => {
                Ok("signs in, and may do no more than it has to".to_owned())
            }
            Ok(Ok(faults)) => Err(faults.join("; ")),
            Ok(Err(error)) => Err(format!(
                "{error}; check the address and the password, and run `parlance migrate`"
            )),
            Err(_) => Err(format!(
                "no answer within {} s; check the address",
                DATABASE_LIMIT.as_secs()
            )),
        };
        report.add(format!("database role {role}"), outcome);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_found_with_its_key() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = taken.local_addr().unwrap();
        let mut report = Report::default();
        report.add("http.webhooks_addr", port("http.webhooks_addr", address));
        assert!(!report.is_sound());
        assert!(
            report.to_string().contains("change http.webhooks_addr"),
            "{report}"
        );
        drop(taken);
        assert!(port("http.webhooks_addr", address).is_ok());
    }
}
