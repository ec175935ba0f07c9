//! The embedded PostgreSQL against real processes: identities, kills at any moment, restarts, and each refusal's sentence.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod process;

use std::fs::{self, Permissions};
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::process::Command;
use std::time::{Duration, Instant};

use parlance_server::postgres::{Binaries, DataLock, Error, Options, State, Supervisor};
use secrecy::ExposeSecret;

use process::{
    DEADLINE, FOLDER, Other, Scratch, alive, kill, postmaster, query, refusal, root, runtime, start,
};

const NOBODY: u32 = 65_534;

#[test]
fn supervised_process() {
    let Some(data) = std::env::var_os(FOLDER) else {
        return;
    };
    let mut stdout = std::io::stdout();
    match Supervisor::start(&Options::new(data)) {
        Ok(running) => {
            writeln!(stdout, "READY {}", running.superuser_url().expose_secret()).unwrap();
            let _ = std::io::stdin().read_to_end(&mut Vec::new());
            running.stop();
        }
        Err(error) => writeln!(stdout, "REFUSED {error}").unwrap(),
    }
}

#[test]
fn first_start_then_warm_start_keep_data_and_password() {
    let scratch = Scratch::new("warm");
    let data = scratch.data();
    fs::create_dir_all(data.join("pgdata.new.1/base")).unwrap();
    if root() {
        fs::set_permissions(&data, Permissions::from_mode(0o755)).unwrap();
    }
    let first = start(&data);
    let url = first.superuser_url();
    query(url.expose_secret(), "create table kept as select 7 as n");
    let settings = "select string_agg(setting, ',' order by name) from pg_settings where name in ('fsync', 'full_page_writes', 'listen_addresses', 'synchronous_commit')";
    assert_eq!(query(url.expose_secret(), settings), "on,on,,on");
    let password = fs::metadata(data.join("postgres.password")).unwrap();
    assert_eq!(password.mode() & 0o777, 0o600);
    assert!(!data.join("pgdata.new.1").exists());
    let state = first.state();
    first.stop();
    assert_eq!(*state.borrow(), State::Stopped);
    assert_eq!(postmaster(&data), None);

    let begun = Instant::now();
    let second = start(&data);
    assert!(
        begun.elapsed() < Duration::from_secs(1),
        "a warm start took {:?}",
        begun.elapsed()
    );
    assert_eq!(second.superuser_url().expose_secret(), url.expose_secret());
    assert_eq!(query(url.expose_secret(), "select n from kept"), "7");
    second.stop();
}

#[test]
fn it_outlives_the_thread_that_started_it() {
    let scratch = Scratch::new("thread");
    let data = scratch.data();
    let running = std::thread::scope(|scope| scope.spawn(|| start(&data)).join().unwrap());
    let mut state = running.state();
    state.mark_unchanged();
    let before = postmaster(&data);
    let quiet =
        runtime().block_on(async { tokio::time::timeout(Duration::from_millis(500), state.changed()).await });
    assert!(
        quiet.is_err(),
        "PostgreSQL ended with the thread: {:?}",
        *state.borrow()
    );
    assert_eq!(postmaster(&data), before);
    running.stop();
}

#[test]
fn killed_at_any_moment_it_starts_again() {
    let scratch = Scratch::new("kill");
    let data = scratch.data();
    let program = std::env::current_exe().unwrap();
    // The moments fall before, inside and after initdb (about 0.7 s), and inside the first starts.
    for after in [5, 30, 80, 150, 250, 400, 550, 700, 900] {
        let other = Other::start(&program, &data, None);
        std::thread::sleep(Duration::from_millis(after));
        other.kill();
    }
    let mut whole = Other::start(&program, &data, None);
    let url = whole.outcome().unwrap();
    query(&url, "create table kept as select 7 as n");
    let pid = postmaster(&data).unwrap();
    whole.kill();
    let begun = Instant::now();
    while alive(pid) {
        assert!(begun.elapsed() < DEADLINE, "PostgreSQL outlived us");
        std::thread::yield_now();
    }
    for after in [5, 40, 60, 80, 100, 150, 300] {
        let other = Other::start(&program, &data, None);
        std::thread::sleep(Duration::from_millis(after));
        other.kill();
    }
    let mut last = Other::start(&program, &data, None);
    assert_eq!(query(&last.outcome().unwrap(), "select n from kept"), "7");
    last.stop();
    let left: Vec<_> = fs::read_dir(&data)
        .unwrap()
        .flatten()
        .map(|e| e.file_name())
        .collect();
    assert!(
        !left
            .iter()
            .any(|name| name.to_string_lossy().starts_with("pgdata.new")),
        "{left:?}"
    );
}

#[test]
fn a_killed_postgres_is_started_again() {
    let scratch = Scratch::new("again");
    let data = scratch.data();
    let running = start(&data);
    let url = running.superuser_url();
    query(url.expose_secret(), "create table kept as select 7 as n");
    let mut state = running.state();
    for _ in 0..3 {
        let before = postmaster(&data).unwrap();
        kill(before);
        runtime().block_on(async {
            let restarting = state.wait_for(|state| matches!(state, State::Restarting(_)));
            tokio::time::timeout(DEADLINE, restarting).await.unwrap().unwrap();
            tokio::time::timeout(DEADLINE, state.wait_for(|state| *state == State::Ready))
                .await
                .unwrap()
                .unwrap();
        });
        assert_ne!(postmaster(&data), Some(before));
        assert_eq!(query(url.expose_secret(), "select n from kept"), "7");
    }
    running.stop();
}

