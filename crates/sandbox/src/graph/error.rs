use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::codes::known;

/// A refusal in the shape of Graph's error bodies.
#[derive(Clone, Debug)]
pub(crate) struct GraphError {
    pub(crate) status: StatusCode,
    pub(crate) code: i64,
    subcode: Option<i64>,
    kind: &'static str,
    message: String,
    details: Option<String>,
    /// Title and text for a person.
    user_text: Option<Box<(String, String)>>,
    transient: bool,
}

/// One element of `errors[]` in a status webhook.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Failure {
    pub(crate) code: i64,
    pub(crate) title: String,
    pub(crate) details: String,
}

impl Failure {
    /// A delivery failure with the title that Meta gives its code.
    pub(crate) fn new(code: i64, details: impl Into<String>) -> Self {
        Self {
            code,
            title: title(code).to_owned(),
            details: details.into(),
        }
    }

    pub(crate) fn to_json(&self) -> Value {
        json!({
            "code": self.code,
            "title": self.title,
            "message": self.title,
            "error_data": {"details": self.details},
            "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
        })
    }
}

pub(crate) fn title(code: i64) -> &'static str {
    known(code).0
}

impl GraphError {
    /// A refusal with the title and HTTP status of its code; `details` become `error_data.details`.
    pub(crate) fn coded(code: i64, details: impl Into<String>) -> Self {
        let (title, status) = known(code);
        Self {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST),
            code,
            subcode: None,
            kind: "OAuthException",
            message: format!("(#{code}) {title}"),
            details: Some(details.into()),
            user_text: None,
            transient: matches!(code, 2 | 131000 | 131016 | 131057 | 133004),
        }
    }

    /// Code 131008: a parameter that the message type needs is absent.
    pub(crate) fn missing(details: impl Into<String>) -> Self {
        Self::coded(131008, details)
    }

    /// Code 131009: a parameter has an impossible value.
    pub(crate) fn value(details: impl Into<String>) -> Self {
        Self::coded(131009, details)
    }

    /// Code 100 with the explanation in the message itself.
    pub(crate) fn parameter(message: impl AsRef<str>) -> Self {
        Self {
            message: format!("(#100) {}", message.as_ref()),
            details: None,
            ..Self::coded(100, "")
        }
    }

    /// Code 100 with a management subcode and texts for a person, as template creation answers.
    pub(crate) fn management(subcode: i64, title: &str, text: impl Into<String>) -> Self {
        Self {
            message: "Invalid parameter".to_owned(),
            details: None,
            subcode: Some(subcode),
            user_text: Some(Box::new((title.to_owned(), text.into()))),
            ..Self::coded(100, "")
        }
    }

    /// Code 190 for a token that is not ours.
    pub(crate) fn bad_token() -> Self {
        Self {
            message: "Invalid OAuth access token - Cannot parse access token".to_owned(),
            details: None,
            ..Self::coded(190, "")
        }
    }

    /// Code 190, subcode 463 for a token whose time is over.
    pub(crate) fn expired_token() -> Self {
        Self {
            message: "Error validating access token: Session has expired.".to_owned(),
            details: None,
            subcode: Some(463),
            ..Self::coded(190, "")
        }
    }

    /// Code 10 for a token without a permission.
    pub(crate) fn no_permission(scope: &str) -> Self {
        Self {
            message: format!(
                "(#10) This endpoint requires the '{scope}' permission or the app is not approved for it"
            ),
            details: None,
            ..Self::coded(10, "")
        }
    }

    /// Code 100 for a missing or wrong `appsecret_proof`.
    pub(crate) fn app_secret_proof(message: &str) -> Self {
        Self {
            message: message.to_owned(),
            kind: "GraphMethodException",
            details: None,
            ..Self::coded(100, "")
        }
    }

    /// Code 104 for a call without any token.
    pub(crate) fn no_token() -> Self {
        Self {
            message: "An access token is required to request this resource.".to_owned(),
            details: None,
            ..Self::coded(104, "")
        }
    }

    /// Code 200 for a token that has no access to the WABA.
    pub(crate) fn no_access() -> Self {
        Self {
            message:
                "(#200) You do not have the necessary permissions to access this WhatsApp Business Account."
                    .to_owned(),
            details: None,
            ..Self::coded(200, "")
        }
    }

    /// Code 100, subcode 33 for an object that does not exist or may not be seen.
    pub(crate) fn unknown_object(verb: &str, id: &str) -> Self {
        Self {
            message: format!(
                "Unsupported {verb} request. Object with ID '{id}' does not exist, cannot be loaded due to missing permissions, or does not support this operation. Please read the Graph API documentation at https://developers.facebook.com/docs/graph-api"
            ),
            kind: "GraphMethodException",
            subcode: Some(33),
            details: None,
            ..Self::coded(100, "")
        }
    }

    /// Code 2500 for a path without a version prefix.
    pub(crate) fn unversioned(path: &str) -> Self {
        Self {
            message: format!("Unknown path components: {path}. Put an explicit version such as v26.0 first."),
            details: None,
            ..Self::coded(2500, "")
        }
    }

    /// Code 2200 when a callback URL does not answer the handshake.
    pub(crate) fn callback_verification(why: &str) -> Self {
        Self {
            message: format!("(#2200) Callback verification failed with the following errors: {why}"),
            details: None,
            ..Self::coded(2200, "")
        }
    }

    /// What is wrong, in one text for a person.
    pub(crate) fn explanation(&self) -> &str {
        let text = self.user_text.as_ref().map(|texts| texts.1.as_str());
        text.or(self.details.as_deref()).unwrap_or(&self.message)
    }

    /// The HTTP answer, with the trace id that Meta would log.
    pub(crate) fn into_response_with(self, trace_id: &str) -> Response {
        let mut error = json!({
            "message": self.message,
            "type": self.kind,
            "code": self.code,
            "fbtrace_id": trace_id,
        });
        if let Some(object) = error.as_object_mut() {
            if let Some(subcode) = self.subcode {
                object.insert("error_subcode".into(), subcode.into());
            }
            if let Some(details) = self.details {
                object.insert(
                    "error_data".into(),
                    json!({"messaging_product": "whatsapp", "details": details}),
                );
            }
            if self.transient {
                object.insert("is_transient".into(), true.into());
            }
            if let Some((title, text)) = self.user_text.map(|texts| *texts) {
                object.insert("is_transient".into(), false.into());
                object.insert("error_user_title".into(), title.into());
                object.insert("error_user_msg".into(), text.into());
            }
        }
        let challenge = (self.status == StatusCode::UNAUTHORIZED).then(|| {
            HeaderValue::from_static(
                r#"OAuth "Facebook Platform" "invalid_token" "Invalid OAuth access token - Cannot parse access token""#,
            )
        });
        let mut response = (self.status, Json(json!({"error": error}))).into_response();
        if let Some(challenge) = challenge {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}
