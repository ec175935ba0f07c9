//! What customers say when they want no more marketing, or want it again.

/// Whole messages that withdraw: English, German, French, Spanish, Portuguese, Italian, Dutch, Turkish, Indonesian,
/// Polish, Arabic, Hindi. Words that also answer something else are left out: "cancel", "end", "baja" (low).
const STOP: [&str; 35] = [
    "stop",
    "stop all",
    "stopall",
    "unsubscribe",
    "opt out",
    "opt-out",
    "optout",
    "stopp",
    "abmelden",
    "abbestellen",
    "arret",
    "arrêt",
    "arrêter",
    "désabonner",
    "se désabonner",
    "désinscription",
    "darse de baja",
    "darme de baja",
    "cancelar suscripción",
    "parar",
    "descadastrar",
    "cancelar inscrição",
    "disiscrivi",
    "disiscrivimi",
    "annulla iscrizione",
    "afmelden",
    "uitschrijven",
    "abonelikten çık",
    "berhenti",
    "berhenti langganan",
    "wypisz",
    "إيقاف",
    "إلغاء الاشتراك",
    "रोकें",
    "सदस्यता समाप्त",
];

/// Buttons of marketing templates that withdraw, beside the words above.
const STOP_BUTTONS: [&str; 9] = [
    "stop promotions",
    "stop offers",
    "stop messages",
    "no more offers",
    "not interested",
    "keine angebote mehr",
    "keine werbung mehr",
    "ne plus recevoir d'offres",
    "no recibir más ofertas",
];

/// Whole messages that grant again, in the same languages.
const START: [&str; 16] = [
    "start",
    "unstop",
    "subscribe",
    "opt in",
    "opt-in",
    "optin",
    "abonnieren",
    "s'abonner",
    "suscribir",
    "suscribirme",
    "inscrever",
    "iscrivimi",
    "aanmelden",
    "abone ol",
    "langganan",
    "اشتراك",
];

/// What a message that is nothing but one of the known words wants: true for marketing, false for none.
#[must_use]
pub fn wish(message: &str) -> Option<bool> {
    let said = normal(message)?;
    if STOP.contains(&said.as_str()) {
        return Some(false);
    }
    START.contains(&said.as_str()).then_some(true)
}

/// What a tap on a template's button wants, by its text or by what was put behind it.
#[must_use]
pub fn tapped(title: &str, payload: Option<&str>) -> Option<bool> {
    let wants = |text: &str| {
        wish(text).or_else(|| {
            let said = normal(text)?;
            STOP_BUTTONS.contains(&said.as_str()).then_some(false)
        })
    };
    // What is behind a button is the business's word, so it may withdraw but not grant.
    wants(title).or_else(|| wants(payload?).filter(|granted| !granted))
}

/// Lower case, single blanks, without marks at either end; nothing for what is too long to be a word of these lists.
fn normal(text: &str) -> Option<String> {
    const LONGEST: usize = 120;
    if text.len() > LONGEST {
        return None;
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let said = words.join(" ").to_lowercase().replace('\u{2019}', "'");
    Some(
        said.trim_matches(|c: char| c.is_whitespace() || matches!(c, '.' | '!' | '"' | '\'' | '*'))
            .to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_message_counts_whatever_its_case_and_marks() {
        for stop in [
            "STOP",
            " Stop. ",
            "stop!",
            "STOP !",
            "\u{22}Stop\u{22}",
            "Opt  Out",
            "ABMELDEN",
            "Désabonner",
            "*darse de baja*",
            "إيقاف",
        ] {
            assert_eq!(wish(stop), Some(false), "{stop}");
        }
        for start in ["START", "unstop", "Abonnieren!", "suscribir"] {
            assert_eq!(wish(start), Some(true), "{start}");
        }
        for neither in [
            "",
            "please stop",
            "stop it",
            "cancel",
            "end",
            "baja",
            "don't stop",
            "starting",
            "!",
        ] {
            assert_eq!(wish(neither), None, "{neither}");
        }
        assert_eq!(wish(&"stop ".repeat(100)), None);
    }

    #[test]
    fn a_button_counts_by_its_text_or_by_what_is_behind_it() {
        assert_eq!(tapped("Stop promotions", None), Some(false));
        assert_eq!(tapped("Nein danke", Some("STOP")), Some(false));
        assert_eq!(tapped("Confirm", Some("CONFIRM")), None);
        assert_eq!(tapped("Let's go", Some("start")), None);
        assert_eq!(wish("Stop promotions"), None, "only a button may be that soft");
    }
}
