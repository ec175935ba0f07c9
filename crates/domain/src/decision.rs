//! The send decision: pure, explained, made at compose and again at the last moment before the call.

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use utoipa::ToSchema;

use crate::consent::Withdrawn;

/// How long a customer's message keeps the conversation open for free-form answers.
pub const CUSTOMER_SERVICE_WINDOW: Duration = Duration::hours(24);

/// What the decision looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendFacts {
    /// Present instant of the product's clock.
    pub now: OffsetDateTime,
    /// When the window closes; `None` when the customer never wrote.
    pub window_expires_at: Option<OffsetDateTime>,
    /// True for templates.
    pub is_template: bool,
    /// Why the template can't be sent, in words; `None` when it can or when it is none.
    pub template_fault: Option<String>,
    /// True while the tenant may send.
    pub tenant_active: bool,
    /// Why the number is paused; `None` when it runs.
    pub number_pause: Option<String>,
    /// True for a template of the category marketing.
    pub is_marketing: bool,
    /// What the customer withdrew.
    pub withdrawn: Withdrawn,
    /// When the customer last wrote to this number.
    pub last_inbound_at: Option<OffsetDateTime>,
}

/// True for the provider's category of marketing templates.
#[must_use]
pub fn is_marketing(category: &str) -> bool {
    category.eq_ignore_ascii_case("marketing")
}

/// Which rule decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Rule {
    /// Nothing speaks against it.
    Allowed,
    /// The tenant is suspended or closed.
    TenantSuspended,
    /// The 24-hour customer service window is closed and this is no template.
    WindowClosed,
    /// The template is not approved, or its values do not fit.
    TemplateNotReady,
    /// The customer does not want it.
    ConsentWithdrawn,
}

/// The decision with its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Decision {
    /// The rule that decided.
    pub rule: Rule,
    /// True when the message goes into the ledger.
    pub allowed: bool,
    /// Why, in words, and what to do if refused.
    pub reason: String,
    /// When the window closes, if it is open.
    #[serde(
        default,
        with = "time::serde::rfc3339::option",
        skip_serializing_if = "Option::is_none"
    )]
    pub window_expires_at: Option<OffsetDateTime>,
}

/// Decides whether a message may be sent now. A paused number does not refuse: the message waits in its lane.
#[must_use]
pub fn decide(facts: &SendFacts) -> Decision {
    let open = facts.window_expires_at.filter(|expires| *expires > facts.now);
    let refuse = |rule, reason: String| Decision {
        rule,
        allowed: false,
        reason,
        window_expires_at: open,
    };
    if !facts.tenant_active {
        return refuse(
            Rule::TenantSuspended,
            "This tenant is suspended: it receives but does not send. Ask the platform admin to resume it."
                .into(),
        );
    }
    if let Some(fault) = &facts.template_fault {
        return refuse(Rule::TemplateNotReady, fault.clone());
    }
    if let Some(reason) = facts.withdrawn.refusal(facts.is_marketing, facts.last_inbound_at) {
        return refuse(Rule::ConsentWithdrawn, reason.into());
    }
    if !facts.is_template && open.is_none() {
        let reason = match facts.window_expires_at {
            Some(_) => {
                "More than 24 hours have passed since the customer's last message. Send an approved template; their answer opens the window again."
            }
            None => {
                "The customer has not written to this number yet. Send an approved template; their answer opens the window."
            }
        };
        return refuse(Rule::WindowClosed, reason.into());
    }
    let reason = match (&facts.number_pause, facts.is_template) {
        (Some(pause), _) => format!("Accepted, but it waits: the number is paused ({pause})."),
        (None, true) => "Approved template; templates may be sent at any time.".into(),
        (None, false) => "The customer service window is open.".into(),
    };
    Decision {
        rule: Rule::Allowed,
        allowed: true,
        reason,
        window_expires_at: open,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> SendFacts {
        let now = OffsetDateTime::UNIX_EPOCH + Duration::days(20_000);
        SendFacts {
            now,
            window_expires_at: Some(now + Duration::seconds(1)),
            is_template: false,
            template_fault: None,
            tenant_active: true,
            number_pause: None,
            is_marketing: false,
            withdrawn: Withdrawn::default(),
            last_inbound_at: Some(now - Duration::hours(23)),
        }
    }

    #[test]
    fn what_the_customer_withdrew_is_not_sent() {
        let template = SendFacts {
            is_template: true,
            is_marketing: true,
            ..facts()
        };
        let rule = |facts: &SendFacts| decide(facts).rule;
        let before = template.last_inbound_at.map(|at| at - Duration::hours(1));
        let after = template.last_inbound_at;
        let withdrew = |marketing_at, messages_at, is_marketing| SendFacts {
            withdrawn: Withdrawn {
                marketing_at,
                messages_at,
            },
            is_marketing,
            ..template.clone()
        };
        assert_eq!(rule(&template), Rule::Allowed);
        assert_eq!(rule(&withdrew(before, None, true)), Rule::ConsentWithdrawn);
        assert_eq!(rule(&withdrew(before, None, false)), Rule::Allowed);
        assert_eq!(rule(&withdrew(None, before, true)), Rule::ConsentWithdrawn);
        assert_eq!(
            rule(&withdrew(None, before, false)),
            Rule::Allowed,
            "they wrote since"
        );
        assert_eq!(
            rule(&withdrew(None, after, false)),
            Rule::ConsentWithdrawn,
            "their last word was no"
        );
        let answer = SendFacts {
            is_template: false,
            ..withdrew(before, after, false)
        };
        assert_eq!(rule(&answer), Rule::ConsentWithdrawn);
        let never = SendFacts {
            last_inbound_at: None,
            ..withdrew(None, before, false)
        };
        assert_eq!(rule(&never), Rule::ConsentWithdrawn);
    }

    #[test]
    fn window_closes_on_the_second_and_templates_pass() {
        let mut facts = facts();
        assert!(decide(&facts).allowed);
        facts.now += Duration::seconds(1);
        assert_eq!(decide(&facts).rule, Rule::WindowClosed);
        facts.is_template = true;
        assert!(decide(&facts).allowed);
        facts.template_fault = Some("paused".into());
        assert_eq!(decide(&facts).rule, Rule::TemplateNotReady);
    }

    #[test]
    fn a_suspended_tenant_sends_nothing_and_a_paused_number_only_waits() {
        let mut facts = facts();
        facts.number_pause = Some("token expired".into());
        assert!(decide(&facts).allowed);
        facts.tenant_active = false;
        assert_eq!(decide(&facts).rule, Rule::TenantSuspended);
    }
}
