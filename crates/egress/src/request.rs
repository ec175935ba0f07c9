//! One call: the request, its redirects and the capped answer.

use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use url::Url;

use crate::{
    client::Egress,
    error::{Error, ErrorKind},
    multipart::Multipart,
};

/// Answers larger than this are refused unless the request says otherwise.
pub const DEFAULT_MAX_BYTES: usize = 8 * 1024 * 1024;
/// Redirects followed by a GET; other methods follow none.
pub const MAX_REDIRECTS: u8 = 5;

/// Bytes reserved on an announced length alone, which may be a lie.
const FIRST_BUFFER: usize = 256 * 1024;

enum Body {
    Empty,
    Bytes(Bytes),
    Form(Multipart),
}

/// A request in the making.
pub struct Request {
    egress: Egress,
    method: Method,
    url: Result<Url, Error>,
    headers: HeaderMap,
    body: Body,
    timeout: Duration,
    max_bytes: usize,
}

/// A whole answer.
#[derive(Debug, Clone)]
pub struct Response {
    /// HTTP status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// The body, whole.
    pub body: Bytes,
}

impl Response {
    /// A header as text; `None` when it is missing or not ASCII.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

impl Request {
    pub(crate) fn new(egress: Egress, method: Method, url: &str, timeout: Duration) -> Self {
        let url = Url::parse(url)
            .map_err(|error| Error::new(ErrorKind::Blocked, "?", format!("that is no address: {error}")));
        let (headers, body) = (HeaderMap::new(), Body::Empty);
        Self {
            egress,
            method,
            url,
            headers,
            body,
            timeout,
            max_bytes: DEFAULT_MAX_BYTES,
        }
    }

    /// Adds query parameters, encoded.
    #[must_use]
    pub fn query<K: AsRef<str>, V: AsRef<str>>(mut self, pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        if let Ok(url) = &mut self.url {
            url.query_pairs_mut().extend_pairs(pairs);
        }
        self
    }

    /// Sets a header; a value that no header may hold makes the request fail as `Blocked`.
    #[must_use]
    pub fn header(self, name: HeaderName, value: &str) -> Self {
        self.set(name, value, false)
    }

    /// Sets `Authorization: Bearer …`, which is dropped when a redirect leaves the origin.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.set(header::AUTHORIZATION, &format!("Bearer {token}"), true)
    }

    /// Sets `Authorization: OAuth …`, the form that Graph's resumable uploads take; dropped like [`Self::bearer`]'s.
    #[must_use]
    pub fn oauth(self, token: &str) -> Self {
        self.set(header::AUTHORIZATION, &format!("OAuth {token}"), true)
    }

    fn set(mut self, name: HeaderName, value: &str, sensitive: bool) -> Self {
        match HeaderValue::from_str(value) {
            Ok(mut value) => {
                value.set_sensitive(sensitive);
                self.headers.insert(name, value);
            }
            Err(_) => self.fail(&format!(
                "the header {name} has characters that no header may hold"
            )),
        }
        self
    }

    /// Sends bytes of this content type.
    #[must_use]
    pub fn body(mut self, content_type: &str, bytes: impl Into<Bytes>) -> Self {
        self.body = Body::Bytes(bytes.into());
        self.set(header::CONTENT_TYPE, content_type, false)
    }

