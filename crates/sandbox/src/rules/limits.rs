//! Limits of the Cloud API as Meta's pages give them; characters unless said otherwise.

use serde::{Deserialize, Serialize};

/// Limits of pace and volume that the control API may change; `0` lifts one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Limits {
    /// Messages of a number per second, in and out; `None` follows from its throughput level.
    pub(crate) messages_per_second: Option<u32>,
    /// Milliseconds per message to one customer, over time.
    pub(crate) pair_interval_ms: u32,
    /// Messages to one customer that may go at once, borrowed from the future.
    pub(crate) pair_burst: u32,
    /// Customers that a portfolio may write to outside their window in 24 hours; `None` follows from its tier.
    pub(crate) daily_customers: Option<u32>,
    /// Register and deregister calls of a number in 72 hours.
    pub(crate) registrations: u32,
    /// New templates of a WABA per hour.
    pub(crate) templates_per_hour: u32,
    /// Templates of a WABA.
    pub(crate) templates: u32,
    /// Management calls of an app for a WABA per hour; `None`: 5,000 once a number is registered, 200 before.
    pub(crate) management_calls_per_hour: Option<u32>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            messages_per_second: None,
            pair_interval_ms: 6_000,
            pair_burst: 45,
            daily_customers: None,
            registrations: 10,
            templates_per_hour: 100,
            templates: 6_000,
            management_calls_per_hour: None,
        }
    }
}

/// Customers in 24 hours of a portfolio tier; `None` is without limit.
pub(crate) fn tier_customers(tier: &str) -> Option<u32> {
    match tier {
        "TIER_50" => Some(50),
        "TIER_250" => Some(250),
        "TIER_1K" => Some(1_000),
        "TIER_2K" => Some(2_000),
        "TIER_10K" => Some(10_000),
        "TIER_100K" => Some(100_000),
        _ => None,
    }
}

/// One hour, milliseconds.
pub(crate) const HOUR_MS: i64 = 60 * 60 * 1000;
/// One day, milliseconds.
pub(crate) const DAY_MS: i64 = 24 * HOUR_MS;
/// Window over which register and deregister calls count, milliseconds.
pub(crate) const REGISTRATION_MS: i64 = 72 * HOUR_MS;

/// Text message body.
pub(crate) const TEXT_BODY: usize = 4096;
/// Caption of an image, a video or a document.
pub(crate) const CAPTION: usize = 1024;
/// File name of a document.
pub(crate) const FILENAME: usize = 240;
/// Name and address of a location.
pub(crate) const LOCATION_TEXT: usize = 1000;
/// Contacts in one contacts message.
pub(crate) const CONTACTS: usize = 257;
/// `biz_opaque_callback_data`.
pub(crate) const CALLBACK_DATA: usize = 512;
/// Body of an interactive message other than a list.
pub(crate) const INTERACTIVE_BODY: usize = 1024;
/// Body of a list message.
pub(crate) const LIST_BODY: usize = 4096;
/// Header and footer text, in interactive messages and templates.
pub(crate) const HEADER_FOOTER: usize = 60;
/// Reply buttons in one message.
pub(crate) const REPLY_BUTTONS: usize = 3;
/// Title of a reply button, label of a list and of a link button.
pub(crate) const BUTTON_TITLE: usize = 20;
/// Id of a reply button.
pub(crate) const BUTTON_ID: usize = 256;
/// Sections of a list, and rows over all its sections.
pub(crate) const LIST_SECTIONS: usize = 10;
/// Rows over all sections of a list.
pub(crate) const LIST_ROWS: usize = 10;
/// Title of a list section or row.
pub(crate) const ROW_TITLE: usize = 24;
/// Id of a list row.
pub(crate) const ROW_ID: usize = 200;
/// Description of a list row.
pub(crate) const ROW_DESCRIPTION: usize = 72;
/// Template name.
pub(crate) const TEMPLATE_NAME: usize = 512;
/// Template body, before and after parameters are filled in.
pub(crate) const TEMPLATE_BODY: usize = 1024;
/// Label of a template button.
pub(crate) const TEMPLATE_BUTTON: usize = 25;
/// Buttons of one template.
pub(crate) const TEMPLATE_BUTTONS: usize = 10;
/// Link buttons of one template.
pub(crate) const TEMPLATE_URL_BUTTONS: usize = 2;
/// Address of a link button.
pub(crate) const TEMPLATE_URL: usize = 2000;
/// Phone number of a call button.
pub(crate) const TEMPLATE_PHONE: usize = 20;
/// Body of a limited-time offer.
pub(crate) const OFFER_BODY: usize = 600;
/// Body of a carousel card.
pub(crate) const CARD_BODY: usize = 160;
/// Cards of a carousel.
pub(crate) const CARDS: std::ops::RangeInclusive<usize> = 2..=10;
/// Validity of a code of Embedded Signup, milliseconds.
pub(crate) const SIGNUP_CODE_MS: i64 = 30 * 1000;
/// Age after which an unanswered webhook is given up, milliseconds.
pub(crate) const WEBHOOK_MS: i64 = 7 * DAY_MS;
/// Free messages after the first answer to a customer who came from an ad, milliseconds.
pub(crate) const ENTRY_POINT_MS: i64 = 72 * HOUR_MS;
/// Pauses of a template for low quality, milliseconds; the next one disables it.
pub(crate) const TEMPLATE_PAUSES_MS: [i64; 2] = [3 * HOUR_MS, 6 * HOUR_MS];
/// Customer service window after the customer's last message, milliseconds.
pub(crate) const WINDOW_MS: i64 = 24 * 60 * 60 * 1000;
/// Age up to which a message takes a reaction, milliseconds.
pub(crate) const REACTION_AGE_MS: i64 = 30 * 24 * 60 * 60 * 1000;
/// Validity of an uploaded media id, milliseconds.
pub(crate) const UPLOADED_MEDIA_MS: i64 = 30 * 24 * 60 * 60 * 1000;
/// Validity of a media id that arrived in a webhook, milliseconds.
pub(crate) const INBOUND_MEDIA_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// Validity of a media URL, milliseconds.
pub(crate) const MEDIA_URL_MS: i64 = 5 * 60 * 1000;
/// Time a business keeps seeing a hidden phone number it has written to, milliseconds.
pub(crate) const PHONE_KNOWN_MS: i64 = 30 * 24 * 60 * 60 * 1000;
/// Largest media file of any kind, bytes.
pub(crate) const MEDIA_BYTES: usize = 100 * 1024 * 1024;
