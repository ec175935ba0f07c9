//! Compiles the crate again when a web app was built: an embedded folder that was missing at compile time stays missing.

use std::path::Path;

fn main() {
    for app in ["tenant", "admin"] {
        let folders = [
            format!("../../web/apps/{app}/dist"),
            format!("../../web/apps/{app}"),
            "build.rs".to_owned(),
        ];
        if let Some(watched) = folders.iter().find(|folder| Path::new(folder).exists()) {
            println!("cargo::rerun-if-changed={watched}");
        }
    }
}