    /// Sends a value as JSON.
    #[must_use]
    pub fn json(mut self, value: &impl serde::Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(bytes) => self.body("application/json", bytes),
            Err(error) => {
                self.fail(&format!("the body is no JSON: {error}"));
                self
            }
        }
    }

    /// Sends a form.
    #[must_use]
    pub fn multipart(mut self, form: Multipart) -> Self {
        self.body = Body::Form(form);
        self
    }

    /// Overrides the time for the whole call.
    #[must_use]
    pub fn timeout(mut self, total: Duration) -> Self {
        self.timeout = total;
        self
    }

    /// Overrides the largest answer, in bytes.
    #[must_use]
    pub fn max_bytes(mut self, max_bytes: usize) -> Self {
        self.max_bytes = max_bytes;
        self
    }

    fn fail(&mut self, detail: &str) {
        self.url = Err(Error::new(ErrorKind::Blocked, "?", detail));
    }

    /// Sends it and reads the whole answer, whatever its status.
    pub async fn send(self) -> Result<Response, Error> {
        let url = self.url.clone()?;
        let (timeout, method, started) = (self.timeout, self.method.clone(), Instant::now());
        let host = url.host_str().unwrap_or("?").to_owned();
        let outcome = tokio::time::timeout(timeout, self.run(url))
            .await
            .unwrap_or_else(|_| Err(Error::new(ErrorKind::Timeout, &host, "no answer in time")));
        let millis = started.elapsed().as_millis();
        match &outcome {
            Ok(response) => {
                tracing::debug!(%method, host, status = response.status.as_u16(), millis, "called")
            }
            Err(error) => {
                tracing::debug!(%method, host, kind = ?error.kind, detail = error.detail, millis, "call failed")
            }
        }
        outcome
    }

    async fn run(mut self, mut url: Url) -> Result<Response, Error> {
        for _ in 0..=MAX_REDIRECTS {
            let answer = self.hop(&url).await?;
            let next = if self.method == Method::GET {
                redirect_target(&url, &answer)?
            } else {
                None
            };
            let Some(next) = next else {
                return read(answer, url.host_str().unwrap_or("?"), self.max_bytes).await;
            };
            if next.origin() != url.origin() {
                self.headers.remove(header::AUTHORIZATION);
                self.headers.remove(header::COOKIE);
            }
            url = next;
        }
        let detail = format!("more than {MAX_REDIRECTS} redirects");
        Err(Error::new(
            ErrorKind::Broken,
            url.host_str().unwrap_or("?"),
            detail,
        ))
    }

    async fn hop(&mut self, url: &Url) -> Result<reqwest::Response, Error> {
        let host = url.host_str().unwrap_or("?");
        let client = self.egress.admit(url)?;
        let request = client
            .request(self.method.clone(), url.clone())
            .headers(self.headers.clone());
        let request = match std::mem::replace(&mut self.body, Body::Empty) {
            Body::Empty => request,
            Body::Bytes(bytes) => request.body(bytes),
            Body::Form(form) => request.multipart(
                form.into_form()
                    .map_err(|error| Error::before_answer(host, &error))?,
            ),
        };
        request
            .send()
            .await
            .map_err(|error| Error::before_answer(host, &error))
    }
}

/// Where a redirect leads; an answer without a usable `Location` is an answer like any other.
fn redirect_target(from: &Url, answer: &reqwest::Response) -> Result<Option<Url>, Error> {
    if !matches!(answer.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let location = answer
        .headers()
        .get(header::LOCATION)
        .and_then(|value| value.to_str().ok());
    let Some(next) = location.and_then(|location| from.join(location).ok()) else {
        return Ok(None);
    };
    if from.scheme() == "https" && next.scheme() != "https" {
        let detail = "a redirect from https to an unencrypted address is not followed";
        return Err(Error::new(
            ErrorKind::Blocked,
            from.host_str().unwrap_or("?"),
            detail,
        ));
    }
    Ok(Some(next))
}

async fn read(mut answer: reqwest::Response, host: &str, max_bytes: usize) -> Result<Response, Error> {
    let too_large = || {
        Error::new(
            ErrorKind::TooLarge,
            host,
            format!("the answer is larger than {max_bytes} bytes"),
        )
    };
    let announced = usize::try_from(answer.content_length().unwrap_or_default()).unwrap_or(usize::MAX);
    if announced > max_bytes {
        return Err(too_large());
    }
    let (status, headers) = (answer.status(), std::mem::take(answer.headers_mut()));
    let mut body = BytesMut::with_capacity(announced.min(FIRST_BUFFER));
    while let Some(chunk) = answer
        .chunk()
        .await
        .map_err(|error| Error::in_answer(host, &error))?
    {
        if body.len().saturating_add(chunk.len()) > max_bytes {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Response {
        status,
        headers,
        body: body.freeze(),
    })
}
