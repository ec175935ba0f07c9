//! Webhooks as Meta posts them: payloads, escaping, signature, retries.

pub(crate) mod deliver;
pub(crate) mod encode;
pub(crate) mod payload;
pub(crate) mod queue;
