//! Numbers and their accounts: quality, name, limits, restrictions, alerts.

use domain::ports::{AccountStop, Fact, NumberAspect, NumberUpdate, RECONNECTED, RESUMED};
use serde_json::{Value, json};

use super::{Update, detail, text, word};

/// Messages per second of an upgraded number.
const UPGRADED_MPS: &str = "1000";

pub(super) fn read(field: &str, update: &Update<'_>) -> Option<Vec<Fact>> {
    let updates = match field {
        "phone_number_quality_update" => quality(update)?,
        "phone_number_name_update" => name(update)?,
        "business_username_updates" | "business_username_update" => vec![username(update)?],
        "business_capability_update" => vec![limit(update, "CAPABILITY")?],
        "account_update" => vec![account(update)?],
        "account_review_update" => vec![NumberUpdate {
            display_phone_number: None,
            ..new(update, NumberAspect::Review, word(update.value, "/decision")?)
        }],
        "account_alerts" => vec![alert(update)?],
        "security" => vec![NumberUpdate {
            detail: detail(update.value, &[("requester", "/requester")]),
            ..new(update, NumberAspect::Security, word(update.value, "/event")?)
        }],
        _ => return None,
    };
    Some(
        updates
            .into_iter()
            .map(|update| Fact::Number(Box::new(update)))
            .collect(),
    )
}

fn new(update: &Update<'_>, aspect: NumberAspect, event: String) -> NumberUpdate {
    NumberUpdate {
        key: update.key.clone(),
        display_phone_number: digits(update.value),
        aspect,
        event,
        effect: None,
        only_app: None,
        detail: Value::Null,
        at: update.at,
    }
}

/// Digits of the number that the update names.
fn digits(value: &Value) -> Option<String> {
    let number = text(value, "/display_phone_number").or_else(|| text(value, "/phone_number"))?;
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    Some(digits).filter(|digits| !digits.is_empty())
}

/// One field for three things: flags, throughput, and the portfolio's limit.
fn quality(update: &Update<'_>) -> Option<Vec<NumberUpdate>> {
    let event = word(update.value, "/event")?;
    let (aspect, effect) = match event.as_str() {
        "THROUGHPUT_UPGRADE" => (NumberAspect::Throughput, Some(UPGRADED_MPS)),
        "FLAGGED" => (NumberAspect::Quality, Some("RED")),
        "UNFLAGGED" => (NumberAspect::Quality, Some("UNKNOWN")),
        _ => (NumberAspect::Quality, None),
    };
    let mut updates = vec![NumberUpdate {
        effect: effect.map(str::to_owned),
        ..new(update, aspect, event.clone())
    }];
    updates.extend(limit(update, &event));
    Some(updates)
}

fn limit(update: &Update<'_>, event: &str) -> Option<NumberUpdate> {
    let value = update.value;
    let tier = word(value, "/max_daily_conversations_per_business")
        .or_else(|| word(value, "/max_daily_conversation_per_phone"))
        .or_else(|| word(value, "/current_limit"));
    let tier = tier.map(|tier| match tier.as_str() {
        "-1" | "UNLIMITED" => "TIER_UNLIMITED".to_owned(),
        known if known.starts_with("TIER_") || known == "NOT_SET" => tier,
        count => format!("TIER_{count}"),
    });
    let detail = detail(
        value,
        &[
            ("numbers_of_business", "/max_phone_numbers_per_business"),
            ("numbers_of_account", "/max_phone_numbers_per_waba"),
        ],
    );
    let tells = tier.is_some() || detail.as_object().is_some_and(|fields| !fields.is_empty());
    tells.then(|| NumberUpdate {
        key: format!("{}.limit", update.key),
        display_phone_number: None,
        effect: tier,
        detail,
        ..new(update, NumberAspect::Limit, event.to_owned())
    })
}

