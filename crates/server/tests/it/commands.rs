//! The command line against a PostgreSQL of somebody else's, with passwords and without demo data.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use egress::Method;
use parlance_server::postgres::{Options, Running, Supervisor};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use testkit::Superuser;

use crate::process::{Program, Scratch, eventually, free_ports, parlance};
use crate::wire::Http;

const ROLES: [&str; 7] = [
    "owner", "tenant", "ingest", "delivery", "events", "platform", "upkeep",
];
const ALL: &str = "tenant-api,admin-api,gateway,normalizer,delivery,upkeep";
const MASTER_KEY: &str = "q83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4k=";
const PASSWORD: &str = "p@ss/word %41";
const OWNER: &str = "boss@acme.example";

struct External {
    postgres: Running,
    port: u16,
    scratch: Scratch,
}

impl External {
    fn start() -> Self {
        let scratch = Scratch::new("commands");
        let postgres = Supervisor::start(&Options::new(scratch.dir.join("elsewhere"))).unwrap();
        Self {
            postgres,
            port: free_ports(3),
            scratch,
        }
    }

    fn url(&self, role: &str, password: &str) -> String {
        let url = self.postgres.url(role, &SecretString::from("PASSWORD"), "acme");
        let encoded: String = password.bytes().map(|byte| format!("%{byte:02x}")).collect();
        url.expose_secret().replace("PASSWORD", &encoded)
    }

    /// A command with the whole configuration in its environment.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = parlance(arguments);
        for role in ROLES {
            let name = format!("PARLANCE_DATABASE__{}_URL", role.to_uppercase());
            command.env(name, self.url(&format!("parlance_{role}"), PASSWORD));
        }
        for (step, surface) in ["TENANT_APP", "ADMIN_PORTAL", "WEBHOOKS"].iter().enumerate() {
            let port = self.port + u16::try_from(step).unwrap();
            command.env(
                format!("PARLANCE_HTTP__{surface}_ADDR"),
                format!("127.0.0.1:{port}"),
            );
            command.env(
                format!("PARLANCE_PUBLIC_URLS__{surface}"),
                format!("http://127.0.0.1:{port}"),
            );
        }
        command
            .env("PARLANCE_MASTER_KEY", MASTER_KEY)
            .env("PARLANCE_BLOB_DIR", self.scratch.dir.join("blobs"));
        command
    }

    fn address(&self, step: u16) -> String {
        format!("http://127.0.0.1:{}", self.port + step)
    }
}

