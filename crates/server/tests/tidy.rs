//! The house rules that the compiler does not know, as ordinary tests.

#![allow(clippy::unwrap_used)]
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use cargo_metadata::{DependencyKind, MetadataCommand, Package};

/// Which of our crates each crate may depend on, dev-dependencies aside.
const ARROWS: [(&str, &[&str]); 12] = [
    ("domain", &[]),
    ("egress", &[]),
    ("sandbox", &[]),
    ("store", &["domain"]),
    ("providers", &["domain", "egress"]),
    ("backends", &["domain", "egress"]),
    ("delivery", &["domain", "store"]),
    ("inbound", &["domain", "store"]),
    ("services", &["domain", "store", "egress"]),
    ("api", &["domain", "services"]),
    ("testkit", &["domain", "store"]),
    (
        "server",
        &[
            "api",
            "backends",
            "delivery",
            "domain",
            "egress",
            "inbound",
            "providers",
            "sandbox",
            "services",
            "store",
        ],
    ),
];

/// Libraries that only some crates may name.
const OWNED: [(&str, &[&str]); 4] = [
    ("sqlx", &["store", "testkit", "bench"]),
    ("reqwest", &["egress"]),
    ("lettre", &["backends"]),
    (
        "axum",
        &["api", "inbound", "sandbox", "server", "testkit", "bench"],
    ),
];

/// A source file is split before it grows past this.
const FILE_LINES_MAX: usize = 600;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn packages() -> Vec<Package> {
    let metadata = MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .no_deps()
        .exec()
        .unwrap();
    metadata.packages
}

fn short(name: &str) -> &str {
    name.strip_prefix("parlance-").unwrap_or(name)
}

fn sources(folder: &Path, endings: &[&str], into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() {
            if !matches!(name.as_str(), "node_modules" | "dist" | "target" | "generated") {
                sources(&path, endings, into);
            }
        } else if endings.iter().any(|ending| name.ends_with(ending)) && !name.ends_with(".d.ts") {
            into.push(path);
        }
    }
}

#[test]
fn crates_depend_only_along_the_arrows() {
    let arrows: BTreeMap<_, _> = ARROWS.into_iter().collect();
    let mut faults = Vec::new();
    for package in packages() {
        let name = short(&package.name).to_owned();
        if name == "bench" {
            continue;
        }
        let allowed: BTreeSet<_> = arrows
            .get(name.as_str())
            .unwrap_or_else(|| panic!("{name} has no arrows"))
            .iter()
            .copied()
            .collect();
        for dependency in &package.dependencies {
            let target = short(&dependency.name);
            let ours = dependency.name.starts_with("parlance-");
            if ours && dependency.kind != DependencyKind::Development && !allowed.contains(target) {
                faults.push(format!("{name} must not depend on {target}"));
            }
            let testkit_in_product = target == "testkit" && dependency.kind != DependencyKind::Development;
            if testkit_in_product {
                faults.push(format!("{name}: testkit is for tests only"));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn libraries_stay_with_their_owners() {
    let mut faults = Vec::new();
    for package in packages() {
        let name = short(&package.name).to_owned();
        for (library, owners) in OWNED {
            let names_it = package
                .dependencies
                .iter()
                .any(|d| d.name == library && d.kind != DependencyKind::Development);
            if names_it && !owners.contains(&name.as_str()) {
                faults.push(format!("{name} names {library}; only {owners:?} may"));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn every_crate_takes_the_workspace_lints() {
    for package in packages() {
        let manifest = fs::read_to_string(&package.manifest_path).unwrap();
        assert!(
            manifest.contains("[lints]\nworkspace = true"),
            "{} lacks [lints] workspace = true",
            package.name
        );
    }
}

#[test]
fn the_two_surfaces_do_not_know_each_other() {
    for (folder, other) in [("tenant", "admin"), ("admin", "tenant")] {
        let mut files = vec![root().join(format!("crates/api/src/{folder}.rs"))];
        sources(&root().join("crates/api/src").join(folder), &[".rs"], &mut files);
        for file in files {
            let text = fs::read_to_string(&file).unwrap();
            let names = [
                format!("crate::{other}"),
                format!("{other}::"),
                format!("super::{other}"),
            ];
            let code = text
                .lines()
                .filter(|line| line.trim_start().starts_with("use ") || line.contains("crate::"));
            for line in code {
                assert!(
                    !names.iter().any(|name| line.contains(name.as_str())),
                    "{}: {line}",
                    file.display()
                );
            }
        }
    }
}

#[test]
fn sources_stay_small_and_finished() {
    let mut files = Vec::new();
    for folder in ["crates", "web", "bench"] {
        sources(&root().join(folder), &[".rs", ".ts", ".tsx"], &mut files);
    }
    assert!(files.len() > 100, "the walk found only {} files", files.len());
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let lines = text.lines().count();
        let generated = file.ends_with("schema.ts");
        assert!(
            generated || lines <= FILE_LINES_MAX,
            "{} has {lines} lines; split it",
            file.display()
        );
        if file.ends_with("tidy.rs") {
            continue;
        }
        for mark in ["todo!(", "unimplemented!(", "FIXME", "TODO", "#[ignore"] {
            assert!(!text.contains(mark), "{} holds `{mark}`", file.display());
        }
    }
}

/// The simple protocol runs several statements in one message, so it could change the tenant; only `begin` may use it.
#[test]
fn unchecked_sql_stays_in_named_places() {
    let allowed = ["store/src/pool.rs", "store/src/setup.rs"];
    let mut files = Vec::new();
    sources(&root().join("crates/store/src"), &[".rs"], &mut files);
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let path = file.to_string_lossy().replace('\\', "/");
        for mark in [
            "AssertSqlSafe",
            "raw_sql",
            "QueryBuilder",
            "sqlx::query(",
            "sqlx::query_as(",
            "sqlx::query_scalar(",
        ] {
            assert!(
                !text.contains(mark)
                    || path.ends_with("/tests.rs")
                    || allowed.iter().any(|place| path.ends_with(place)),
                "{path} holds `{mark}`"
            );
        }
    }
}
