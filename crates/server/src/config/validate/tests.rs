use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use figment::Jail;

use super::*;
use crate::config::reference::{keys, markdown};

// The closure's error type is figment's choice.
#[allow(clippy::result_large_err)]
fn in_jail(test: impl FnOnce(&mut Jail)) {
    Jail::expect_with(|jail| {
        jail.clear_env();
        test(jail);
        Ok(())
    });
}

fn problems(config: &Config, needs: Needs<'_>) -> Vec<String> {
    match config.validate(needs) {
        Ok(()) => Vec::new(),
        Err(Error(problems)) => problems.into_iter().map(|problem| problem.key).collect(),
    }
}

#[test]
fn defaults_then_file_then_environment() {
    in_jail(|jail| {
        jail.create_file("p.toml", "[ingest]\nstreams = 8\nbatch_rows = 10\n")
            .unwrap();
        jail.set_env("PARLANCE_INGEST__STREAMS", "16");
        jail.set_env("PARLANCE_EGRESS__ALLOW", "10.0.0.0/8, sandbox.local");
        jail.set_env("PARLANCE_TEST_PG", "ignored");
        let config = Config::load(Some("p.toml".as_ref())).unwrap();
        assert_eq!(
            (
                config.ingest.streams,
                config.ingest.batch_rows,
                config.ingest.queue_rows
            ),
            (16, 10, 2048)
        );
        assert_eq!(
            config.egress_allow().unwrap(),
            ["10.0.0.0/8".parse().unwrap(), "sandbox.local".parse().unwrap()]
        );
        assert!(problems(&config, Needs::default()).is_empty());
    });
}

#[test]
fn errors_name_the_key_and_the_cure() {
    in_jail(|jail| {
        jail.set_env("PARLANCE_HTTP__TENANT_ADDR", "127.0.0.1:1");
        let text = Config::load(None).unwrap_err().to_string();
        assert!(
            text.contains("http.tenant_addr") && text.contains("tenant_app_addr"),
            "{text}"
        );
    });
    in_jail(|jail| {
        jail.set_env("PARLANCE_INGEST__STREAMS", "many");
        let text = Config::load(None).unwrap_err().to_string();
        assert!(
            text.contains("ingest.streams") && text.contains("PARLANCE_INGEST__STREAMS"),
            "{text}"
        );
    });
    in_jail(|jail| {
        jail.set_env("PARLANCE_MASTER_KEY", "c2hvcnQ=");
        jail.set_env("PARLANCE_PUBLIC_URLS__WEBHOOKS", "http://hooks.example.org");
        jail.set_env(
            "PARLANCE_DATABASE__TENANT_URL",
            "postgres://parlance_tenant:s3cr3t@localhost/p",
        );
        jail.set_env(
            "PARLANCE_DATABASE__INGEST_URL",
            "postgres://parlance_tenant:s3cr3t@localhost/p",
        );
        jail.set_env("PARLANCE_EGRESS__ALLOW", "10.0.0.0/99");
        jail.set_env("PARLANCE_INGEST__STREAMS", "0");
        let config = Config::load(None).unwrap();
        let needs = Needs {
            roles: &["tenant", "ingest", "platform"],
            master_key: true,
            listeners: true,
        };
        assert_eq!(
            problems(&config, needs),
            [
                "ingest.streams",
                "public_urls.webhooks",
                "database.ingest_url",
                "database.platform_url",
                "master_key",
                "egress.allow"
            ]
        );
    });
}

#[test]
fn no_secret_is_printed() {
    in_jail(|jail| {
        let key = STANDARD.encode([7_u8; 32]);
        jail.set_env("PARLANCE_MASTER_KEY", &key);
        jail.set_env(
            "PARLANCE_DATABASE_URL",
            "postgres://root:s3cr3t@localhost/postgres?host=/run/pg",
        );
        jail.set_env(
            "PARLANCE_DATABASE__TENANT_URL",
            "postgres://parlance_tenant:s3cr3t@db:5432/parlance",
        );
        let config = Config::load(None).unwrap();
        assert!(
            problems(
                &config,
                Needs {
                    roles: &["tenant"],
                    master_key: true,
                    listeners: true
                }
            )
            .is_empty()
        );
        let printed = format!("{config}{config:?}");
        assert!(
            !printed.contains("s3cr3t") && !printed.contains(&key),
            "{printed}"
        );
        assert!(
            printed.contains("postgres://parlance_tenant:••••@db:5432/parlance"),
            "{printed}"
        );
    });
}

#[test]
fn every_key_is_printed_and_explained() {
    in_jail(|_| {
        let config = Config::load(None).unwrap();
        let printed: BTreeSet<String> = config.entries().into_iter().map(|(key, _)| key).collect();
        let explained: BTreeSet<String> = keys().into_iter().map(|key| key.name).collect();
        assert_eq!(explained, printed);
        for key in keys() {
            assert!(key.meaning.ends_with('.'), "{} is not explained", key.name);
        }
    });
}

#[test]
fn the_committed_reference_is_current() {
    let committed = include_str!("../../../../../docs/reference/configuration.md");
    assert_eq!(
        markdown(),
        committed,
        "run `target/debug/parlance config > docs/reference/configuration.md`"
    );
}
