//! Every stable error code has its page.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use domain::decision::{Decision, Rule};

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

/// The second argument of `Error::new(kind, "code", …)`; one that is no literal must be `code`, which `refusal` tells.
fn codes(text: &str) -> Vec<String> {
    let calls = text.split("::new(").skip(1).map(str::trim_start);
    let calls = calls.filter(|call| call.starts_with("ErrorKind::") || call.starts_with("kind,"));
    calls
        .filter_map(|call| {
            let second = call.split_once(',').unwrap().1.trim_start();
            if second.starts_with("code,") {
                return None;
            }
            let code = second.strip_prefix('"').and_then(|rest| rest.split('"').next());
            Some(
                code.unwrap_or_else(|| panic!("no code is read from: {}", &second[..40]))
                    .to_owned(),
            )
        })
        .collect()
}

#[test]
fn every_code_has_a_page() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut used = BTreeMap::new();
    for name in ["domain", "store", "backends", "services", "api"] {
        let mut files = Vec::new();
        sources(&root.join("crates").join(name).join("src"), &mut files);
        for file in files {
            for code in codes(&fs::read_to_string(&file).unwrap()) {
                used.entry(code).or_insert(file.clone());
            }
        }
    }
    for rule in [
        Rule::TenantSuspended,
        Rule::WindowClosed,
        Rule::TemplateNotReady,
        Rule::ConsentWithdrawn,
    ] {
        let decision = Decision {
            rule,
            allowed: false,
            reason: String::new(),
            window_expires_at: None,
        };
        let code = services::messaging::refusal(&decision).code;
        used.entry(code.to_owned())
            .or_insert("services::messaging::refusal".into());
    }
    assert!(
        used.contains_key("not-found") && used.contains_key("provider-failed"),
        "the scan finds nothing: {used:?}"
    );
    let missing: Vec<_> = used
        .iter()
        .filter(|(code, _)| !root.join(format!("docs/errors/{code}.md")).is_file())
        .collect();
    assert!(
        missing.is_empty(),
        "write docs/errors/<code>.md for: {missing:#?}"
    );
}
