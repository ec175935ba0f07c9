//! Templates: status, quality, category, parts.

use domain::ports::{Fact, TemplateAspect, TemplateUpdate};

use super::{Update, detail, text, word};

/// Events that leave the template's status as it is: it stays sendable, or only editing is barred.
const NO_STATUS: [&str; 3] = ["FLAGGED", "LOCKED", "UNARCHIVED"];

pub(super) fn read(field: &str, update: &Update<'_>) -> Option<Vec<Fact>> {
    // The documented example of a quality update names the status field.
    let quality = update.value.get("new_quality_score").is_some();
    let update = match field {
        "message_template_quality_update" => quality_update(update)?,
        "message_template_status_update" if quality => quality_update(update)?,
        "message_template_status_update" => status_update(update)?,
        "template_category_update" => category_update(update),
        "template_correct_category_detection" => detection(update)?,
        "message_template_components_update" => components_update(update),
        _ => return None,
    };
    let named = update.provider_id.is_some() || update.name.is_some();
    named.then(|| vec![Fact::Template(Box::new(update))])
}

fn new(update: &Update<'_>, aspect: TemplateAspect, event: String) -> TemplateUpdate {
    let value = update.value;
    TemplateUpdate {
        key: update.key.clone(),
        provider_id: text(value, "/message_template_id"),
        name: text(value, "/message_template_name"),
        language: text(value, "/message_template_language").map(|language| language.replace('-', "_")),
        aspect,
        event,
        effect: None,
        reason: None,
        detail: serde_json::Value::Null,
        at: update.at,
    }
}

fn status_update(update: &Update<'_>) -> Option<TemplateUpdate> {
    let value = update.value;
    let event = word(value, "/event")?;
    let effect = match event.as_str() {
        kept if NO_STATUS.contains(&kept) => None,
        "REINSTATED" | "UNPAUSE" | "UNPAUSED" => Some("APPROVED".to_owned()),
        _ => Some(event.clone()),
    };
    let reason = text(value, "/rejection_info/reason").or_else(|| text(value, "/reason"));
    Some(TemplateUpdate {
        effect,
        reason: reason.filter(|reason| reason != "NONE"),
        detail: detail(
            value,
            &[
                ("title", "/other_info/title"),
                ("description", "/other_info/description"),
                ("recommendation", "/rejection_info/recommendation"),
                ("disable_date", "/disable_info/disable_date"),
            ],
        ),
        ..new(update, TemplateAspect::Status, event)
    })
}

fn quality_update(update: &Update<'_>) -> Option<TemplateUpdate> {
    let score = word(update.value, "/new_quality_score")?;
    Some(TemplateUpdate {
        effect: Some(score.clone()),
        detail: detail(update.value, &[("previous", "/previous_quality_score")]),
        ..new(update, TemplateAspect::Quality, score)
    })
}

/// `new_category` is the current one while a change is only announced, and the new one afterwards.
fn category_update(update: &Update<'_>) -> TemplateUpdate {
    let value = update.value;
    let done = value.get("previous_category").is_some();
    let category = word(value, "/new_category");
    TemplateUpdate {
        effect: category.filter(|_| done),
        detail: detail(
            value,
            &[
                ("previous", "/previous_category"),
                ("correct", "/correct_category"),
                ("from", "/category_update_timestamp"),
            ],
        ),
        ..new(
            update,
            TemplateAspect::Category,
            if done { "CHANGED" } else { "ANNOUNCED" }.to_owned(),
        )
    }
}

fn detection(update: &Update<'_>) -> Option<TemplateUpdate> {
    let correct = word(update.value, "/correct_category")?;
    Some(TemplateUpdate {
        detail: detail(
            update.value,
            &[("category", "/category"), ("correct", "/correct_category")],
        ),
        ..new(update, TemplateAspect::Category, format!("DETECTED_{correct}"))
    })
}

fn components_update(update: &Update<'_>) -> TemplateUpdate {
    new(update, TemplateAspect::Components, "CHANGED".to_owned())
}
