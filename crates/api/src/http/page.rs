//! Keyset pages on the wire.

use serde::{Deserialize, Serialize};
use services::PageRequest;
use utoipa::{IntoParams, ToSchema};

/// Query of a list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Rows wanted, 1 to 100; 50 if left out.
    pub limit: Option<u32>,
    /// `next_cursor` of the former page.
    pub cursor: Option<String>,
}

impl From<PageQuery> for PageRequest {
    fn from(query: PageQuery) -> Self {
        Self {
            limit: query.limit,
            cursor: query.cursor,
        }
    }
}

/// Rows and the way on.
#[derive(Debug, Serialize, ToSchema)]
pub struct PageBody<T: ToSchema> {
    /// The rows.
    pub items: Vec<T>,
    /// Cursor of the next page; null at the end.
    pub next_cursor: Option<String>,
}

impl<T: ToSchema> From<services::Page<T>> for PageBody<T> {
    fn from(page: services::Page<T>) -> Self {
        Self {
            items: page.items,
            next_cursor: page.next_cursor,
        }
    }
}

/// A short list that is never paged.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListBody<T: ToSchema> {
    /// The rows.
    pub items: Vec<T>,
}
