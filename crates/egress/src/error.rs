//! Failures, sorted by whether a byte of the request left this machine.

use std::error::Error as StdError;

use crate::resolve::Forbidden;

/// What a failure says about the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The guard refused the address, or it is no address; nothing was sent, and again will not help.
    Blocked,
    /// Name resolution, TCP connect or TLS handshake failed: no byte of the request was written; again is safe.
    NotSent,
    /// No whole answer in time; the request may have been acted on.
    Timeout,
    /// The connection failed after the request began; it may have been acted on.
    Broken,
    /// The answer is larger than the caller accepts; the request was acted on.
    TooLarge,
}

/// A failed call; holds the host, never a path, a header or a body.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{host}: {detail}")]
pub struct Error {
    /// What it says about the request.
    pub kind: ErrorKind,
    /// Host that was called.
    pub host: String,
    /// What happened, for a log line or an operator.
    pub detail: String,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, host: &str, detail: impl Into<String>) -> Self {
        Self {
            kind,
            host: host.to_owned(),
            detail: detail.into(),
        }
    }

    /// Sorts what the HTTP client reports before any answer has arrived.
    pub(crate) fn before_answer(host: &str, error: &reqwest::Error) -> Self {
        if let Some(forbidden) = chain(error).find_map(|cause| cause.downcast_ref::<Forbidden>()) {
            return Self::new(ErrorKind::Blocked, host, forbidden.to_string());
        }
        let detail = root(error);
        if error.is_builder() {
            return Self::new(
                ErrorKind::Blocked,
                host,
                format!("the request can't be built: {detail}"),
            );
        }
        // Connect failures come first: a connect time-out is also a time-out, but nothing was written yet.
        if error.is_connect() {
            return Self::new(ErrorKind::NotSent, host, format!("no connection: {detail}"));
        }
        if error.is_timeout() {
            return Self::new(ErrorKind::Timeout, host, "no answer in time");
        }
        Self::new(
            ErrorKind::Broken,
            host,
            format!("the connection broke after the request began: {detail}"),
        )
    }

    /// Sorts what the HTTP client reports while the answer is read.
    pub(crate) fn in_answer(host: &str, error: &reqwest::Error) -> Self {
        let kind = if error.is_timeout() {
            ErrorKind::Timeout
        } else {
            ErrorKind::Broken
        };
        Self::new(
            kind,
            host,
            format!("the answer stopped half-way: {}", root(error)),
        )
    }
}

fn chain<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |cause| StdError::source(*cause))
}

/// The innermost cause: the outer ones repeat the URL.
fn root(error: &reqwest::Error) -> String {
    chain(error)
        .skip(1)
        .last()
        .map_or_else(|| "unknown cause".to_owned(), ToString::to_string)
}
