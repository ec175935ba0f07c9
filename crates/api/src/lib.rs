//! Layer 2: the tenant-scoped API and, apart from it, the platform's. It turns HTTP into calls of `services` and their
//! answers into JSON. It must never know SQL, a provider or a queue; `tenant` and `admin` must never know each other.

pub mod admin;
pub mod http;
pub mod tenant;
