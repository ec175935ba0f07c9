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
    /// The send is accepted and then fails with `code`, told by webhook.
    AsyncError,
    /// The call waits `latency_ms` and then goes on as usual.
    Latency,
}

impl FaultKind {
    /// The kind of a name as the control API writes it.
    fn named(name: &str) -> Option<Self> {
        serde_json::from_value(name.into()).ok()
    }
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
    pub(crate) latency_ms: Option<u64>,
    /// HTTP status of `http_500_after_accept`, when it shall be another than 500.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) http_status: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) phone_number_id: Option<String>,
    /// Only a send to this `to` or `recipient`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) to: Option<String>,
    /// Only a send with this callback data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) callback_data: Option<String>,
    #[serde(default)]
    pub(crate) target: FaultTarget,
}

impl NextFault {
    /// The fault that a call asks for itself, as `kind` or `kind=number`.
    pub(crate) fn of_header(text: &str) -> Option<Self> {
        let (name, number) = text.split_once('=').unwrap_or((text, ""));
        let number: Option<i64> = number.trim().parse().ok();
        Some(Self {
            kind: FaultKind::named(name.trim())?,
            code: number,
            count: 1,
            latency_ms: number.and_then(|number| u64::try_from(number).ok()),
            http_status: number.and_then(|number| u16::try_from(number).ok()),
            phone_number_id: None,
            to: None,
            callback_data: None,
            target: FaultTarget::Any,
        })
    }
}

/// What a fault looks at to find its call.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct CallTraits<'a> {
    pub(crate) node: &'a str,
    pub(crate) is_send: bool,
    pub(crate) to: Option<&'a str>,
    pub(crate) callback_data: Option<&'a str>,
}

/// Switches for misbehaviour; not saved.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Faults {
    /// Real milliseconds before a Graph call is looked at.
    pub(crate) latency_ms: u64,
    /// Every Graph call is answered with HTTP 503 and code 2.
    pub(crate) outage: bool,
    /// Faults in the order in which calls meet them.
    pub(crate) next: Vec<NextFault>,
    /// Posts every webhook twice.
    pub(crate) duplicate_webhooks: bool,
    /// Real milliseconds before a webhook's first attempt.
    pub(crate) webhook_delay_ms: u64,
    /// Holds all webhooks back until switched off.
    pub(crate) webhook_outage: bool,
    /// Posts what waits newest first.
    pub(crate) reorder_webhooks: bool,
    /// Updates in one POST; 0 stands for 100.
    pub(crate) webhook_batch: usize,
    /// Real milliseconds before a webhook's second attempt, doubled from there; 0 stands for 1,000.
    pub(crate) webhook_retry_ms: u64,
    /// A message read on arrival gets no delivered status.
    pub(crate) skip_delivered: bool,
}

impl Faults {
    /// Takes the fault for one call, if one waits for it.
    pub(crate) fn take(&mut self, call: CallTraits<'_>) -> Option<NextFault> {
        let same = |wanted: &Option<String>, is: Option<&str>| wanted.is_none() || wanted.as_deref() == is;
        let position = self.next.iter().position(|fault| {
            (call.is_send || fault.target == FaultTarget::Any)
                && same(&fault.phone_number_id, Some(call.node))
                && same(&fault.to, call.to)
                && same(&fault.callback_data, call.callback_data)
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
