use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header;
use url::{Host, Url};

use super::error::ControlError;
use crate::state::Sandbox;

/// Lets in what names the sandbox as its host (so no foreign name was pointed at us) and, from a browser,
/// only what the sandbox's own pages ask.
pub(crate) async fn own_browser_only(
    State(sandbox): State<Sandbox>,
    request: Request,
    next: Next,
) -> Response {
    match check(sandbox.public_url(), &request) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    }
}

fn check(public_url: &Url, request: &Request) -> Result<(), ControlError> {
    let header = |name| {
        request
            .headers()
            .get(name)
            .map(|value| value.to_str().unwrap_or_default())
    };
    let host = header(header::HOST).or_else(|| request.uri().authority().map(|authority| authority.as_str()));
    if !host.is_some_and(|host| is_own(public_url, &format!("http://{host}"))) {
        return Err(ControlError::forbidden(format!(
            "Use the sandbox at its own address, {public_url}."
        )));
    }
    if header(header::ORIGIN).is_some_and(|origin| !is_own(public_url, origin)) {
        return Err(ControlError::forbidden(
            "Other web pages may not use the sandbox.",
        ));
    }
    Ok(())
}

/// Whether an origin is the sandbox's; on a loopback address its other loopback names count as well.
fn is_own(public_url: &Url, origin: &str) -> bool {
    let Ok(url) = Url::parse(origin) else { return false };
    if url.scheme() != "http" || url.port_or_known_default() != public_url.port_or_known_default() {
        return false;
    }
    url.host() == public_url.host() || is_loopback(&url) && is_loopback(public_url)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_sandbox_itself_is_its_own() {
        let own = Url::parse("http://127.0.0.1:7423").unwrap();
        assert!(is_own(&own, "http://127.0.0.1:7423"));
        assert!(is_own(&own, "http://localhost:7423"));
        assert!(!is_own(&own, "http://127.0.0.1:7400"));
        assert!(!is_own(&own, "http://rebound.example:7423"));
        assert!(!is_own(&own, "null"));
    }
}
