//! Keyset pages.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use time::OffsetDateTime;
use uuid::Uuid;

/// Most rows a page may have.
pub const PAGE_MAX: u32 = 100;
/// Rows of a page when the caller does not say.
pub const PAGE_DEFAULT: u32 = 50;

/// What a caller asks for.
#[derive(Debug, Clone, Default)]
pub struct PageRequest {
    /// Rows wanted; 1 to [`PAGE_MAX`].
    pub limit: Option<u32>,
    /// Cursor of the former page.
    pub cursor: Option<String>,
}

/// Rows and the way on.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Cursor of the next page; `None` at the end.
    pub next_cursor: Option<String>,
}

impl PageRequest {
    /// Rows to fetch: one more than wanted tells whether there is a next page.
    pub(crate) fn fetch(&self) -> i64 {
        i64::from(self.limit.unwrap_or(PAGE_DEFAULT).clamp(1, PAGE_MAX)) + 1
    }

    /// The key after which to go on.
    pub fn key<K: DeserializeOwned>(&self) -> Result<Option<K>, domain::Error> {
        let Some(cursor) = self.cursor.as_deref().filter(|cursor| !cursor.is_empty()) else {
            return Ok(None);
        };
        let bytes =
            base64::Engine::decode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, cursor).map_err(|_| fault())?;
        serde_json::from_slice(&bytes).map(Some).map_err(|_| fault())
    }

    /// The place after which to go on in a list by time, then id; nothing at its beginning.
    pub(crate) fn time_key(&self) -> Result<(Option<OffsetDateTime>, Option<Uuid>), domain::Error> {
        let Some(TimeKey(micros, id)) = self.key()? else {
            return Ok((None, None));
        };
        let at =
            OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1_000).map_err(|_| fault())?;
        Ok((Some(at), Some(id)))
    }
}

fn fault() -> domain::Error {
    domain::Error::invalid(
        "cursor",
        "Use the next_cursor of the former page as it is, or leave it out.",
    )
}

/// A place in a list by time, to the microsecond, then id.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct TimeKey(i64, Uuid);

impl TimeKey {
    pub(crate) fn new(at: OffsetDateTime, id: Uuid) -> Self {
        Self(
            i64::try_from(at.unix_timestamp_nanos() / 1_000).unwrap_or(i64::MAX),
            id,
        )
    }
}

impl<T> Page<T> {
    /// Cuts the extra row off and makes the cursor from the last one kept.
    pub(crate) fn cut<K: Serialize>(mut items: Vec<T>, fetch: i64, key: impl Fn(&T) -> K) -> Self {
        let wanted = usize::try_from(fetch - 1).unwrap_or(usize::MAX);
        let more = items.len() > wanted;
        items.truncate(wanted);
        let next_cursor = items
            .last()
            .filter(|_| more)
            .and_then(|last| serde_json::to_vec(&key(last)).ok());
        Self {
            items,
            next_cursor: next_cursor
                .map(|bytes| base64::Engine::encode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, bytes)),
        }
    }

    /// The same page of other things.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(f).collect(),
            next_cursor: self.next_cursor,
        }
    }
}