/// A decision, and with an approval the new name.
fn name(update: &Update<'_>) -> Option<Vec<NumberUpdate>> {
    let value = update.value;
    let decision = word(value, "/decision")?;
    let approved = text(value, "/requested_verified_name").filter(|_| decision == "APPROVED");
    let name = approved.map(|name| NumberUpdate {
        key: format!("{}.name", update.key),
        effect: Some(name),
        ..new(update, NumberAspect::VerifiedName, decision.clone())
    });
    let decided = NumberUpdate {
        effect: Some(decision.clone()),
        detail: detail(
            value,
            &[
                ("requested", "/requested_verified_name"),
                ("reason", "/rejection_reason"),
            ],
        ),
        ..new(update, NumberAspect::Name, decision)
    };
    Some([decided].into_iter().chain(name).collect())
}

fn username(update: &Update<'_>) -> Option<NumberUpdate> {
    let value = update.value;
    Some(NumberUpdate {
        detail: detail(value, &[("username", "/username")]),
        ..new(update, NumberAspect::Username, word(value, "/status")?)
    })
}

fn alert(update: &Update<'_>) -> Option<NumberUpdate> {
    let value = update.value;
    let alert_type = word(value, "/alert_info/alert_type").or_else(|| word(value, "/alert_type"))?;
    Some(NumberUpdate {
        detail: detail(
            value,
            &[
                ("about", "/entity_type"),
                ("id", "/entity_id"),
                ("severity", "/alert_info/alert_severity"),
                ("status", "/alert_info/alert_status"),
                ("description", "/alert_info/alert_description"),
            ],
        ),
        ..new(update, NumberAspect::Alert, alert_type)
    })
}

/// A stop's effect is its name; what only warns has none.
fn account(update: &Update<'_>) -> Option<NumberUpdate> {
    let value = update.value;
    let event = word(value, "/event")?;
    let ban = word(value, "/ban_info/waba_ban_state");
    let effect: Option<&'static str> = match (event.as_str(), ban.as_deref()) {
        ("ACCOUNT_DELETED", _) => Some(AccountStop::Deleted.into()),
        ("DISABLED_UPDATE", Some("DISABLE")) => Some(AccountStop::Disabled.into()),
        ("DISABLED_UPDATE", Some("REINSTATE")) => Some(RESUMED),
        ("ACCOUNT_RECONNECTED", _) => Some(RECONNECTED),
        // Its reasons are those of the phone that a coexistence number lives on.
        ("PARTNER_REMOVED", _) if value.get("disconnection_info").is_some() => {
            Some(AccountStop::Offboarded.into())
        }
        ("PARTNER_REMOVED", _) => Some(AccountStop::PartnerRemoved.into()),
        ("PARTNER_APP_UNINSTALLED", _) => Some(AccountStop::AppUninstalled.into()),
        ("ACCOUNT_OFFBOARDED", _) => Some(AccountStop::Offboarded.into()),
        _ => None,
    };
    let mut detail = detail(
        value,
        &[
            ("ban_state", "/ban_info/waba_ban_state"),
            ("ban_date", "/ban_info/waba_ban_date"),
            ("violation", "/violation_info/violation_type"),
            ("reason", "/disconnection_info/reason"),
            ("initiated_by", "/disconnection_info/initiated_by"),
            ("country", "/country"),
            ("tier", "/volume_tier_info/tier"),
            ("certification", "/partner_client_certification_info/status"),
        ],
    );
    if let (Some(Value::Array(list)), Some(fields)) = (value.get("restriction_info"), detail.as_object_mut())
    {
        let restriction = |one: &Value| {
            json!({
                "type": word(one, "/restriction_type"),
                "until": text(one, "/expiration"),
                "remedy": text(one, "/remediation"),
            })
        };
        fields.insert(
            "restrictions".to_owned(),
            list.iter().take(20).map(restriction).collect(),
        );
    }
    let of_one = matches!(effect, Some(RECONNECTED))
        || effect.is_some_and(|stop| stop.parse().is_ok_and(AccountStop::is_of_one_number));
    Some(NumberUpdate {
        display_phone_number: if of_one { digits(value) } else { None },
        effect: effect.map(str::to_owned),
        only_app: text(value, "/waba_info/partner_app_id").or_else(|| text(value, "/partner_app_id")),
        detail,
        ..new(update, NumberAspect::Account, event)
    })
}
