//! The neutral error: a kind, a sentence for the reader, and the private cause.

use std::fmt;

/// What went wrong, whatever the transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum ErrorKind {
    /// A field is missing or has a value that can't be used.
    Invalid,
    /// Nobody is signed in, or the credential is unknown, expired or revoked.
    Unauthenticated,
    /// Signed in, but the role or key lacks the permission.
    Forbidden,
    /// There is no such thing, or it belongs to somebody else.
    NotFound,
    /// The thing is in another state, or the name is taken.
    Conflict,
    /// A product rule refuses it: closed window, unapproved template, suspended tenant.
    Refused,
    /// Too many tries; later is fine.
    Throttled,
    /// A peer system failed or answered nonsense.
    Upstream,
    /// We can't serve now; the same call may succeed later.
    Unavailable,
    /// A fault of ours.
    Internal,
}

/// One field of the request and why it can't be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Path in the request, dotted: `content.template.parameters`.
    pub field: String,
    /// What to change.
    pub message: String,
}

/// An error that knows what its reader may see.
pub struct Error {
    /// The kind.
    pub kind: ErrorKind,
    /// Stable code in kebab case; `docs/errors/<code>.md` explains it.
    pub code: &'static str,
    /// What happened and what to do, for the caller.
    pub public: String,
    /// The fields at fault, if the request is.
    pub fields: Vec<FieldError>,
    /// When to try again, in seconds.
    pub retry_after_secs: Option<u32>,
    /// The private cause; logged once at the boundary, never answered.
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// Shorthand for a domain result.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error with a stable code and a sentence for the caller.
    #[must_use]
    pub fn new(kind: ErrorKind, code: &'static str, public: impl Into<String>) -> Self {
        Self {
            kind,
            code,
            public: public.into(),
            fields: Vec::new(),
            retry_after_secs: None,
            source: None,
        }
    }

    /// One bad field.
    #[must_use]
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        let message = message.into();
        let mut error = Self::new(
            ErrorKind::Invalid,
            "invalid-request",
            "The request has a field that can't be used.",
        );
        error.fields.push(FieldError {
            field: field.into(),
            message,
        });
        error
    }

    /// A missing thing, or somebody else's: the same words for both.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(
            ErrorKind::NotFound,
            "not-found",
            "There is no such thing here. Check the id and the tenant in the address.",
        )
    }

    /// No usable credential.
    #[must_use]
    pub fn unauthenticated() -> Self {
        Self::new(
            ErrorKind::Unauthenticated,
            "unauthenticated",
            "Sign in, or send a valid API key as a bearer token.",
        )
    }

    /// The role or key lacks a permission.
    #[must_use]
    pub fn forbidden(permission: &str) -> Self {
        Self::new(
            ErrorKind::Forbidden,
            "forbidden",
            format!("This needs the permission `{permission}`. Ask an admin of the tenant for it."),
        )
    }

    /// A fault of ours with its private cause.
    #[must_use]
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        let mut error = Self::new(
            ErrorKind::Internal,
            "internal",
            "Something failed on our side. Nothing was half done; try again, and quote the request id if it stays.",
        );
        error.source = Some(source.into());
        error
    }

    /// Adds the private cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Adds when to try again.
    #[must_use]
    pub fn retry_after(mut self, secs: u32) -> Self {
        self.retry_after_secs = Some(secs);
        self
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.public)?;
        for field in &self.fields {
            write!(f, " [{}: {}]", field.field, field.message)?;
        }
        if let Some(source) = &self.source {
            write!(f, " (cause: {source})")?;
        }
        Ok(())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.public)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source
            .as_ref()
            .map(|source| &**source as &(dyn std::error::Error + 'static))
    }
}
