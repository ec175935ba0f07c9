//! The limits of what can be sent, each fault with the field it is in.

use super::{ContactCard, Content, FileKind, HeaderMedia, ListMessage, Media, ReplyButton};
use crate::error::FieldError;

const TEXT: usize = 4_096;
const BODY: usize = 1_024;
const LIST_BODY: usize = 4_096;
const CAPTION: usize = 1_024;
const FILENAME: usize = 240;
/// Header and footer of interactive messages.
const SHORT: usize = 60;
/// Titles of reply buttons, of the button that opens a list and of the one that opens a page.
const BUTTON: usize = 20;
const BUTTON_ID: usize = 256;
const SECTIONS: usize = 10;
const ROWS: usize = 10;
const ROW_ID: usize = 200;
const ROW_TITLE: usize = 24;
const ROW_DESCRIPTION: usize = 72;
const URL: usize = 2_000;
const PLACE: usize = 1_000;
const CARDS: usize = 257;
const CARD_TEXT: usize = 256;
const CARD_ENTRIES: usize = 20;
/// Longest emoji in code points: families joined by zero-width characters.
const EMOJI: usize = 32;

impl Content {
    /// Every fault for which WhatsApp would refuse it, named by its field in a send request; empty when it may go. Values
    /// of templates are [`Template::check`](crate::template::Template::check)'s.
    #[must_use]
    pub fn faults(&self) -> Vec<FieldError> {
        let mut faults = Faults(Vec::new());
        match self {
            Self::Text { body, .. } => faults.text("body", body, 1, TEXT),
            Self::Image(media) => faults.file(FileKind::Image, media),
            Self::Video(media) => faults.file(FileKind::Video, media),
            Self::Audio(media) => faults.file(FileKind::Audio, media),
            Self::Document(media) => faults.file(FileKind::Document, media),
            Self::Sticker(media) => faults.file(FileKind::Sticker, media),
            Self::Location {
                latitude,
                longitude,
                name,
                address,
            } => {
                faults.degrees("latitude", *latitude, 90.0);
                faults.degrees("longitude", *longitude, 180.0);
                faults.optional("name", name.as_deref(), PLACE);
                faults.optional("address", address.as_deref(), PLACE);
            }
            Self::Contacts { cards } => faults.cards(cards),
            Self::Reaction { emoji, .. } => {
                if let Some(emoji) = emoji {
                    faults.text("emoji", emoji, 1, EMOJI);
                    let words = emoji
                        .chars()
                        .any(|c| c.is_whitespace() || c.is_ascii_alphabetic());
                    faults.unless(
                        !words,
                        "emoji",
                        "Give one emoji, or leave it out to take the reaction back.",
                    );
                }
            }
            Self::Buttons(message) => {
                faults.text("body", &message.body, 1, BODY);
                faults.header(message.header.as_deref(), message.header_media.as_ref());
                faults.optional("footer", message.footer.as_deref(), SHORT);
                faults.buttons(&message.buttons);
            }
            Self::List(message) => faults.list(message),
            Self::CtaUrl(message) => {
                faults.text("body", &message.body, 1, BODY);
                faults.header(message.header.as_deref(), message.header_media.as_ref());
                faults.optional("footer", message.footer.as_deref(), SHORT);
                faults.text("display_text", &message.display_text, 1, BUTTON);
                faults.address("url", &message.url);
            }
            Self::Template(_) => {}
            Self::ButtonTap { .. }
            | Self::Choice { .. }
            | Self::Order(_)
            | Self::FormReply { .. }
            | Self::CallPermission { .. }
            | Self::Revoked
            | Self::System { .. }
            | Self::Unsupported { .. } => {
                faults.add("type", "Only customers send this kind of message.");
            }
        }
        faults.0
    }
}

struct Faults(Vec<FieldError>);

impl Faults {
    fn add(&mut self, field: &str, message: impl Into<String>) {
        self.0.push(FieldError {
            field: format!("content.{field}"),
            message: message.into(),
        });
    }

    fn unless(&mut self, fine: bool, field: &str, message: &str) {
        if !fine {
            self.add(field, message);
        }
    }

    fn text(&mut self, field: &str, text: &str, least: usize, most: usize) {
        if text.contains('\0') {
            self.add(field, "Remove the NUL character.");
        } else if text.trim().chars().count() < least || text.chars().count() > most {
            self.add(field, format!("{least} to {most} characters."));
        }
    }

    fn optional(&mut self, field: &str, text: Option<&str>, most: usize) {
        if let Some(text) = text {
            self.text(field, text, 0, most);
        }
    }

    fn degrees(&mut self, field: &str, value: f64, most: f64) {
        let fine = value.is_finite() && value.abs() <= most;
        if !fine {
            self.add(field, format!("Degrees from -{most} to {most}."));
        }
    }

    fn address(&mut self, field: &str, url: &str) {
        self.text(field, url, 1, URL);
        let web = url.starts_with("https://") || url.starts_with("http://");
        let fine = web && !url.contains(char::is_whitespace);
        self.unless(fine, field, "Give a whole web address that starts with https://.");
    }

