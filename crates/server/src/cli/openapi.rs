//! `parlance openapi`: the documents, from the code.

use std::io::Write;

use super::{OpenapiArgs, Surface};

/// Prints one document as JSON, with a final newline.
pub fn run(args: &OpenapiArgs) -> anyhow::Result<()> {
    let document = match args.surface {
        Surface::Tenant => api::tenant::openapi(),
        Surface::Admin => api::admin::openapi(),
    };
    writeln!(std::io::stdout(), "{}", document.to_pretty_json()?)?;
    Ok(())
}