fn said(output: &Output) -> String {
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

fn succeeds(mut command: Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", said(&output));
    said(&output)
}

fn fails(mut command: Command) -> String {
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{command:?}: {}", said(&output));
    said(&output)
}

fn with_input(mut command: Command, input: &str, folder: &Path) -> String {
    let file = folder.join("input");
    std::fs::write(&file, input).unwrap();
    command.stdin(Stdio::from(std::fs::File::open(file).unwrap()));
    succeeds(command)
}

/// Everything before anything runs: the schema, the check of it, and the first accounts. The tenant owner's password.
fn set_up(it: &External) -> String {
    let before = fails(it.command(&["doctor"]));
    assert!(before.contains("run `parlance migrate`"), "{before}");
    let mut migrate = it.command(&["migrate"]);
    migrate.env(
        "PARLANCE_DATABASE_URL",
        it.postgres.superuser_url().expose_secret(),
    );
    assert!(succeeds(migrate).contains("The schema is current."));
    // The second time the owner role is enough.
    assert!(succeeds(it.command(&["migrate"])).contains("The schema is current."));
    let doctor = succeeds(it.command(&["doctor"]));
    assert!(
        doctor.contains(" 0 wrong") && doctor.contains("database role platform: signs in"),
        "{doctor}"
    );
    for secret in [MASTER_KEY, PASSWORD, "%70%40", "p%40ss"] {
        assert!(!doctor.contains(secret), "the doctor shows a secret: {doctor}");
    }
    let admin = [
        "admin",
        "create-platform-user",
        "--email",
        "root@acme.example",
        "--password-stdin",
    ];
    with_input(it.command(&admin), "correct horse battery\n", &it.scratch.dir);
    let tenant = [
        "admin",
        "create-tenant",
        "--name",
        "Acme",
        "--slug",
        "acme",
        "--owner-email",
        OWNER,
    ];
    let made = succeeds(it.command(&tenant));
    let refused = fails(it.command(&tenant));
    assert!(refused.contains("slug"), "{refused}");
    let (_, rest) = made.split_once("password ").unwrap();
    rest.split(' ').next().unwrap().to_owned()
}

async fn ready(http: &Http, program: &mut Program, addresses: &[String]) {
    for address in addresses {
        let url = format!("{address}/readyz");
        eventually(&url, async || {
            program.assert_runs();
            let answer = http.request(Method::GET, &url).send().await.ok()?;
            answer.status.is_success().then_some(())
        })
        .await;
    }
}

async fn sign_in(http: &Http, address: &str, email: &str, password: &str) -> Value {
    let body = json!({ "email": email, "password": password });
    let url = format!("{address}/v1/sign-in");
    http.browse(Method::POST, &url, None, Some(body))
        .await
        .expect(200)
}

#[tokio::test]
async fn a_production_installation_is_set_up_checked_and_served() {
    let it = External::start();
    let password = set_up(&it);
    let database = Superuser::new(it.url("postgres", "x").replace(":%78@", &password_of(&it)));
    database.run(&cluster_at(1_000_000_000)).await;
    let mut program = Program::start(it.command(&["serve", "--roles", ALL]), &it.scratch.dir);
    let http = Http::new();
    let (tenant, admin, hooks) = (it.address(0), it.address(1), it.address(2));
    ready(&http, &mut program, &[tenant.clone(), admin.clone()]).await;
    sign_in(&http, &tenant, OWNER, &password).await;
    sign_in(&http, &admin, "root@acme.example", "correct horse battery").await;
    let hook = format!("{hooks}/webhooks/app_01a204ddbb6b7143a67ae7ad5c4f4881");
    assert_eq!(http.webhook(&hook, "any", b"{}").await, Ok(404));
    let taken = fails(it.command(&["doctor"]));
    assert!(
        taken.contains("http.webhooks_addr") && taken.contains("3 wrong"),
        "{taken}"
    );
    let twice = fails(it.command(&["serve", "--roles", ALL]));
    assert!(twice.contains("another program uses it"), "{twice}");
    let heads = eventually("seals over both logs", async || {
        let said = succeeds(it.command(&["audit", "verify"]));
        (!said.contains(" 0 seals")).then_some(said)
    })
    .await;
    assert!(
        heads.contains("tenant acme: ") && heads.contains("platform: "),
        "{heads}"
    );
    let rotated = succeeds(it.command(&["admin", "rotate-keys"]));
    assert!(rotated.contains("secrets sealed again"), "{rotated}");
    succeeds(it.command(&["admin", "retention"]));
    let (status, _) = program.terminate().await;
    assert!(status.success(), "{status}");
    goes_on_in_a_younger_cluster(&it, &database).await;

    // The parts in processes of their own serve the same installation.
    let roles = [
        "tenant-api",
        "admin-api,gateway",
        "normalizer",
        "delivery",
        "upkeep",
    ];
    let mut apart: Vec<_> = roles
        .map(|roles| Program::start(it.command(&["serve", "--roles", roles]), &it.scratch.dir))
        .into();
    ready(&http, &mut apart[0], &[tenant]).await;
    ready(&http, &mut apart[1], &[admin]).await;
    let runs = "select count(distinct usename) from pg_stat_activity where usename in ('parlance_ingest', 'parlance_delivery', 'parlance_tenant', 'parlance_events', 'parlance_platform', 'parlance_upkeep')";
    eventually("every role at the database", async || {
        (database.one::<i64>(runs).await == 6).then_some(())
    })
    .await;
    for program in &mut apart {
        program.assert_runs();
        let (status, _) = program.terminate().await;
        assert!(status.success(), "{status}");
    }
    succeeds(it.command(&["audit", "verify", "--tenant", "acme"]));
    database
        .run("update audit_entries set target = 'somebody else'")
        .await;
    let broken = fails(it.command(&["audit", "verify", "--tenant", "acme"]));
    assert!(broken.contains("BROKEN at seal 1"), "{broken}");
    let External {
        postgres, scratch, ..
    } = it;
    postgres.stop();
    drop(scratch);
}

/// As if the cluster had come further by so many transactions.
fn cluster_at(base: u64) -> String {
    format!(
        "create or replace function position_base() returns bigint language sql stable parallel safe return {base}::bigint"
    )
}

/// As after a restore: the data is of a cluster that has come further. Nothing starts before its places are rebased.
async fn goes_on_in_a_younger_cluster(it: &External, database: &Superuser) {
    database.run(&cluster_at(0)).await;
    let starts: [&[&str]; 3] = [
        &["doctor", "--roles", "upkeep"],
        &["serve", "--roles", "tenant-api"],
        &["serve", "--roles", "upkeep"],
    ];
    for arguments in starts {
        let refused = fails(it.command(arguments));
        assert!(
            refused.contains("run `parlance admin rebase-positions`"),
            "{arguments:?}: {refused}"
        );
    }
    let rebased = succeeds(it.command(&["admin", "rebase-positions"]));
    assert!(rebased.contains("from now on"), "{rebased}");
    let again = succeeds(it.command(&["admin", "rebase-positions"]));
    assert!(again.contains("Nothing to do"), "{again}");
    let doctor = succeeds(it.command(&["doctor"]));
    assert!(doctor.contains(" 0 wrong"), "{doctor}");
}

fn password_of(it: &External) -> String {
    let file = it.scratch.dir.join("elsewhere/postgres.password");
    format!(":{}@", std::fs::read_to_string(file).unwrap().trim())
}

#[test]
fn a_wrong_configuration_is_one_sentence_with_its_cure() {
    let serve = ["serve", "--roles", "gateway"];
    let cases: [(&[(&str, &str)], &str); 6] = [
        (&[], "database.ingest_url: is missing"),
        (
            &[("PARLANCE_INGEST__STREAMS", "0")],
            "ingest.streams: is 0; it must be from 1 to 256",
        ),
        (&[("PARLANCE_INGEST__STREAM", "1")], "there is no such key"),
        (
            &[("PARLANCE_DATABASE__INGEST_URL", "postgres://root:hush-hush@db/x")],
            "must sign in as parlance_ingest",
        ),
        (&[("PARLANCE_MASTER_KEY", "aHVzaC1odXNo")], "master_key"),
        (&[("PARLANCE_EGRESS__ALLOW", "300.0.0.0/8")], "egress.allow"),
    ];
    for (environment, sentence) in cases {
        let mut command = parlance(&serve);
        command.envs(environment.iter().copied());
        let said = fails(command);
        assert!(said.contains(sentence), "{environment:?}: {said}");
        assert!(said.contains("PARLANCE_"), "names the variable: {said}");
        for secret in ["hush-hush", "aHVzaC1odXNo"] {
            assert!(!said.contains(secret), "{said}");
        }
    }
    let without_key = fails(parlance(&serve));
    assert!(without_key.contains("openssl rand -base64 32"), "{without_key}");
}

#[test]
fn the_openapi_documents_are_printed_without_any_configuration() {
    for (surface, path) in [("tenant", "/v1/t/{slug}/messages"), ("admin", "/v1/webhooks")] {
        let output = parlance(&["openapi", surface]).output().unwrap();
        assert!(
            output.status.success() && output.stderr.is_empty(),
            "{}",
            said(&output)
        );
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
        assert!(document["paths"][path].is_object(), "{surface}");
    }
}
