use serde::{Deserialize, Serialize};

/// What goes wrong with one Graph call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FaultKind {
    /// The connection is reset once the call has had its effect.
    ResetAfterAccept,
    /// The connection is reset before the call has any effect.
    ResetBeforeAccept,
    /// The call has its effect and is answered with HTTP 500.
    #[serde(rename = "http_500_after_accept")]
    Http500AfterAccept,
    /// The call is refused with `code`.
    Error,
}

/// Which calls a fault is meant for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FaultTarget {
    /// Sends; read receipts are left alone.
    #[default]
    Messages,
    /// Every Graph call.
    Any,
}

fn once() -> u32 {
    1
}

/// A fault waiting for its next `count` calls.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NextFault {
    pub(crate) kind: FaultKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<i64>,
    #[serde(default = "once")]
    pub(crate) count: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) phone_number_id: Option<String>,
    #[serde(default)]
    pub(crate) target: FaultTarget,
}

/// Switches for misbehaviour; not saved.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Faults {
    /// Real milliseconds before a Graph call is looked at.
    pub(crate) latency_ms: u64,
    /// Faults in the order in which calls meet them.
    pub(crate) next: Vec<NextFault>,
    /// Posts every webhook twice.
    pub(crate) duplicate_webhooks: bool,
    /// Real milliseconds before a webhook's first attempt.
    pub(crate) webhook_delay_ms: u64,
    /// Holds all webhooks back until switched off.
    pub(crate) webhook_outage: bool,
}

impl Faults {
    /// Takes the fault for one call, if one waits for it.
    pub(crate) fn take(&mut self, node: &str, is_send: bool) -> Option<NextFault> {
        let position = self.next.iter().position(|fault| {
            (is_send || fault.target == FaultTarget::Any)
                && fault.phone_number_id.as_deref().is_none_or(|id| id == node)
        })?;
        let fault = self.next.get_mut(position)?;
        fault.count = fault.count.saturating_sub(1);
        let taken = fault.clone();
        if fault.count == 0 {
            self.next.remove(position);
        }
        Some(taken)
    }
}
