//! How a request names a receiver.

use domain::{Error, Result};

/// Digits of an international phone number; `+`, spaces, hyphens and brackets are tolerated.
pub(super) fn phone_digits(text: &str) -> Result<String> {
    let fault = || {
        Error::invalid(
            "to.value",
            "Give the number in international form with its country code: +491701234567.",
        )
    };
    let parsed = phonenumber::parse(
        None,
        if text.starts_with('+') {
            text.to_owned()
        } else {
            format!("+{text}")
        },
    )
    .map_err(|_| fault())?;
    let digits = parsed
        .format()
        .mode(phonenumber::Mode::E164)
        .to_string()
        .trim_start_matches('+')
        .to_owned();
    if (8..=15).contains(&digits.len()) {
        Ok(digits)
    } else {
        Err(fault())
    }
}

/// A business-scoped user id as it stands.
pub(super) fn user_id(text: &str) -> Result<String> {
    let well_formed = text.split_once('.').is_some_and(|(country, rest)| {
        country.len() == 2
            && country.bytes().all(|b| b.is_ascii_uppercase())
            && !rest.is_empty()
            && rest.len() <= 132
            && rest.bytes().all(|b| b.is_ascii_graphic())
    });
    if well_formed {
        Ok(text.to_owned())
    } else {
        Err(Error::invalid(
            "to.value",
            "Give a business-scoped user id, such as US.77A1B2C3D4.",
        ))
    }
}
