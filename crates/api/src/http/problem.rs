//! Errors as RFC 9457 problems, and extractors whose faults are problems.

use std::str::FromStr;

use axum::{
    Json,
    extract::{
        FromRequest, FromRequestParts, RawPathParams, Request,
        rejection::{JsonRejection, QueryRejection},
    },
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use domain::{Error, ErrorKind, decision::Decision};
use serde::{Serialize, de::DeserializeOwned};
use utoipa::ToSchema;

tokio::task_local! {
    /// Id of the request that this task answers.
    pub(super) static REQUEST_ID: String;
}

fn current_request_id() -> String {
    REQUEST_ID.try_with(Clone::clone).unwrap_or_default()
}

/// An error answer, `application/problem+json`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Page that explains the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status in words.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// Stable code in kebab case.
    pub code: String,
    /// What happened and what to do.
    pub detail: String,
    /// The fields at fault.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<ProblemField>,
    /// When to try again, seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_secs: Option<u32>,
    /// Quote it when asking for help; also in the header `x-request-id`.
    pub request_id: String,
    /// The send decision, when a rule refused a message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
}

/// One field at fault.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemField {
    /// Dotted path in the request.
    pub field: String,
    /// What to change.
    pub message: String,
}

/// A failed request: a domain error, with the decision if a rule refused.
#[derive(Debug)]
pub struct Failure {
    error: Box<Error>,
    decision: Option<Box<Decision>>,
}

/// What handlers return.
pub type ApiResult<T> = Result<T, Failure>;

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self {
            error: Box::new(error),
            decision: None,
        }
    }
}

impl Failure {
    /// A refusal by a rule, with the decision.
    #[must_use]
    pub fn refused(error: Error, decision: Decision) -> Self {
        Self {
            error: Box::new(error),
            decision: Some(Box::new(decision)),
        }
    }
}

const fn status_of(kind: ErrorKind) -> StatusCode {
    match kind {
        ErrorKind::Invalid => StatusCode::BAD_REQUEST,
        ErrorKind::Unauthenticated => StatusCode::UNAUTHORIZED,
        ErrorKind::Forbidden => StatusCode::FORBIDDEN,
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        ErrorKind::Conflict => StatusCode::CONFLICT,
        ErrorKind::Refused => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorKind::Throttled => StatusCode::TOO_MANY_REQUESTS,
        ErrorKind::Upstream => StatusCode::BAD_GATEWAY,
        ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Marks the answer to somebody who lacks a permission.
#[derive(Debug, Clone, Copy)]
pub struct Forbidden;

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status = status_of(self.error.kind);
        let forbidden = self.error.code == "forbidden";
        if status.is_server_error() {
            tracing::error!(
                code = self.error.code,
                cause = self.error.source.as_ref().map(tracing::field::display),
                "request failed"
            );
        }
        let problem = Problem {
            kind: format!("/docs/errors/{}", self.error.code),
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: status.as_u16(),
            code: self.error.code.to_owned(),
            detail: self.error.public,
            fields: self
                .error
                .fields
                .into_iter()
                .map(|f| ProblemField {
                    field: f.field,
                    message: f.message,
                })
                .collect(),
            retry_after_secs: self.error.retry_after_secs,
            request_id: current_request_id(),
            decision: self.decision.map(|decision| *decision),
        };
        let mut response = (status, Json(&problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(secs) = problem.retry_after_secs {
            headers.insert(header::RETRY_AFTER, secs.into());
        }
        if forbidden {
            response.extensions_mut().insert(Forbidden);
        }
        response
    }
}

/// A JSON body whose faults are problems.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(value)) => Ok(Self(value)),
            Err(JsonRejection::MissingJsonContentType(_)) => Err(Error::invalid(
                "content-type",
                "Send JSON with the header content-type: application/json.",
            )
            .into()),
            Err(rejection) => Err(Error::invalid("body", rejection.body_text()).into()),
        }
    }
}

/// A query that can't be read.
pub fn query_fault(rejection: QueryRejection) -> Failure {
    Error::invalid("query", rejection.body_text()).into()
}

/// The id at the end of a path. One that can't be read is a missing thing: an id of another form exists nowhere.
#[derive(Debug)]
pub struct PathId<T>(pub T);

impl<S: Send + Sync, T: FromStr> FromRequestParts<S> for PathId<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let params = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|_| Error::not_found())?;
        let last = params.iter().filter(|(name, _)| *name != "slug").last();
        let id = last.and_then(|(_, text)| text.parse().ok());
        Ok(Self(id.ok_or_else(Error::not_found)?))
    }
}

/// Query parameters whose faults are problems.
#[derive(Debug, axum::extract::FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(Failure))]
pub struct QueryParams<T>(pub T);

impl From<QueryRejection> for Failure {
    fn from(rejection: QueryRejection) -> Self {
        query_fault(rejection)
    }
}