#[test]
fn root_that_cannot_drop_uses_a_user_namespace() {
    if !root() {
        return;
    }
    let scratch = Scratch::new("namespace");
    fs::set_permissions(&scratch.0, Permissions::from_mode(0o700)).unwrap();
    let data = scratch.data();
    let program = std::env::current_exe().unwrap();
    let mut first = Other::start(&program, &data, None);
    let url = first.outcome().unwrap();
    assert_eq!(fs::metadata(data.join("pgdata")).unwrap().uid(), 0);
    query(&url, "create table kept as select 7 as n");
    let pid = postmaster(&data).unwrap();
    first.kill();
    let begun = Instant::now();
    while alive(pid) {
        assert!(
            begun.elapsed() < DEADLINE,
            "PostgreSQL outlived us in its namespace"
        );
        std::thread::yield_now();
    }
    let again = start(&data);
    assert_eq!(
        query(again.superuser_url().expose_secret(), "select n from kept"),
        "7"
    );
    again.stop();
}

#[test]
fn an_ordinary_user_runs_it_directly() {
    if !root() {
        return;
    }
    let scratch = Scratch::new("nobody");
    let data = scratch.data();
    fs::create_dir(&data).unwrap();
    chown(&data, Some(NOBODY), Some(NOBODY)).unwrap();
    let program = scratch.0.join("program");
    // Copied by another process: a descriptor open for writing here could be inherited by a fork of a parallel test,
    // and the program could not be started while it is.
    assert!(
        Command::new("cp")
            .arg(std::env::current_exe().unwrap())
            .arg(&program)
            .status()
            .unwrap()
            .success()
    );
    let mut other = Other::start(&program, &data, Some(NOBODY));
    let url = other.outcome().unwrap();
    assert_eq!(query(&url, "select 1"), "1");
    assert_eq!(fs::metadata(data.join("pgdata")).unwrap().uid(), NOBODY);
    other.stop();

    let us = start(&data);
    assert_eq!(
        fs::metadata(data.join("pgdata")).unwrap().uid(),
        NOBODY,
        "root runs it as the folder's owner"
    );
    us.stop();
    chown(data.join("pgdata"), Some(1), Some(1)).unwrap();
    let refused = Other::start(&program, &data, Some(NOBODY)).outcome().unwrap_err();
    assert!(
        refused.contains("belongs to user id 1") && refused.contains("PARLANCE_DATA_DIR"),
        "{refused}"
    );
}

#[test]
fn every_refusal_is_one_sentence_with_its_cure() {
    let scratch = Scratch::new("refusals");
    let data = scratch.data();
    fs::create_dir_all(data.join("pgdata")).unwrap();
    fs::write(data.join("pgdata/PG_VERSION"), "9\n").unwrap();
    let text = refusal(&Options::new(&data));
    assert!(
        text.contains("made by PostgreSQL 9, but") && text.contains("set PG_BIN"),
        "{text}"
    );

    let wrong = Options {
        bin_dir: Some(scratch.0.clone()),
        ..Options::new(&data)
    };
    let text = refusal(&wrong);
    assert!(
        text.contains(&format!("PG_BIN={}", scratch.0.display())) && text.contains("apt-get"),
        "{text}"
    );

    let lock = DataLock::acquire(&data).unwrap();
    let text = refusal(&Options::new(&data));
    assert!(
        text.contains(&format!("Another parlance (pid {})", std::process::id())),
        "{text}"
    );
    drop(lock);
    assert!(DataLock::acquire(&data).is_ok());
}

#[test]
fn a_server_that_cannot_start_is_given_up_with_its_last_words() {
    let scratch = Scratch::new("hopeless");
    let options = Options {
        max_connections: 1,
        ..Options::new(scratch.data())
    };
    match Supervisor::start(&options) {
        Err(Error::GaveUp { tail, .. }) => assert!(tail.contains("max_connections"), "{tail}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_long_path_gets_a_short_socket_folder_and_pg_bin_is_respected() {
    let scratch = Scratch::new("long");
    let data = scratch
        .0
        .join("a folder with a long name, spaces & signs +%")
        .join("x".repeat(90));
    let bin = scratch.0.join("bin");
    std::os::unix::fs::symlink(Binaries::find(None, None).unwrap().dir, &bin).unwrap();
    let options = Options {
        bin_dir: Some(bin.clone()),
        ..Options::new(&data)
    };
    let running = Supervisor::start(&options).unwrap();
    assert!(
        running.socket_dir().starts_with(std::env::temp_dir()) && running.socket_dir().as_os_str().len() < 90
    );
    assert_eq!(query(running.superuser_url().expose_secret(), "select 1"), "1");
    let pid = postmaster(&data).unwrap();
    let line = fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap();
    assert!(line.starts_with(bin.to_str().unwrap()), "{line}");
    let socket_dir = running.socket_dir().to_owned();
    running.stop();
    fs::remove_dir_all(socket_dir).unwrap();
}