    fn source(&mut self, at: &str, has_id: bool, link: Option<&str>) {
        let one = has_id != link.is_some();
        self.unless(
            one,
            &format!("{at}media_id"),
            "Give either media_id, from an upload, or link.",
        );
        if let Some(link) = link {
            self.address(&format!("{at}link"), link);
        }
    }

    fn file(&mut self, kind: FileKind, media: &Media) {
        self.source("", media.media_id.is_some(), media.link.as_deref());
        self.optional("caption", media.caption.as_deref(), CAPTION);
        self.optional("filename", media.filename.as_deref(), FILENAME);
        let captioned = !matches!(kind, FileKind::Audio | FileKind::Sticker);
        let caption = captioned || media.caption.is_none();
        self.unless(caption, "caption", "Audio files and stickers have no caption.");
        let filename = kind == FileKind::Document || media.filename.is_none();
        self.unless(filename, "filename", "Only documents have a file name.");
        let voice = kind == FileKind::Audio || !media.voice;
        self.unless(voice, "voice", "Only audio can be a voice message.");
    }

    fn header(&mut self, text: Option<&str>, media: Option<&HeaderMedia>) {
        self.optional("header", text, SHORT);
        let Some(media) = media else { return };
        self.unless(
            text.is_none(),
            "header_media",
            "Give either header or header_media.",
        );
        self.source("header_media.", media.media_id.is_some(), media.link.as_deref());
        self.optional("header_media.filename", media.filename.as_deref(), FILENAME);
    }

    fn buttons(&mut self, buttons: &[ReplyButton]) {
        let count = (1..=3).contains(&buttons.len());
        self.unless(count, "buttons", "Give one to three buttons.");
        for (index, button) in buttons.iter().enumerate() {
            self.text(&format!("buttons.{index}.id"), &button.id, 1, BUTTON_ID);
            self.text(&format!("buttons.{index}.title"), &button.title, 1, BUTTON);
            let mut before = buttons.iter().take(index);
            let own = before.all(|other| other.id != button.id && other.title != button.title);
            self.unless(
                own,
                &format!("buttons.{index}"),
                "Each button needs an id and a title of its own.",
            );
        }
    }

    fn list(&mut self, message: &ListMessage) {
        self.text("body", &message.body, 1, LIST_BODY);
        self.optional("header", message.header.as_deref(), SHORT);
        self.optional("footer", message.footer.as_deref(), SHORT);
        self.text("button", &message.button, 1, BUTTON);
        let count = (1..=SECTIONS).contains(&message.sections.len());
        self.unless(count, "sections", "Give one to ten sections.");
        let rows: usize = message.sections.iter().map(|section| section.rows.len()).sum();
        self.unless(
            rows <= ROWS,
            "sections",
            "At most ten rows in all sections together.",
        );
        let several = message.sections.len() > 1;
        let mut ids = std::collections::HashSet::new();
        for (s, section) in message.sections.iter().enumerate() {
            let title = section.title.as_deref().unwrap_or_default();
            self.text(
                &format!("sections.{s}.title"),
                title,
                usize::from(several),
                ROW_TITLE,
            );
            self.unless(
                !section.rows.is_empty(),
                &format!("sections.{s}.rows"),
                "Give at least one row.",
            );
            for (r, row) in section.rows.iter().enumerate() {
                let at = |field: &str| format!("sections.{s}.rows.{r}.{field}");
                self.text(&at("id"), &row.id, 1, ROW_ID);
                self.text(&at("title"), &row.title, 1, ROW_TITLE);
                self.optional(&at("description"), row.description.as_deref(), ROW_DESCRIPTION);
                self.unless(
                    ids.insert(row.id.as_str()),
                    &at("id"),
                    "Each row needs an id of its own.",
                );
            }
        }
    }

    fn cards(&mut self, cards: &[ContactCard]) {
        let count = (1..=CARDS).contains(&cards.len());
        self.unless(count, "cards", "Give 1 to 257 cards.");
        for (index, card) in cards.iter().enumerate() {
            let at = |field: &str| format!("cards.{index}.{field}");
            self.text(&at("name"), &card.name, 1, CARD_TEXT);
            for (field, text) in [
                ("first_name", &card.first_name),
                ("last_name", &card.last_name),
                ("organization", &card.organization),
            ] {
                self.optional(&at(field), text.as_deref(), CARD_TEXT);
            }
            for (field, entries) in [
                ("phones", &card.phones),
                ("emails", &card.emails),
                ("urls", &card.urls),
            ] {
                self.unless(
                    entries.len() <= CARD_ENTRIES,
                    &at(field),
                    "At most 20 of a kind on one card.",
                );
                for (entry, text) in entries.iter().enumerate() {
                    self.text(&at(&format!("{field}.{entry}")), text, 1, CARD_TEXT);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
