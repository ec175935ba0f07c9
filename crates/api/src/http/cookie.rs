//! Session cookies of the two realms.

use axum::http::{HeaderMap, HeaderValue, header};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};

/// Name of the tenant app's cookie. Cookies ignore ports, so the realms differ by name.
pub const TENANT_COOKIE: &str = "parlance_session";
/// Name of the admin portal's cookie.
pub const PLATFORM_COOKIE: &str = "parlance_platform_session";

/// The session token in a request.
#[must_use]
pub fn read(headers: &HeaderMap, name: &str) -> Option<String> {
    CookieJar::from_headers(headers)
        .get(name)
        .map(|cookie| cookie.value().to_owned())
}

/// A `Set-Cookie` value for a new session; `secure` unless the app is served over plain HTTP on loopback.
#[must_use]
pub fn set(name: &'static str, token: String, secure: bool, max_age_secs: i64) -> Option<HeaderValue> {
    let cookie = Cookie::build((name, token))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(secure)
        .max_age(time::Duration::seconds(max_age_secs))
        .build();
    HeaderValue::from_str(&cookie.to_string()).ok()
}

/// A `Set-Cookie` value that removes the cookie.
#[must_use]
pub fn clear(name: &'static str, secure: bool) -> Option<HeaderValue> {
    set(name, String::new(), secure, 0)
}

/// Headers with one `Set-Cookie`.
#[must_use]
pub fn headers(value: Option<HeaderValue>) -> HeaderMap {
    value
        .into_iter()
        .map(|value| (header::SET_COOKIE, value))
        .collect()
}
