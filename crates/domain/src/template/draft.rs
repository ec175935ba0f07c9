//! A template to be submitted, and the limits without which no provider takes it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Component, TemplateButton, placeholder};
use crate::{error::FieldError, ids::MediaId};

const NAME: usize = 512;
const BODY: usize = 1_024;
const OFFER_BODY: usize = 600;
const CARD_BODY: usize = 160;
/// Header text and footer.
const SHORT: usize = 60;
const BUTTON: usize = 25;
const BUTTONS: usize = 10;
const URL: usize = 2_000;
const PHONE: usize = 20;
const OFFER: usize = 16;
/// Characters of the hash by which Android knows an app.
const SIGNATURE: usize = 11;
const APPS: usize = 5;

/// A template to be submitted for review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTemplate {
    /// `^[a-z0-9_]{1,512}$`; with the language it names the template in its account.
    pub name: String,
    /// Language code, `en_US`.
    pub language: String,
    /// MARKETING, UTILITY or AUTHENTICATION.
    pub category: String,
    /// The parts in order, with a sample of every variable. Empty for a one-time code.
    #[serde(default)]
    pub components: Vec<Component>,
    /// An uploaded sample for each media header, by parameter key: `header.media`, `card.0.header.media`.
    #[serde(default)]
    pub samples: BTreeMap<String, MediaId>,
    /// For AUTHENTICATION, whose text WhatsApp writes itself.
    #[serde(default)]
    pub one_time_code: Option<OneTimeCode>,
    /// How long WhatsApp tries to deliver, in seconds.
    #[serde(default)]
    pub ttl_seconds: Option<i64>,
}

/// How a one-time code is handed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OneTimeCode {
    /// `COPY_CODE`, `ONE_TAP` or `ZERO_TAP`.
    pub otp_type: String,
    /// Text on the button, at most 25 characters; WhatsApp's own if left out.
    #[serde(default)]
    pub button_text: Option<String>,
    /// Adds the sentence that the code must not be shared.
    #[serde(default)]
    pub add_security_recommendation: bool,
    /// Adds how long the code works: 1 to 90 minutes.
    #[serde(default)]
    pub code_expiration_minutes: Option<u32>,
    /// The apps that may take the code over, for ONE_TAP and ZERO_TAP: one to five.
    #[serde(default)]
    pub supported_apps: Vec<SupportedApp>,
}

/// An Android app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SupportedApp {
    /// `com.example.shop`.
    pub package_name: String,
    /// The hash of its signing key: 11 characters.
    pub signature_hash: String,
}

impl NewTemplate {
    /// Every fault for which the provider would not even review it, named by its field; empty when it may be submitted.
    #[must_use]
    pub fn faults(&self) -> Vec<FieldError> {
        let mut faults = Faults(Vec::new());
        let named = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let name = (1..=NAME).contains(&self.name.len()) && self.name.chars().all(named);
        faults.unless(
            name,
            "name",
            "Small letters, digits and underscores, at most 512.",
        );
        let code = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let language = (2..=16).contains(&self.language.len()) && self.language.chars().all(code);
        faults.unless(language, "language", "A code such as en_US.");
        let category = matches!(self.category.as_str(), "MARKETING" | "UTILITY" | "AUTHENTICATION");
        faults.unless(category, "category", "MARKETING, UTILITY or AUTHENTICATION.");
        if let Some(ttl) = self.ttl_seconds {
            let fine = (30..=2_592_000).contains(&ttl);
            faults.unless(fine, "ttl_seconds", "30 seconds to 30 days.");
        }
        match &self.one_time_code {
            Some(code) => {
                let alone = self.components.is_empty() && self.category == "AUTHENTICATION";
                faults.unless(
                    alone,
                    "one_time_code",
                    "Only for the category AUTHENTICATION, and without components: WhatsApp writes the text.",
                );
                faults.one_time_code(code);
            }
            None => {
                let other = self.category != "AUTHENTICATION";
                faults.unless(other, "one_time_code", "The category AUTHENTICATION needs it.");
                faults.whole(self);
            }
        }
        faults.0
    }

