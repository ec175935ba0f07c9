//! Graph errors, sorted by what has to happen next.

use std::time::Duration;

use domain::ports::{FaultClass, ProviderFault};
use egress::{ErrorKind, Response};
use serde::Deserialize;
use serde_json::Value;

/// Longest sentence kept of a provider's words, in characters.
const MAX_WORDS: usize = 500;
/// Runs of this many digits are numbers of people or things, not error codes, and are cut from the words.
const IDENTIFYING_DIGITS: usize = 7;

/// What has to happen next after this code, whoever reported it.
pub(super) const fn class_of(code: i64) -> Option<FaultClass> {
    Some(match code {
        0 | 104 | 190 => FaultClass::Token,
        1 | 2 | 131_000 | 131_016 | 133_004 | 139_103 => FaultClass::ProviderDown,
        3
        | 10
        | 200..=299
        | 131_005
        | 131_063
        | 134_011
        | 134_102
        | 134_103
        | 200_005..=200_007
        | 2_388_019 => FaultClass::Permission,
        4 | 17 | 341 | 613 | 80_007 | 80_008 | 130_429 | 131_208 => FaultClass::RateLimited,
        131_056 => FaultClass::PairRate,
        131_057 => FaultClass::Maintenance,
        368 | 131_031 => FaultClass::AccountBlocked,
        33 | 131_037 | 131_045 | 131_048 | 133_000 | 133_006 | 133_010 | 133_015 => FaultClass::NumberBlocked,
        131_042 | 131_044 => FaultClass::Payment,
        131_047 => FaultClass::Window,
        131_064 | 132_001 | 132_007 | 132_015 | 132_016 | 132_068 | 132_069 | 134_101 => {
            FaultClass::TemplateUnavailable
        }
        130_403 | 130_472 | 130_497 | 131_026 | 131_030 | 131_049 | 131_050 | 137_000 => {
            FaultClass::Recipient
        }
        100
        | 131_008
        | 131_009
        | 131_020
        | 131_021
        | 131_041
        | 131_051..=131_053
        | 131_055
        | 131_059
        | 131_062 => FaultClass::Invalid,
        131_201..=131_215 | 132_000 | 132_005 | 132_008 | 132_012 | 132_018 | 132_021 | 134_100 | 135_000 => {
            FaultClass::Invalid
        }
        133_005 | 133_008 | 133_009 | 133_016 | 136_024 | 136_025 | 138_000..=138_018 | 139_000..=139_004 => {
            FaultClass::Invalid
        }
        139_100..=139_102 | 147_001..=147_005 | 1_752_041 | 2_388_000..=2_388_299 | 2_494_100..=2_494_179 => {
            FaultClass::Invalid
        }
        2_593_079 | 2_593_085 | 2_593_107..=2_593_109 => FaultClass::Invalid,
        _ => return None,
    })
}

/// Codes after which a send may have been taken all the same.
const fn leaves_doubt(code: i64) -> bool {
    matches!(code, 1 | 2 | 131_000 | 131_016)
}

/// The documented refusals that the machine may send again; every other throttling code needs a person or a new call.
const fn documented_refusal(code: i64) -> bool {
    matches!(code, 4 | 80_007 | 130_429 | 131_056 | 131_057)
}

/// An error answer and what it says of a send.
pub(super) struct Answered {
    /// The failure.
    pub(super) fault: ProviderFault,
    /// True when the provider may have acted on the request.
    pub(super) doubt: bool,
}

impl Answered {
    /// The failure as the send ledger may see it: only documented refusals keep a class that is tried again.
    pub(super) fn for_send(mut self) -> Self {
        if self.fault.class.machine_may_retry() && !self.fault.code.is_some_and(documented_refusal) {
            self.fault.class = FaultClass::Other;
            self.fault.retry_after = None;
        }
        self
    }
}

#[derive(Debug, Default, Deserialize)]
struct ErrorBody {
    error: Option<Value>,
}

