//! The one binary, `parlance`.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use parlance_server::cli::{Cli, run};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Fails only when a provider is installed already, and this is the first line.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match run(Cli::parse().command) {
        Ok(code) => code,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "parlance: {error:#}");
            ExitCode::FAILURE
        }
    }
}
