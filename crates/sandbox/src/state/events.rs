use serde::Serialize;

/// Something that an open phone page wants to know.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Event {
    /// Messages, ticks or typing of one thread changed.
    Thread {
        customer: String,
        phone_number_id: String,
    },
    /// A customer was added or changed.
    Customer { customer: String },
    /// Apps, WABAs, numbers or templates changed.
    State,
    /// Simulated time jumped.
    Clock { now: String, offset_ms: i64 },
}