    /// The template as it looks until it is read from the provider.
    #[must_use]
    pub fn components_shown(&self) -> Vec<Component> {
        let Some(code) = &self.one_time_code else {
            return self.components.clone();
        };
        let otp = TemplateButton::Otp {
            text: code.button_text.clone().unwrap_or_else(|| "Copy code".to_owned()),
            otp_type: code.otp_type.clone(),
        };
        let body = Component::Body {
            text: "{{1}} is your verification code.".to_owned(),
            examples: BTreeMap::new(),
        };
        vec![body, Component::Buttons { buttons: vec![otp] }]
    }
}

struct Faults(Vec<FieldError>);

impl Faults {
    fn unless(&mut self, fine: bool, field: &str, message: &str) {
        if !fine {
            self.0.push(FieldError {
                field: field.to_owned(),
                message: message.to_owned(),
            });
        }
    }

    fn length(&mut self, field: &str, text: &str, most: usize) {
        let fine = !text.trim().is_empty() && text.chars().count() <= most && !text.contains('\0');
        self.unless(fine, field, &format!("1 to {most} characters."));
    }

    fn whole(&mut self, template: &NewTemplate) {
        let components = &template.components;
        let bodies = components
            .iter()
            .filter(|c| matches!(c, Component::Body { .. }))
            .count();
        self.unless(bodies == 1, "components", "A template has exactly one body.");
        let offer = components
            .iter()
            .any(|c| matches!(c, Component::LimitedTimeOffer { .. }));
        let body = if offer { OFFER_BODY } else { BODY };
        self.parts(components, "", body, &template.samples);
    }

    fn parts(
        &mut self,
        components: &[Component],
        prefix: &str,
        body: usize,
        samples: &BTreeMap<String, MediaId>,
    ) {
        for (index, component) in components.iter().enumerate() {
            let at = format!("{prefix}components.{index}");
            match component {
                Component::HeaderText { text, examples } => {
                    self.length(&at, text, SHORT);
                    let one = placeholder::keys(text).len() <= 1;
                    self.unless(one, &at, "A header has at most one variable.");
                    self.samples(&at, text, examples);
                }
                Component::Body { text, examples } => {
                    self.length(&at, text, body);
                    let edges = !text.trim().starts_with("{{") && !text.trim().ends_with("}}");
                    self.unless(edges, &at, "The body may neither begin nor end with a variable.");
                    self.samples(&at, text, examples);
                }
                Component::HeaderMedia { .. } => {
                    let key = format!("{}header.media", prefix.replace("cards.", "card."));
                    let given = samples.contains_key(&key);
                    self.unless(given, "samples", &format!("Give an uploaded sample for {key}."));
                }
                Component::Footer { text } => self.length(&at, text, SHORT),
                Component::Buttons { buttons } => self.buttons(&at, buttons),
                Component::LimitedTimeOffer { text, .. } => self.length(&at, text, OFFER),
                Component::Carousel { cards } => {
                    self.unless(
                        (2..=10).contains(&cards.len()),
                        &at,
                        "A carousel has two to ten cards.",
                    );
                    for (card, parts) in cards.iter().enumerate() {
                        self.parts(&parts.components, &format!("cards.{card}."), CARD_BODY, samples);
                    }
                }
                Component::HeaderLocation => {}
                Component::Unsupported { kind } => {
                    self.unless(
                        false,
                        &at,
                        &format!("A part of type {kind} can't be submitted from here."),
                    );
                }
            }
        }
    }

    /// Positions count from 1 without gaps, and every variable has a sample.
    fn samples(&mut self, at: &str, text: &str, examples: &BTreeMap<String, String>) {
        let keys = placeholder::keys(text);
        let numbers: Vec<_> = keys.iter().filter_map(|key| key.parse::<usize>().ok()).collect();
        let positional = numbers.len() == keys.len() && numbers.iter().copied().eq(1..=keys.len());
        let word = |key: &String| {
            key.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
                && key
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        };
        self.unless(
            positional || keys.iter().all(word),
            at,
            "Variables are {{1}}, {{2}} … without a gap, or all names in small letters with underscores.",
        );
        for key in keys
            .iter()
            .filter(|key| examples.get(*key).is_none_or(|sample| sample.trim().is_empty()))
        {
            self.unless(
                false,
                &format!("{at}.examples.{key}"),
                "Give a sample for the review.",
            );
        }
    }

