//! Layer: the way out. The only maker of HTTP clients: guards every connection at connect time (DNS answers and IP
//! literals, on every redirect), sets time-outs and size caps, and sorts failures by whether a byte left the machine.
//! It must never know a provider, a tenant, a database or what the bytes mean; it never logs a path, a header or a body.

mod address;
mod client;
mod error;
mod multipart;
mod policy;
mod request;
mod resolve;

pub use client::{Egress, Timeouts};
pub use error::{Error, ErrorKind};
pub use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
pub use multipart::Multipart;
pub use policy::{AllowRule, Policy, PolicyError};
pub use request::{DEFAULT_MAX_BYTES, MAX_REDIRECTS, Request, Response};
pub use resolve::{Resolver, SystemResolver};
