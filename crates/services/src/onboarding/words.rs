//! What the provider's answers mean for who connects a number, and the cure of what failed. Pure.

use domain::{
    Error,
    ports::{FaultClass, NumberFields, ProviderFault, ProviderResult, TokenFields},
};
use time::OffsetDateTime;

/// The permissions that everything here needs: accounts and templates, messages.
const SCOPES: [&str; 2] = ["whatsapp_business_management", "whatsapp_business_messaging"];

/// What a token is and may do, each found or with its cure.
pub(super) struct TokenFound {
    pub(super) token: Result<String, String>,
    pub(super) scopes: Result<String, String>,
}

/// Judges what the provider said of a token.
pub(super) fn token(
    told: ProviderResult<TokenFields>,
    app_id: &str,
    waba: &str,
    now: OffsetDateTime,
) -> TokenFound {
    let untold = |words: &str| Ok(words.to_owned());
    match told {
        Ok(fields) => TokenFound {
            token: validity(&fields, now),
            scopes: scopes(&fields, app_id, waba),
        },
        Err(fault)
            if matches!(
                fault.class,
                FaultClass::Token | FaultClass::Network | FaultClass::ProviderDown
            ) =>
        {
            TokenFound {
                token: Err(cure("token", &fault)),
                scopes: untold("Not asked."),
            }
        }
        Err(fault) => TokenFound {
            token: untold("WhatsApp does not tell about this token; the next steps try it."),
            scopes: Ok(format!("Not told ({fault}); the next steps try each permission.")),
        },
    }
}

fn validity(fields: &TokenFields, now: OffsetDateTime) -> Result<String, String> {
    let ended = fields.expires_at.is_some_and(|at| at <= now);
    if !fields.is_valid || ended {
        return Err(
            "The token is expired or revoked. Make a new token for a system user of this business and resume."
                .to_owned(),
        );
    }
    Ok(match fields.expires_at {
        Some(at) => format!(
            "The token is accepted; it ends on {}. Replace it before.",
            at.date()
        ),
        None => "The token is accepted and does not end.".to_owned(),
    })
}

fn scopes(fields: &TokenFields, app_id: &str, waba: &str) -> Result<String, String> {
    if let Some(other) = fields.app_id.as_deref().filter(|id| *id != app_id) {
        return Err(format!(
            "The token belongs to app {other}, but the webhooks are those of app {app_id}. Make a token of this app and resume."
        ));
    }
    let missing: Vec<_> = SCOPES
        .into_iter()
        .filter(|name| fields.scopes.iter().all(|scope| scope.name != *name))
        .collect();
    if !missing.is_empty() {
        return Err(format!(
            "The token lacks {}. Make a token with {} and resume with it.",
            missing.join(" and "),
            SCOPES.join(" and ")
        ));
    }
    let closed = fields.scopes.iter().find(|scope| {
        SCOPES.contains(&scope.name.as_str())
            && !scope.targets.is_empty()
            && scope.targets.iter().all(|target| target != waba)
    });
    match closed {
        Some(scope) => Err(format!(
            "The token's {} does not reach the WhatsApp Business Account {waba}. Give its system user access to that account in Business settings, make a new token and resume with it.",
            scope.name
        )),
        None => Ok(SCOPES.join(", ")),
    }
}

/// Why a number needs no registration; `None` when it does.
pub(super) fn needs_no_registration(number: &NumberFields) -> Option<&'static str> {
    if number.status == "CONNECTED" {
        return Some("It is registered already.");
    }
    let on_app = number.details.is_on_biz_app == Some(true);
    on_app.then_some("It is also on the WhatsApp Business app, which registered it.")
}

/// The provider's words with what to do.
pub(super) fn cure(step: &str, fault: &ProviderFault) -> String {
    let cure = match fault.subcode.into_iter().chain(fault.code).find_map(by_code) {
        Some(cure) => cure,
        None => by_class(step, fault.class),
    };
    format!("{fault}. {cure}")
}