/// Reads an error answer, whatever its shape.
pub(super) fn from_answer(answer: &Response) -> Answered {
    let body: ErrorBody = serde_json::from_slice(&answer.body).unwrap_or_default();
    let Some((error, code)) = body
        .error
        .as_ref()
        .and_then(|error| Some((error, integer(error.get("code"))?)))
    else {
        return Answered {
            fault: unreadable(answer.status.as_u16()),
            doubt: true,
        };
    };
    let subcode = integer(error.get("error_subcode"));
    let known = known_class(code, subcode);
    let transient = error
        .get("is_transient")
        .and_then(Value::as_bool)
        .unwrap_or_default();
    let vague = known.is_none() && (transient || !answer.status.is_client_error());
    let class = known.unwrap_or(if vague {
        FaultClass::ProviderDown
    } else {
        FaultClass::Other
    });
    let fault = ProviderFault {
        class,
        code: Some(code),
        subcode,
        message: words(error),
        trace_id: text(error.get("fbtrace_id")),
        retry_after: class.machine_may_retry().then(|| regain(answer)).flatten(),
    };
    Answered {
        fault,
        doubt: vague || leaves_doubt(code),
    }
}

/// Management errors arrive as code 100 with the real number as sub-code, or with it as the code.
fn known_class(code: i64, subcode: Option<i64>) -> Option<FaultClass> {
    match (code, subcode) {
        // An object that does not exist or that the token may not see.
        (100, Some(33)) => Some(FaultClass::Permission),
        (100, Some(subcode)) => class_of(subcode).or(class_of(100)),
        _ => class_of(code),
    }
}

/// A fault that we state ourselves.
pub(super) fn own(class: FaultClass, message: &str) -> ProviderFault {
    ProviderFault {
        class,
        code: None,
        subcode: None,
        message: message.to_owned(),
        trace_id: None,
        retry_after: None,
    }
}

/// An answer that is not what the API promises.
pub(super) fn unreadable(status: u16) -> ProviderFault {
    own(
        FaultClass::ProviderDown,
        &format!("The provider answered HTTP {status} with a body that can't be understood."),
    )
}

/// A call that got no answer.
pub(super) fn from_egress(error: &egress::Error) -> ProviderFault {
    let class = match error.kind {
        ErrorKind::Blocked => FaultClass::Permission,
        ErrorKind::NotSent | ErrorKind::Timeout | ErrorKind::Broken => FaultClass::Network,
        ErrorKind::TooLarge => FaultClass::Invalid,
    };
    own(class, &error.to_string())
}

/// Code and words of an error in a webhook or in an answer: title or message, then the details.
pub(super) fn code_and_words(error: &Value) -> Option<(i64, String)> {
    Some((integer(error.get("code"))?, words(error)))
}

fn words(error: &Value) -> String {
    let main = text(error.get("message"))
        .or_else(|| text(error.get("title")))
        .unwrap_or_default();
    let details = text(error.pointer("/error_data/details"))
        .or_else(|| text(error.get("error_user_msg")))
        .unwrap_or_default();
    let whole = match (main.is_empty(), details.is_empty() || details == main) {
        (false, false) => format!("{main}: {details}"),
        (true, _) => details,
        (false, true) => main,
    };
    without_numbers(&whole)
}

/// Cuts phone numbers and ids, which Graph repeats in some sentences.
fn without_numbers(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut digits = String::new();
    for c in text.chars().take(MAX_WORDS).chain(std::iter::once('\0')) {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        if digits.len() >= IDENTIFYING_DIGITS {
            kept.push('…');
        } else {
            kept.push_str(&digits);
        }
        digits.clear();
        if c != '\0' {
            kept.push(c);
        }
    }
    kept
}

fn integer(value: Option<&Value>) -> Option<i64> {
    let value = value?;
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

fn text(value: Option<&Value>) -> Option<String> {
    value?
        .as_str()
        .filter(|text| !text.is_empty())
        .map(|text| text.replace('\0', ""))
}

/// When access comes back: `Retry-After` in seconds, or the usage header's estimate in minutes; the longer one.
fn regain(answer: &Response) -> Option<Duration> {
    let seconds = answer
        .header("retry-after")
        .and_then(|text| text.trim().parse::<u64>().ok());
    let minutes = answer
        .header("x-business-use-case-usage")
        .and_then(estimated_minutes);
    let waits = [seconds, minutes.map(|minutes| minutes.saturating_mul(60))];
    waits
        .into_iter()
        .flatten()
        .filter(|wait| *wait > 0)
        .max()
        .map(Duration::from_secs)
}

fn estimated_minutes(header: &str) -> Option<u64> {
    let usage: Value = serde_json::from_str(header).ok()?;
    let rows = usage.as_object()?.values().filter_map(Value::as_array).flatten();
    rows.filter_map(|row| row.get("estimated_time_to_regain_access")?.as_u64())
        .max()
}

#[cfg(test)]
mod tests;
