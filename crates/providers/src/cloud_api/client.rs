//! Graph calls: addresses, the bearer token, paging.

use domain::ports::{Connection, FaultClass, ProviderFault, ProviderResult};
use egress::{Egress, Method, Request};
use secrecy::ExposeSecret;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use super::{errors, wire::Page};

/// Rows asked for per page.
const PAGE_ROWS: &str = "100";
/// Pages read of one list: a WABA may hold 6,000 templates.
const MAX_PAGES: usize = 100;

/// Longest id in a path; those of uploads are long.
const ID_BYTES: usize = 1_024;

/// One connection's Graph API.
pub(super) struct Graph<'a> {
    pub(super) egress: &'a Egress,
    pub(super) connection: &'a Connection,
}

impl Graph<'_> {
    pub(super) fn get(&self, path: &[&str]) -> ProviderResult<Request> {
        self.request(Method::GET, path)
    }

    pub(super) fn post(&self, path: &[&str]) -> ProviderResult<Request> {
        self.request(Method::POST, path)
    }

    pub(super) fn delete(&self, path: &[&str]) -> ProviderResult<Request> {
        self.request(Method::DELETE, path)
    }

    /// The second call of a resumable upload: `upload` is what the first one named, `upload:…?sig=…`.
    pub(super) fn resume_upload(&self, upload: &str) -> ProviderResult<Request> {
        let (id, query) = upload.split_once('?').unwrap_or((upload, ""));
        let pairs: Vec<_> = url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        let token = self.connection.access_token.expose_secret();
        let request = self.post(&[id])?.oauth(token);
        Ok(if pairs.is_empty() {
            request
        } else {
            request.query(pairs)
        })
    }

    fn request(&self, method: Method, path: &[&str]) -> ProviderResult<Request> {
        let mut url = Url::parse(&self.connection.base_url).map_err(|_| bad_base())?;
        let version = self.connection.graph_version.as_str();
        {
            let mut segments = url.path_segments_mut().map_err(|()| bad_base())?;
            segments.pop_if_empty();
            for segment in std::iter::once(&version).chain(path) {
                segments.push(id_segment(segment)?);
            }
        }
        Ok(self.authorized(method, url.as_str()))
    }

    /// A request with the token, to an address that Graph itself gave.
    pub(super) fn authorized(&self, method: Method, url: &str) -> Request {
        self.egress
            .request(method, url)
            .bearer(self.connection.access_token.expose_secret())
    }

    /// Sends and reads a JSON answer.
    pub(super) async fn call<T: DeserializeOwned>(&self, request: Request) -> ProviderResult<T> {
        let answer = request
            .send()
            .await
            .map_err(|error| errors::from_egress(&error))?;
        if !answer.status.is_success() {
            return Err(errors::from_answer(&answer).fault);
        }
        serde_json::from_slice(&answer.body).map_err(|_| errors::unreadable(answer.status.as_u16()))
    }

    /// Reads every page of an edge; an empty `fields` asks for none by name.
    pub(super) async fn list(&self, path: &[&str], fields: &str) -> ProviderResult<Vec<Value>> {
        let mut rows = Vec::new();
        let mut after: Option<String> = None;
        for _ in 0..MAX_PAGES {
            let mut query = vec![("limit", PAGE_ROWS)];
            if !fields.is_empty() {
                query.push(("fields", fields));
            }
            if let Some(cursor) = &after {
                query.push(("after", cursor));
            }
            let page: Page = self.call(self.get(path)?.query(query)).await?;
            rows.extend(page.data);
            // Graph names a cursor on the last page too; only `next` says that there is more.
            let next = page
                .paging
                .filter(|paging| paging.next.is_some())
                .and_then(|paging| paging.cursors?.after);
            match next {
                Some(cursor) if after.as_ref() != Some(&cursor) => after = Some(cursor),
                _ => return Ok(rows),
            }
        }
        Err(errors::own(
            FaultClass::Other,
            "The list has more pages than are read at once.",
        ))
    }
}

/// Ids come from people and webhooks: nothing that could lead to another path or host may pass.
fn id_segment(segment: &str) -> ProviderResult<&str> {
    let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ':' | '=');
    let good = (1..=ID_BYTES).contains(&segment.len())
        && segment.chars().all(fine)
        && !segment.chars().all(|c| c == '.');
    if good {
        Ok(segment)
    } else {
        Err(errors::own(
            FaultClass::Invalid,
            "An id of the connection is empty or has characters that no WhatsApp id has.",
        ))
    }
}

fn bad_base() -> ProviderFault {
    errors::own(
        FaultClass::Invalid,
        "The Graph environment's base URL can't be used; it must look like https://graph.facebook.com.",
    )
}
