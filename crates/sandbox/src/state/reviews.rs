//! What Meta decides about templates.

use serde_json::{Map, Value, json};

use super::events::Event;
use super::model::Template;
use super::world::World;
use crate::rules::limits;

/// Why and how a template's status changes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Verdict {
    pub(crate) status: String,
    pub(crate) reason: Option<String>,
    /// `rejection_info` of the webhook.
    pub(crate) rejection_info: Option<Value>,
    /// `other_info.title`, such as `FIRST_PAUSE`.
    pub(crate) title: Option<&'static str>,
}

fn base(template: &Template) -> Map<String, Value> {
    Map::from_iter([
        (
            "message_template_id".to_owned(),
            template.id.parse::<u64>().unwrap_or_default().into(),
        ),
        ("message_template_name".to_owned(), template.name.clone().into()),
        (
            "message_template_language".to_owned(),
            template.language.clone().into(),
        ),
    ])
}

impl World {
    /// Changes a template's status and tells it; `false` when there is no such template.
    pub(crate) fn judge(&mut self, now_ms: i64, template_id: &str, verdict: Verdict) -> bool {
        let Some(template) = self.templates.get_mut(template_id) else {
            return false;
        };
        // Some events are news of an unchanged template; `UNARCHIVED` and the like lead back to approval.
        template.status = match verdict.status.as_str() {
            "REINSTATED" | "UNARCHIVED" | "FLAGGED" => "APPROVED".to_owned(),
            status => status.to_owned(),
        };
        template.rejected_reason.clone_from(&verdict.reason);
        if template.status != "PAUSED" {
            template.paused_until_ms = None;
        }
        let mut value = base(template);
        value.insert("event".to_owned(), verdict.status.into());
        value.insert(
            "message_template_category".to_owned(),
            template.category.clone().into(),
        );
        value.insert(
            "reason".to_owned(),
            verdict.reason.unwrap_or_else(|| "NONE".to_owned()).into(),
        );
        if let Some(info) = verdict.rejection_info {
            value.insert("rejection_info".to_owned(), info);
        }
        if template.status == "DISABLED" {
            value.insert(
                "disable_info".to_owned(),
                json!({"disable_date": now_ms.div_euclid(1000)}),
            );
        }
        if let Some(title) = verdict.title {
            let description = "The template's quality changed its state.";
            value.insert(
                "other_info".to_owned(),
                json!({"title": title, "description": description}),
            );
        }
        let waba_id = template.waba_id.clone();
        self.queue_of_waba(now_ms, &waba_id, "message_template_status_update", value.into());
        self.fired.push(Event::State);
        true
    }

    /// Sets a template's quality; red pauses it for three hours, then six, then disables it.
    pub(crate) fn set_quality(&mut self, now_ms: i64, template_id: &str, score: &str) -> bool {
        let Some(template) = self.templates.get_mut(template_id) else {
            return false;
        };
        let previous = std::mem::replace(&mut template.quality, score.to_owned());
        let mut value = base(template);
        value.insert("previous_quality_score".to_owned(), previous.into());
        value.insert("new_quality_score".to_owned(), score.into());
        let waba_id = template.waba_id.clone();
        let pauses = score == "RED" && template.status == "APPROVED";
        self.queue_of_waba(now_ms, &waba_id, "message_template_quality_update", value.into());
        if pauses {
            self.pause(now_ms, template_id);
        }
        self.fired.push(Event::State);
        true
    }

    fn pause(&mut self, now_ms: i64, template_id: &str) {
        let Some(template) = self.templates.get_mut(template_id) else {
            return;
        };
        let length = limits::TEMPLATE_PAUSES_MS.get(usize::from(template.pauses));
        template.pauses = template.pauses.saturating_add(1);
        let first = template.pauses == 1;
        let (status, title) = match length {
            Some(_) => ("PAUSED", if first { "FIRST_PAUSE" } else { "SECOND_PAUSE" }),
            None => ("DISABLED", "DISABLED"),
        };
        let verdict = Verdict {
            status: status.to_owned(),
            title: Some(title),
            ..Verdict::default()
        };
        let until_ms = length.map(|length| now_ms.saturating_add(*length));
        self.judge(now_ms, template_id, verdict);
        if let Some(template) = self.templates.get_mut(template_id) {
            template.paused_until_ms = until_ms;
        }
    }

    /// Ends a template's pause when its time is over.
    pub(crate) fn end_pause(&mut self, now_ms: i64, template_id: &str) {
        let over = self
            .templates
            .get(template_id)
            .and_then(|template| template.paused_until_ms)
            .is_some_and(|until_ms| until_ms <= now_ms);
        if over {
            let verdict = Verdict {
                status: "APPROVED".to_owned(),
                title: Some("UNPAUSE"),
                ..Verdict::default()
            };
            self.judge(now_ms, template_id, verdict);
        }
    }

    /// Ends every pause whose time is over.
    pub(crate) fn end_pauses(&mut self, now_ms: i64) {
        let paused: Vec<String> = self
            .templates
            .values()
            .filter(|template| template.paused_until_ms.is_some())
            .map(|template| template.id.clone())
            .collect();
        paused.iter().for_each(|id| self.end_pause(now_ms, id));
    }

    /// Announces that a template belongs to another category, or moves it there at once.
    pub(crate) fn recategorize(
        &mut self,
        now_ms: i64,
        template_id: &str,
        category: &str,
        effective_at: Option<i64>,
    ) -> bool {
        let Some(template) = self.templates.get_mut(template_id) else {
            return false;
        };
        let mut value = base(template);
        if let Some(seconds) = effective_at {
            template.correct_category = Some(category.to_owned());
            value.insert("correct_category".to_owned(), category.into());
            value.insert("new_category".to_owned(), template.category.clone().into());
            value.insert("category_update_timestamp".to_owned(), seconds.into());
        } else {
            let previous = std::mem::replace(&mut template.category, category.to_owned());
            template.correct_category = None;
            template.previous_category = Some(previous.clone());
            value.insert("previous_category".to_owned(), previous.into());
            value.insert("new_category".to_owned(), category.into());
        }
        let waba_id = template.waba_id.clone();
        self.queue_of_waba(now_ms, &waba_id, "template_category_update", value.into());
        self.fired.push(Event::State);
        true
    }
}
