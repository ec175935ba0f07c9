//! Starts, ends, and what is left in between.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::time::Duration;

use egress::Method;

use crate::installation::Installation;
use crate::process::{alive, eventually, parlance};

/// Idle memory of the process without PostgreSQL, MB.
const RESIDENT_MB_MAX: u64 = 150;
/// Ready on a warm folder within 3 s is the promise; the bench holds it to that, this is for a busy machine.
const WARM_START_MAX: Duration = Duration::from_secs(10);

#[tokio::test]
async fn it_starts_stops_and_survives_kills() {
    let mut it = Installation::start("life").await;
    let mode = fs::metadata(it.data().join("dev.json")).unwrap().mode();
    assert_eq!(mode & 0o777, 0o600);
    let (dev, superuser) = (it.dev.clone(), it.superuser());
    for page in [&dev.sandbox_phone, &dev.mail] {
        let answer = it.http.request(Method::GET, page).send().await.unwrap();
        assert!(answer.status.is_success(), "{page}: {}", answer.status);
    }
    let graph = format!(
        "{}/{}/{}",
        dev.sandbox, dev.sandbox_credentials.graph_version, dev.tenants[0].waba_id
    );
    let graph = it
        .http
        .request(Method::GET, &graph)
        .bearer(&dev.sandbox_credentials.access_token);
    let waba = crate::wire::Http::send(graph, None).await.expect(200);
    assert_eq!(waba["name"], dev.tenants[0].name.as_str());
    let state = it.sandbox(Method::GET, "state", None).await;
    assert_eq!(state["apps"][0]["id"], dev.sandbox_credentials.app_id.as_str());
    for (a, b) in [(0, 1), (1, 0)] {
        let (tenant, other) = (&dev.tenants[a], &dev.tenants[b]);
        let roles: Vec<_> = tenant.users.iter().map(|user| user.role.as_str()).collect();
        assert_eq!(roles, ["owner", "agent", "viewer"]);
        let own = it.tenant_api(a, Method::GET, "numbers", None).await.expect(200);
        assert_eq!(
            own["items"][0]["provider_number_id"],
            tenant.phone_number_id.as_str()
        );
        let url = format!("{}/v1/t/{}/numbers", dev.tenant_app, other.slug);
        let foreign = it.http.request(Method::GET, &url).bearer(&tenant.api_key);
        assert_eq!(crate::wire::Http::send(foreign, None).await.status, 404);
    }
    assert_eq!(
        superuser.one::<String>("select current_setting('fsync')").await,
        "on"
    );

    let postmaster = it.postmaster().unwrap();
    let stopped = it.stop().await;
    assert!(!alive(postmaster), "PostgreSQL outlived a clean end");
    assert!(
        !it.data().join("dev.json").exists(),
        "dev.json outlived its process"
    );
    let warm = it.launch().await;
    assert!(warm < WARM_START_MAX, "a warm start took {warm:?}");
    assert_eq!(it.dev.tenants[0].api_key, dev.tenants[0].api_key);
    assert_eq!(it.dev.platform_admin.password, dev.platform_admin.password);
    let resident = it.program().resident_mb();
    assert!(resident <= RESIDENT_MB_MAX, "{resident} MB resident while idle");

    let postmaster = it.postmaster().unwrap();
    it.kill();
    eventually("PostgreSQL's end", async || (!alive(postmaster)).then_some(())).await;
    let after_kill = it.launch().await;
    it.tenant_api(1, Method::GET, "conversations", None)
        .await
        .expect(200);
    println!(
        "stop {stopped:?}, warm start {warm:?}, start after kill -9 {after_kill:?}, {resident} MB resident"
    );
}

#[tokio::test]
async fn a_second_process_in_the_same_folder_is_refused_and_harms_nothing() {
    let mut it = Installation::start("locked").await;
    let mut second = parlance(&[
        "dev",
        "--port-base",
        &(it.port_base + 1).to_string(),
        "--data-dir",
    ]);
    let output = second.arg(it.data()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let sentence = format!("Another parlance (pid {})", it.program().pid());
    assert!(!output.status.success() && said.contains(&sentence), "{said}");
    assert!(
        it.data().join("dev.json").exists(),
        "the second process took the first one's dev.json away"
    );
    it.tenant_api(0, Method::GET, "numbers", None).await.expect(200);
    it.stop().await;
}

#[tokio::test]
async fn killed_at_any_moment_of_its_first_start_it_starts_again() {
    let moments = [
        "parlance.lock",
        "postgres.password",
        "pgdata/postmaster.pid",
        "demo.unfinished",
        "sandbox",
        "sandbox/state.json",
    ];
    let mut it = Installation::start_after_kills("first-start", &moments).await;
    for tenant in [0, 1] {
        let numbers = it
            .tenant_api(tenant, Method::GET, "numbers", None)
            .await
            .expect(200);
        assert_eq!(numbers["items"].as_array().map(Vec::len), Some(1));
    }
    it.stop().await;
}
