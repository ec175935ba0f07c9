//! `dev.json`: addresses and sign-ins of a running `parlance dev`, for people, scripts and tests.

use std::{fmt, fs, io::Write, os::unix::fs::OpenOptionsExt, path::Path};

use anyhow::Context;
use secrecy::ExposeSecret;
use serde::Serialize;
use serde_json::{Value, json};

use super::demo::Demo;
use crate::{cli::DevPorts, config::Config};

const FILE: &str = "dev.json";

/// What `dev.json` holds; the names are stable.
#[derive(Serialize)]
#[serde(transparent)]
pub struct Manifest(Value);

impl Manifest {
    /// Collects everything.
    pub fn new(ports: &DevPorts, config: &Config, demo: Demo) -> anyhow::Result<Self> {
        let address = |socket| DevPorts::url(socket).map(|url| url.as_str().trim_end_matches('/').to_owned());
        let sandbox = address(ports.sandbox())?;
        let owner = config
            .database
            .owner_url
            .as_ref()
            .context("database.owner_url is missing")?;
        Ok(Self(json!({
            "tenant_app": address(ports.tenant_app())?,
            "admin_portal": address(ports.admin_portal())?,
            "webhooks": format!("{}/webhooks/{}", address(ports.webhooks())?, demo.meta_app_id),
            "sandbox": sandbox,
            "sandbox_phone": format!("{sandbox}/phone/"),
            "mail": address(ports.mail())?,
            "database_url": owner.expose_secret(),
            "platform_admin": demo.platform_admin,
            "tenants": demo.tenants,
            "sandbox_credentials": demo.sandbox_credentials,
        })))
    }

    /// Writes the file at once, readable by its owner only.
    pub fn write(&self, data_dir: &Path) -> anyhow::Result<()> {
        write_private(&data_dir.join(FILE), &serde_json::to_vec_pretty(self)?)
    }
}

/// Removes the file: whoever waits for it must not find a former run's.
pub fn remove(data_dir: &Path) -> anyhow::Result<()> {
    match fs::remove_file(data_dir.join(FILE)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).context("dev.json can't be removed")
        }
        _ => Ok(()),
    }
}

/// Writes a file of mode 0600 beside its place and renames it.
pub fn write_private(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let aside = path.with_extension("json.new");
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&aside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&aside, path).with_context(|| format!("{} can't be written", path.display()))
}

impl fmt::Display for Manifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |pointer: &str| {
            self.0
                .pointer(pointer)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        writeln!(f, "\nParlance is ready.\n")?;
        writeln!(f, "  Tenant app     {}", text("/tenant_app"))?;
        for tenant in self
            .0
            .get("tenants")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let field = |pointer: &str| {
                tenant
                    .pointer(pointer)
                    .and_then(Value::as_str)
                    .unwrap_or_default()
                    .to_owned()
            };
            writeln!(
                f,
                "                 {}  {}  {}",
                field("/name"),
                field("/users/0/email"),
                field("/users/0/password")
            )?;
        }
        writeln!(f, "  Customer phone {}", text("/sandbox_phone"))?;
        writeln!(f, "  Mail           {}", text("/mail"))?;
        writeln!(f, "  Admin portal   {}", text("/admin_portal"))?;
        writeln!(
            f,
            "                 {}  {}",
            text("/platform_admin/email"),
            text("/platform_admin/password")
        )?;
        writeln!(
            f,
            "\n  Write \"Hi\" on the customer phone and answer it in the tenant app. Stop with Ctrl+C."
        )
    }
}
