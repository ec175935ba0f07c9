//! Compiles the crate again when the phone page was built: an embedded folder that was missing at compile time stays missing.

use std::path::Path;

fn main() {
    let folders = [
        "../../web/apps/phone/dist",
        "../../web/apps/phone",
        "../../web",
        "build.rs",
    ];
    if let Some(watched) = folders.iter().find(|folder| Path::new(folder).exists()) {
        println!("cargo::rerun-if-changed={watched}");
    }
}
