//! Bodies of the test provider: plain JSON, one fact after the other.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Body {
    pub changes: Vec<BodyChange>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BodyChange {
    pub waba: Option<String>,
    pub number: Option<String>,
    pub field: String,
    pub facts: Vec<BodyFact>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum BodyFact {
    Text {
        id: String,
        at: i64,
        from: Who,
        body: String,
    },
    Image {
        id: String,
        at: i64,
        from: Who,
        media: String,
    },
    Status {
        id: String,
        at: i64,
        rank: i16,
        callback: Option<String>,
        error: Option<i64>,
    },
    /// A copy of a message, with the code of its [`Source`].
    Copy {
        id: String,
        at: i64,
        who: Who,
        source: i16,
        ours: bool,
        referred: bool,
        body: String,
    },
    Revision {
        id: String,
        at: i64,
        target: String,
        ours: bool,
        body: Option<String>,
    },
    Reaction {
        id: String,
        at: i64,
        from: Who,
        target: String,
    },
    /// The customer is `from` now and was `before`.
    Changed {
        id: String,
        at: i64,
        from: Who,
        before: Who,
    },
    Wish {
        at: i64,
        from: Who,
        granted: bool,
    },
    Book {
        at: i64,
        from: Who,
        name: Option<String>,
    },
    Priced {
        id: String,
        at: i64,
        rank: i16,
        free_until: Option<i64>,
    },
    Template {
        key: String,
        at: i64,
        name: String,
        aspect: u8,
        effect: Option<String>,
    },
    Number {
        key: String,
        at: i64,
        digits: Option<String>,
        aspect: u8,
        effect: Option<String>,
    },
    Other(String),
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, PartialEq, Eq)]
pub struct Who {
    pub phone: Option<String>,
    pub user: Option<String>,
    pub username: Option<String>,
    pub name: Option<String>,
}
