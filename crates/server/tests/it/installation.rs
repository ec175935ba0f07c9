//! One `parlance dev` in a folder of its own.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use egress::Method;
use serde_json::{Value, json};
use testkit::Superuser;

use crate::manifest::Manifest;
use crate::process::{Program, Scratch, alive, eventually, free_ports, parlance};
use crate::wire::{Answer, Http};

pub struct Installation {
    // Ended before its folder goes.
    program: Option<Program>,
    environment: Vec<(String, String)>,
    pub port_base: u16,
    pub dev: Manifest,
    pub http: Http,
    pub scratch: Scratch,
}

impl Installation {
    pub async fn start(name: &str) -> Self {
        Self::start_with(name, |_| Vec::new()).await
    }

    /// Starts with environment variables that may depend on the five ports: the four of `dev` and one to spare.
    pub async fn start_with(name: &str, environment: impl Fn(u16) -> Vec<(&'static str, String)>) -> Self {
        let scratch = Scratch::new(name);
        let port_base = free_ports(6);
        let environment = environment(port_base);
        let mut program = Self::spawn(&scratch, port_base, &environment);
        let dev = Self::ready(&scratch, &mut program).await;
        let environment = environment
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        Self {
            program: Some(program),
            environment,
            port_base,
            dev,
            http: Http::new(),
            scratch,
        }
    }

    /// Starts after first starts that were killed, each as soon as a file was there in the data folder.
    pub async fn start_after_kills(name: &str, files: &[&str]) -> Self {
        let scratch = Scratch::new(name);
        let port_base = free_ports(6);
        for file in files {
            let mut program = Self::spawn::<&str>(&scratch, port_base, &[]);
            eventually(file, async || {
                program.assert_runs();
                scratch.dir.join("data").join(file).exists().then_some(())
            })
            .await;
            program.kill();
        }
        let mut program = Self::spawn::<&str>(&scratch, port_base, &[]);
        let dev = Self::ready(&scratch, &mut program).await;
        Self {
            program: Some(program),
            environment: Vec::new(),
            port_base,
            dev,
            http: Http::new(),
            scratch,
        }
    }

    fn spawn<N: AsRef<str>>(scratch: &Scratch, port_base: u16, environment: &[(N, String)]) -> Program {
        let data = scratch.dir.join("data");
        // A killed process leaves it behind, and what we wait for is the new one.
        let _ = fs::remove_file(data.join("dev.json"));
        let mut command = parlance(&["dev", "--port-base", &port_base.to_string(), "--data-dir"]);
        command.arg(data);
        command.envs(
            environment
                .iter()
                .map(|(name, value)| (name.as_ref().to_owned(), value)),
        );
        Program::start(command, &scratch.dir)
    }

    async fn ready(scratch: &Scratch, program: &mut Program) -> Manifest {
        let file = scratch.dir.join("data/dev.json");
        let text = eventually("dev.json", async || {
            program.assert_runs();
            fs::read(&file).ok()
        })
        .await;
        serde_json::from_slice(&text).expect("dev.json has exactly the promised names")
    }

    pub fn data(&self) -> PathBuf {
        self.scratch.dir.join("data")
    }

    pub fn program(&mut self) -> &mut Program {
        self.program.as_mut().expect("a running program")
    }

    /// Starts again in the same folder; the time from the process's start to `dev.json`.
    pub async fn launch(&mut self) -> Duration {
        assert!(self.program.is_none());
        let begun = Instant::now();
        let mut program = Self::spawn(&self.scratch, self.port_base, &self.environment);
        self.dev = Self::ready(&self.scratch, &mut program).await;
        let took = begun.elapsed();
        self.program = Some(program);
        took
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        self.program().kill();
        self.program = None;
    }

    /// SIGTERM, and a clean end in time.
    pub async fn stop(&mut self) -> Duration {
        let (status, took) = self.program().terminate().await;
        self.program = None;
        assert!(status.success(), "SIGTERM ended it with {status}");
        assert!(took < Duration::from_secs(20), "stopping took {took:?}");
        took
    }

    pub fn postmaster(&self) -> Option<u32> {
        let text = fs::read_to_string(self.data().join("pgdata/postmaster.pid")).ok()?;
        text.lines().next()?.trim().parse().ok()
    }

    /// The embedded database with row security bypassed.
    pub fn superuser(&self) -> Superuser {
        let password = fs::read_to_string(self.data().join("postgres.password")).unwrap();
        let (_, place) = self.dev.database_url.split_once('@').unwrap();
        Superuser::new(format!("postgres://postgres:{}@{place}", password.trim()))
    }

    /// What the process and PostgreSQL logged so far; what it prints for people is apart.
    pub fn logs(&self) -> String {
        let read = |path: PathBuf| fs::read_to_string(path).unwrap();
        read(self.scratch.dir.join("stderr.log")) + &read(self.data().join("postgres.log"))
    }

    /// Waits until everything that was stored is normalized.
    pub async fn normalized(&self) {
        let behind = "select r.stream from raw_webhooks r
             left join ingest_cursors c on c.stream = r.stream and (c.day, c.seq) >= (r.day, r.seq)
             where c.stream is null limit 1";
        let superuser = self.superuser();
        eventually("the normalizer", async || {
            superuser.try_rows(behind).await.ok()?.is_empty().then_some(())
        })
        .await;
    }

    /// Waits until the sandbox has nothing more to tell and all of it is normalized.
    pub async fn quiet(&self) {
        eventually("the sandbox's webhooks", async || {
            let state = self.sandbox(Method::GET, "state", None).await;
            (state["pending_webhooks"] == 0).then_some(())
        })
        .await;
        self.normalized().await;
    }

    /// A call to a tenant's API with its key.
    pub async fn tenant_api(&self, tenant: usize, method: Method, path: &str, body: Option<Value>) -> Answer {
        let tenant = &self.dev.tenants[tenant];
        let url = format!("{}/v1/t/{}/{path}", self.dev.tenant_app, tenant.slug);
        let request = self.http.request(method, &url).bearer(&tenant.api_key);
        Http::send(request, body).await
    }

    /// A call to the sandbox's control API that has to go well.
    pub async fn sandbox(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        self.http.sandbox(&self.dev.sandbox, method, path, body).await
    }

    /// Posts a signed webhook of the demo's app.
    pub async fn webhook(&self, body: &[u8]) -> u16 {
        let secret = &self.dev.sandbox_credentials.app_secret;
        self.http.webhook(&self.dev.webhooks, secret, body).await.unwrap()
    }

    /// Signs in to the tenant app; the cookie's value.
    pub async fn session(&self, email: &str, password: &str) -> String {
        let body = json!({ "email": email, "password": password });
        let url = format!("{}/v1/sign-in", self.dev.tenant_app);
        let answer = self.http.browse(Method::POST, &url, None, Some(body)).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.cookie()
    }
}

impl Drop for Installation {
    fn drop(&mut self) {
        self.program = None;
        // PostgreSQL ends with us; the folder can go when it has.
        if let Some(postmaster) = self.postmaster() {
            let begun = Instant::now();
            while alive(postmaster) && begun.elapsed() < Duration::from_secs(10) {
                std::thread::sleep(crate::process::POLL);
            }
        }
    }
}
