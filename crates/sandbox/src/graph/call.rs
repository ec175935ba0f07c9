use std::collections::BTreeMap;

use bytes::Bytes;
use http::{HeaderMap, Method, header};
use serde_json::{Map, Value};

use super::error::GraphError;
use crate::rules::text_at;

/// One Graph request, read whole.
pub(crate) struct GraphCall {
    pub(super) method: Method,
    pub(super) node: String,
    pub(super) edge: Option<String>,
    pub(super) query: BTreeMap<String, String>,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// Parameters of the body, or why they can't be read.
    params: Result<Value, ()>,
    /// Position in the call record.
    pub(super) seq: u64,
}

/// Query parameters by name; the last of equal names wins.
pub(crate) fn query_pairs(raw: Option<&str>) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(raw.unwrap_or_default().as_bytes())
        .into_owned()
        .collect()
}

/// A form or query value: JSON when it looks like an object or a list, else text.
fn form_value(text: &str) -> Value {
    let structured = text.starts_with(['{', '[']);
    structured
        .then(|| serde_json::from_str(text).ok())
        .flatten()
        .unwrap_or_else(|| text.into())
}

fn form(pairs: &BTreeMap<String, String>) -> Value {
    let object: Map<String, Value> = pairs
        .iter()
        .map(|(name, value)| (name.clone(), form_value(value)))
        .collect();
    object.into()
}

impl GraphCall {
    pub(super) fn new(
        method: Method,
        (node, edge): (String, Option<String>),
        raw_query: Option<&str>,
        headers: HeaderMap,
        body: Bytes,
        seq: u64,
    ) -> Self {
        let query = query_pairs(raw_query);
        let content_type = headers
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let params = if node.starts_with("upload:") || content_type.starts_with("multipart/form-data") {
            Ok(Value::Null)
        } else if body.is_empty() {
            Ok(form(&query))
        } else if content_type.starts_with("application/x-www-form-urlencoded") && body.first() != Some(&b'{')
        {
            Ok(form(&query_pairs(std::str::from_utf8(&body).ok())))
        } else {
            serde_json::from_slice(&body).map_err(|_| ())
        };
        Self {
            method,
            node,
            edge,
            query,
            headers,
            body,
            params,
            seq,
        }
    }

    /// Parameters of the call: of its JSON or form body, else of its query.
    pub(super) fn params(&self) -> Result<&Value, GraphError> {
        self.params
            .as_ref()
            .map_err(|()| GraphError::parameter("The request body is not valid JSON."))
    }

    /// A text parameter of the body.
    pub(super) fn param(&self, pointer: &str) -> Option<&str> {
        text_at(self.params.as_ref().ok()?, pointer)
    }

    pub(super) fn query(&self, key: &str) -> Option<&str> {
        self.query.get(key).map(String::as_str)
    }

    /// Whether it sends a message; read receipts don't.
    pub(super) fn is_send(&self) -> bool {
        self.method == Method::POST
            && matches!(self.edge.as_deref(), Some("messages" | "marketing_messages"))
            && self
                .params
                .as_ref()
                .is_ok_and(|params| params.get("status").is_none())
    }

    /// Refuses a call that does not say `messaging_product: whatsapp`.
    pub(super) fn is_whatsapp(&self) -> Result<(), GraphError> {
        self.params()?;
        if self.param("/messaging_product") == Some("whatsapp") {
            return Ok(());
        }
        Err(GraphError::parameter(
            "The parameter messaging_product is required.",
        ))
    }

    /// The verb that Meta's messages use.
    pub(super) fn verb(&self) -> &'static str {
        match self.method {
            Method::GET => "get",
            Method::DELETE => "delete",
            _ => "post",
        }
    }
}
