//! CSRF: a state-changing request that rides on a cookie must come from the app's own origin, exactly, port included.

use axum::http::{HeaderMap, Method, header};
use domain::{Error, ErrorKind};

/// Origins that may use cookies: the public URL of the surface and, in development, its loopback spellings.
#[derive(Debug, Clone)]
pub struct AllowedOrigins(Vec<String>);

impl AllowedOrigins {
    /// From public URLs; only scheme, host and port count.
    #[must_use]
    pub fn new(public_urls: &[String]) -> Self {
        let origins = public_urls.iter().filter_map(|text| url::Url::parse(text).ok());
        Self(origins.map(|url| url.origin().ascii_serialization()).collect())
    }

    /// Refuses an unsafe method whose `Origin` is missing or another's.
    pub fn check(&self, method: &Method, headers: &HeaderMap) -> Result<(), Error> {
        if method.is_safe() {
            return Ok(());
        }
        let origin = headers.get(header::ORIGIN).and_then(|value| value.to_str().ok());
        if origin.is_some_and(|origin| self.0.iter().any(|allowed| allowed == origin)) {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Forbidden,
            "wrong-origin",
            "This request did not come from the app's own pages. Open the app at its configured address, or use an API key.",
        ))
    }
}
