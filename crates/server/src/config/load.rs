use std::fmt;
use std::path::Path;

use figment::Figment;
use figment::error::Kind;
use figment::providers::{Env, Format, Toml};

use super::Config;

pub(super) const DEFAULTS: &str = include_str!("defaults.toml");
const PREFIX: &str = "PARLANCE_";

/// One thing wrong with the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The key, in dotted form.
    pub key: String,
    /// What is wrong, and the cure.
    pub text: String,
}

impl Problem {
    /// A problem with one key.
    pub fn new(key: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            text: text.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.key, self.text)?;
        if !self.key.is_empty() {
            write!(f, " (environment: {})", variable(&self.key))
        } else {
            Ok(())
        }
    }
}

/// The configuration cannot be used; every problem is listed.
#[derive(Debug)]
pub struct Error(pub Vec<Problem>);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "The configuration cannot be used:")?;
        self.0.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

impl std::error::Error for Error {}

impl Config {
    /// Reads the defaults, then `file`, then the environment; unknown keys and wrong types are errors that name the key.
    pub fn load(file: Option<&Path>) -> Result<Self, Error> {
        let mut figment = Figment::from(Toml::string(DEFAULTS));
        if let Some(file) = file {
            if !file.is_file() {
                let text = format!(
                    "{} is not a file: give --config an existing TOML file",
                    file.display()
                );
                return Err(Error(vec![Problem::new("config", text)]));
            }
            figment = figment.merge(Toml::file_exact(file));
        }
        // PARLANCE_CONFIG names the file itself; PARLANCE_TEST_… and PARLANCE_BENCH_… belong to the test and bench programs.
        let environment = Env::prefixed(PREFIX)
            .filter(|key| !(key == "config" || key.starts_with("test_") || key.starts_with("bench_")))
            .split("__");
        figment
            .merge(environment)
            .extract()
            .map_err(|error| Error(error.into_iter().map(describe).collect()))
    }
}

fn describe(error: figment::Error) -> Problem {
    let place = error
        .metadata
        .as_ref()
        .and_then(|metadata| metadata.source.as_ref())
        .map(|source| format!(" in {source}"))
        .unwrap_or_default();
    let mut key = error.path.join(".").to_lowercase();
    let text = match &error.kind {
        Kind::UnknownField(name, known) => {
            if key.rsplit('.').next() != Some(name.as_str()) {
                key = if key.is_empty() {
                    name.clone()
                } else {
                    format!("{key}.{name}")
                };
            }
            format!("there is no such key{place}; keys here are {}", known.join(", "))
        }
        Kind::MissingField(name) => format!("the key {name} is missing{place}"),
        // The value itself is left out: it may be a secret.
        Kind::InvalidType(_, wanted) => format!("the value has the wrong type{place}; it must be {wanted}"),
        Kind::InvalidValue(_, wanted) => format!("the value is not valid{place}; it must be {wanted}"),
        kind => format!("{kind}{place}"),
    };
    Problem { key, text }
}

/// The environment variable that sets `key`.
pub(super) fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "__").to_uppercase())
}