    fn buttons(&mut self, at: &str, buttons: &[TemplateButton]) {
        self.unless((1..=BUTTONS).contains(&buttons.len()), at, "One to ten buttons.");
        let quick: Vec<_> = buttons
            .iter()
            .map(|b| matches!(b, TemplateButton::QuickReply { .. }))
            .collect();
        let turns = quick
            .windows(2)
            .filter(|pair| pair.first() != pair.last())
            .count();
        self.unless(
            turns <= 1,
            at,
            "Quick replies stand together, before or after the other buttons.",
        );
        let count = |wanted: fn(&TemplateButton) -> bool| buttons.iter().filter(|b| wanted(b)).count();
        self.unless(
            count(|b| matches!(b, TemplateButton::Url { .. })) <= 2,
            at,
            "At most two web addresses.",
        );
        self.unless(
            count(|b| matches!(b, TemplateButton::PhoneNumber { .. })) <= 1,
            at,
            "At most one phone number.",
        );
        self.unless(
            count(|b| matches!(b, TemplateButton::CopyCode { .. })) <= 1,
            at,
            "At most one code to copy.",
        );
        for (index, button) in buttons.iter().enumerate() {
            self.button(&format!("{at}.buttons.{index}"), button);
        }
    }

    fn button(&mut self, at: &str, button: &TemplateButton) {
        match button {
            TemplateButton::QuickReply { text } => self.length(at, text, BUTTON),
            TemplateButton::Url { text, url, example } => {
                self.length(at, text, BUTTON);
                self.length(at, url, URL);
                let keys = placeholder::keys(url);
                let web = url.starts_with("https://") || url.starts_with("http://");
                self.unless(web, at, "A web address starts with https://.");
                let end = keys.is_empty() || (keys.len() == 1 && url.ends_with("}}"));
                self.unless(end, at, "One variable at most, at the end of the address.");
                let sample = keys.is_empty() || example.as_ref().is_some_and(|sample| !sample.is_empty());
                self.unless(sample, at, "Give a sample of the address's end as `example`.");
            }
            TemplateButton::PhoneNumber { text, phone_number } => {
                self.length(at, text, BUTTON);
                self.length(at, phone_number, PHONE);
            }
            TemplateButton::CopyCode { example } => {
                self.length(at, example.as_deref().unwrap_or_default(), 20);
            }
            TemplateButton::Otp { .. }
            | TemplateButton::Flow { .. }
            | TemplateButton::Plain { .. }
            | TemplateButton::Unsupported { .. } => {
                self.unless(
                    false,
                    at,
                    "This kind of button can't be submitted from here; use WhatsApp Manager.",
                );
            }
        }
    }

    fn one_time_code(&mut self, code: &OneTimeCode) {
        let known = matches!(code.otp_type.as_str(), "COPY_CODE" | "ONE_TAP" | "ZERO_TAP");
        self.unless(known, "one_time_code.otp_type", "COPY_CODE, ONE_TAP or ZERO_TAP.");
        if let Some(text) = &code.button_text {
            self.length("one_time_code.button_text", text, BUTTON);
        }
        let minutes = code
            .code_expiration_minutes
            .is_none_or(|minutes| (1..=90).contains(&minutes));
        self.unless(
            minutes,
            "one_time_code.code_expiration_minutes",
            "1 to 90 minutes.",
        );
        let apps = if code.otp_type == "COPY_CODE" {
            code.supported_apps.is_empty()
        } else {
            (1..=APPS).contains(&code.supported_apps.len())
        };
        let field = "one_time_code.supported_apps";
        self.unless(
            apps,
            field,
            "One to five apps for ONE_TAP and ZERO_TAP, none for COPY_CODE.",
        );
        for app in &code.supported_apps {
            let fine = !app.package_name.is_empty() && app.signature_hash.len() == SIGNATURE;
            self.unless(
                fine,
                field,
                "Each app has a package name and a hash of 11 characters.",
            );
        }
    }
}
