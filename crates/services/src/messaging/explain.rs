//! Failures in plain words: the cause and the next step, by Meta's error code (Cloud API error codes, Sep 2026).

use domain::status::MessageStatus;

use crate::inbox::MessageErrorView;

const UNKNOWN_CAUSE: &str = "The connection broke before WhatsApp answered, so it may have been sent.";
const UNKNOWN_STEP: &str = "Wait: a delivery report settles it. If none comes, send it again, knowing that the customer may get it twice.";

/// What to tell about a failed or unknown message; `None` for the others.
#[must_use]
pub fn failure(
    status: MessageStatus,
    code: Option<i64>,
    message: Option<String>,
) -> Option<MessageErrorView> {
    let (cause, next_step) = match status {
        MessageStatus::Unknown => (UNKNOWN_CAUSE, UNKNOWN_STEP),
        MessageStatus::Failed => by_code(code),
        _ => return None,
    };
    Some(MessageErrorView {
        code,
        message: message.unwrap_or_default(),
        cause: cause.to_owned(),
        next_step: next_step.to_owned(),
    })
}

const OTHER: (&str, &str) = (
    "WhatsApp refused the message.",
    "Read the provider's words below; if they do not help, quote the code to support.",
);

/// Codes, the cause in plain words, and the next step.
type Explained = (&'static [i64], &'static str, &'static str);

/// Permission codes of the Graph API are 200 to 299.
const PERMISSION: Explained = (
    &[3, 10, 131_005],
    "The app lacks a permission at Meta.",
    "Open the number's connection and follow the step that failed.",
);

const EXPLAINED: &[Explained] = &[
    (
        &[0, 190],
        "The access token of this number is no longer valid.",
        "Reconnect the number with a new token; waiting messages then go out.",
    ),
    (
        &[130_429, 4, 80_007],
        "Too many messages at once for this number.",
        "Send it again in a minute.",
    ),
    (
        &[130_472],
        "Meta holds this customer out of marketing messages for an experiment.",
        "Do not retry for a day; write to them another way.",
    ),
    (
        &[131_026],
        "The customer can't receive it: not on WhatsApp, an old app, or terms not accepted.",
        "Check the number with the customer and reach them another way.",
    ),
    (
        &[131_030],
        "This test number may only write to numbers on its allow list.",
        "Add the customer to the allow list at Meta, or use a real number.",
    ),
    (
        &[131_031, 368],
        "Meta has locked this WhatsApp Business Account.",
        "Open WhatsApp Manager and appeal; nothing can be sent until then.",
    ),
    (
        &[131_037],
        "The number's display name is not approved.",
        "Request the display name in WhatsApp Manager.",
    ),
    (
        &[131_042],
        "There is no valid payment method at Meta.",
        "Add one in WhatsApp Manager, then send again.",
    ),
    (
        &[131_047],
        "More than 24 hours had passed since the customer's last message.",
        "Send an approved template; their answer opens the window again.",
    ),
    (
        &[131_048],
        "Meta restricts this number because its quality is low.",
        "Pause campaigns and send only answers until the quality recovers.",
    ),
    (
        &[131_049],
        "Meta did not deliver it to keep this customer's marketing messages few.",
        "Do not retry for 24 hours: earlier tries extend the block.",
    ),
    (
        &[131_050],
        "The customer stopped marketing messages from you.",
        "Do not send marketing to them; answers and utility templates are fine.",
    ),
    (
        &[131_052, 131_053],
        "WhatsApp could not use the media.",
        "Send a file of a type and size that WhatsApp takes: the upload says which.",
    ),
    (
        &[131_056],
        "Too many messages to this one customer in a short time.",
        "Wait a minute, then send again.",
    ),
    (
        &[132_000, 132_005, 132_008, 132_012, 132_018],
        "The template's values do not fit.",
        "Open the template, check each value, and send again.",
    ),
    (
        &[132_001],
        "The template does not exist in this language, or is not approved.",
        "Sync the templates and choose an approved one.",
    ),
    (
        &[132_007, 132_015, 132_016],
        "The template is paused or disabled at Meta.",
        "Choose another template, or mend this one.",
    ),
    (
        &[133_010],
        "The number is not registered.",
        "Open the number's connection and register it.",
    ),
];

fn by_code(code: Option<i64>) -> (&'static str, &'static str) {
    let Some(code) = code else { return OTHER };
    let mut known = EXPLAINED.iter().chain([&PERMISSION]);
    match known.find(|(codes, ..)| codes.contains(&code)) {
        Some((_, cause, next_step)) => (cause, next_step),
        None if (200..300).contains(&code) => (PERMISSION.1, PERMISSION.2),
        None => OTHER,
    }
}
