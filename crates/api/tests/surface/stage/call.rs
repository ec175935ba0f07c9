//! Requests and answers.

use std::net::SocketAddr;

use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use serde_json::Value;

const BOUNDARY: &str = "----parlance-test";

/// The smallest file that says PNG in its first bytes.
pub const PNG: &[u8] =
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00";

/// What a request carries.
#[derive(Debug, Clone, PartialEq)]
pub enum Payload {
    Nothing,
    Json(Value),
    Upload {
        number: Option<String>,
        filename: String,
        bytes: Vec<u8>,
    },
}

/// A request without its credential.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    pub method: Method,
    pub path: String,
    pub headers: Vec<(&'static str, String)>,
    pub payload: Payload,
}

pub fn get(path: impl Into<String>) -> Call {
    Call {
        method: Method::GET,
        path: path.into(),
        headers: Vec::new(),
        payload: Payload::Nothing,
    }
}

pub fn post(path: impl Into<String>, payload: Payload) -> Call {
    Call {
        method: Method::POST,
        payload,
        ..get(path)
    }
}

/// An answer; a live stream's body stays unread.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: bytes::Bytes,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or(Value::Null)
    }

    /// The body without what differs from request to request.
    pub fn comparable(&self) -> Value {
        let mut body = self.json();
        if let Some(map) = body.as_object_mut() {
            map.remove("request_id");
        }
        body
    }

    /// Status and code of a problem.
    pub fn problem(&self) -> (u16, String) {
        (
            self.status.as_u16(),
            self.json()["code"].as_str().unwrap_or_default().to_owned(),
        )
    }
}

/// The request without its credential, from one client.
pub fn request(call: &Call) -> Request<Body> {
    let mut request = Request::builder().method(call.method.clone()).uri(&call.path);
    for (name, value) in &call.headers {
        request = request.header(*name, value);
    }
    let body = match &call.payload {
        Payload::Nothing => Body::empty(),
        Payload::Json(value) => {
            request = request.header(header::CONTENT_TYPE, "application/json");
            Body::from(value.to_string())
        }
        Payload::Upload {
            number,
            filename,
            bytes,
        } => {
            request = request.header(
                header::CONTENT_TYPE,
                format!("multipart/form-data; boundary={BOUNDARY}"),
            );
            Body::from(form(number.as_deref(), filename, bytes))
        }
    };
    let mut request = request.body(body).unwrap();
    let client = SocketAddr::from(([203, 0, 113, 9], 4711));
    request.extensions_mut().insert(ConnectInfo(client));
    request
}

fn form(number: Option<&str>, filename: &str, bytes: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    if let Some(number) = number {
        let part = format!(
            "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"phone_number_id\"\r\n\r\n{number}\r\n"
        );
        body.extend_from_slice(part.as_bytes());
    }
    let head = format!(
        "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{filename}\"\r\ncontent-type: image/png\r\n\r\n"
    );
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(bytes);
    body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
    body
}
