//! Limits of the Cloud API as Meta's pages give them; characters unless said otherwise.

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