/// Codes of registration have cures of their own.
const fn by_code(code: i64) -> Option<&'static str> {
    Some(match code {
        133_005 => {
            "The number has another two-step PIN. Resume with that PIN, or set a new one in WhatsApp Manager and resume with it."
        }
        133_006 => "Prove the number first: request a code, enter it, and resume.",
        133_008 => "Too many wrong PINs. Wait as long as the provider says, then resume with the right one.",
        133_009 => "The PIN was tried too fast. Resume in a minute.",
        133_015 => "The number was deleted a moment ago. Resume in five minutes.",
        133_016 => {
            "The number was registered or taken back ten times within 72 hours. Wait 72 hours, then resume; each earlier try counts."
        }
        136_024 => "The code was wrong or too old. Request another one.",
        136_025 => "The code could not be sent. Wait a while, or choose the other way to get it.",
        _ => return None,
    })
}

fn by_class(step: &str, class: FaultClass) -> &'static str {
    match (step, class) {
        (_, FaultClass::Token) => "Make a new token for a system user of this business and resume.",
        (_, FaultClass::Network | FaultClass::ProviderDown) => {
            "The provider did not answer; resume in a minute."
        }
        ("waba", _) => {
            "Check the WhatsApp Business Account id, and give the system user access to that account with whatsapp_business_management."
        }
        ("number", _) => {
            "Check the phone number id (not the phone number) and that it belongs to this account."
        }
        ("register", _) => "Mend what the provider says in WhatsApp Manager and resume.",
        ("subscribe", _) => "Use a token of this very app with whatsapp_business_management.",
        _ => "Mend what the provider says and resume.",
    }
}

/// An error of ours in one line: its sentence, or the first field's.
pub(super) fn of_error(error: &Error) -> String {
    match error.fields.first() {
        Some(field) => format!("{}: {}", field.field, field.message),
        None => error.public.clone(),
    }
}

#[cfg(test)]
mod tests {
    use domain::ports::TokenScope;

    use super::*;

    fn fields() -> TokenFields {
        let scope = |name: &str| TokenScope {
            name: name.to_owned(),
            targets: vec!["31".to_owned()],
        };
        TokenFields {
            is_valid: true,
            app_id: Some("77".to_owned()),
            expires_at: None,
            scopes: SCOPES.map(scope).to_vec(),
        }
    }

    fn judged(fields: TokenFields) -> TokenFound {
        token(Ok(fields), "77", "31", OffsetDateTime::UNIX_EPOCH)
    }

    #[test]
    fn the_exact_permission_and_account_are_named() {
        assert!(judged(fields()).token.is_ok() && judged(fields()).scopes.is_ok());
        let mut lacking = fields();
        lacking.scopes.pop();
        let words = judged(lacking).scopes.unwrap_err();
        assert!(
            words.starts_with("The token lacks whatsapp_business_messaging."),
            "{words}"
        );
        let mut elsewhere = fields();
        elsewhere.scopes[0].targets = vec!["32".to_owned()];
        let words = judged(elsewhere).scopes.unwrap_err();
        assert!(
            words.contains("whatsapp_business_management does not reach the WhatsApp Business Account 31")
        );
        let mut other = fields();
        other.app_id = Some("78".to_owned());
        assert!(judged(other).scopes.unwrap_err().contains("app 78"));
        let mut ended = fields();
        ended.expires_at = Some(OffsetDateTime::UNIX_EPOCH);
        assert!(judged(ended).token.is_err());
        let mut everything = fields();
        everything
            .scopes
            .iter_mut()
            .for_each(|scope| scope.targets.clear());
        assert!(judged(everything).scopes.is_ok());
    }

    #[test]
    fn what_whatsapp_does_not_tell_is_left_to_the_next_steps() {
        let fault = |class| ProviderFault {
            class,
            code: Some(100),
            subcode: None,
            message: "no".to_owned(),
            trace_id: None,
            retry_after: None,
        };
        let at = OffsetDateTime::UNIX_EPOCH;
        let untold = token(Err(fault(FaultClass::Invalid)), "77", "31", at);
        assert!(untold.token.is_ok() && untold.scopes.is_ok());
        for class in [FaultClass::Token, FaultClass::Network, FaultClass::ProviderDown] {
            assert!(token(Err(fault(class)), "77", "31", at).token.is_err());
        }
    }
}
