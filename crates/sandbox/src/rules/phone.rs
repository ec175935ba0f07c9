/// Two-digit country calling codes of the numbering plan (E.164); `1` and `7` have one digit, all others three.
const TWO_DIGITS: &[&str] = &[
    "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47", "48",
    "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66", "81",
    "82", "84", "86", "90", "91", "92", "93", "94", "95", "98",
];

/// Country of a calling code, for the prefix of a business-scoped user id.
const COUNTRIES: &[(&str, &str)] = &[
    ("1", "US"),
    ("20", "EG"),
    ("212", "MA"),
    ("234", "NG"),
    ("254", "KE"),
    ("27", "ZA"),
    ("31", "NL"),
    ("33", "FR"),
    ("34", "ES"),
    ("351", "PT"),
    ("39", "IT"),
    ("41", "CH"),
    ("43", "AT"),
    ("44", "GB"),
    ("48", "PL"),
    ("49", "DE"),
    ("52", "MX"),
    ("54", "AR"),
    ("55", "BR"),
    ("57", "CO"),
    ("60", "MY"),
    ("61", "AU"),
    ("62", "ID"),
    ("65", "SG"),
    ("7", "RU"),
    ("81", "JP"),
    ("82", "KR"),
    ("90", "TR"),
    ("91", "IN"),
    ("92", "PK"),
    ("966", "SA"),
    ("971", "AE"),
    ("972", "IL"),
];

/// Digits of a phone number without signs and spaces.
pub(crate) fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// The country calling code that a number in international digits starts with.
pub(crate) fn country_code(international: &str) -> &str {
    let length = match international.get(..1) {
        Some("1" | "7") => 1,
        _ if international
            .get(..2)
            .is_some_and(|two| TWO_DIGITS.contains(&two)) =>
        {
            2
        }
        _ => 3,
    };
    international.get(..length).unwrap_or(international)
}

/// ISO 3166 code for the user-id prefix; `US` when the country is not in our short list.
pub(crate) fn country(international: Option<&str>) -> &'static str {
    let Some(code) = international.map(country_code) else {
        return "US";
    };
    COUNTRIES
        .iter()
        .find(|(prefix, _)| *prefix == code)
        .map_or("US", |(_, country)| *country)
}

/// The digits that WhatsApp would dial for a `to` value: without `+` the business number's country code goes in front.
pub(crate) fn dialled(to: &str, business_digits: &str) -> Option<String> {
    let compact: String = to
        .chars()
        .filter(|c| !matches!(c, ' ' | '-' | '(' | ')'))
        .collect();
    let (international, number) = match compact.strip_prefix('+') {
        Some(rest) => (true, rest),
        None => (false, compact.as_str()),
    };
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let dialled = if international {
        number.to_owned()
    } else {
        format!("{}{number}", country_code(business_digits))
    };
    (7..=16).contains(&dialled.len()).then_some(dialled)
}

/// Whether a `recipient` value has the shape of a business-scoped user id, such as `US.77A1B2C3D4`.
pub(crate) fn is_user_id(text: &str) -> bool {
    let Some((country, rest)) = text.split_once('.') else {
        return false;
    };
    let rest = rest.strip_prefix("ENT.").unwrap_or(rest);
    country.len() == 2
        && country.bytes().all(|byte| byte.is_ascii_uppercase())
        && (1..=128).contains(&rest.len())
        && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_without_plus_gets_the_business_country_code() {
        assert_eq!(
            dialled("+1 (555) 010-9999", "4915112345").as_deref(),
            Some("15550109999")
        );
        assert_eq!(dialled("0151 555", "4915112345").as_deref(), Some("490151555"));
        assert_eq!(
            dialled("15550109999", "15550100200").as_deref(),
            Some("115550109999")
        );
        assert_eq!(dialled("+12a4567", "1555"), None);
        assert_eq!(country_code("971501234567"), "971");
        assert!(is_user_id("US.77A1B2C3D4") && is_user_id("US.ENT.77A1") && !is_user_id("+1555"));
    }
}
