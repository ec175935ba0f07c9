//! Reading stored webhooks again, and what came of it.

/// What a replay changed, or would change.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReplayReport {
    /// Bodies that were read.
    pub bodies: usize,
    /// Bodies that could not be applied and stay as they were.
    pub failed: usize,
    /// Messages that were new.
    pub messages: usize,
    /// Statuses that changed something or wait for their message.
    pub statuses: usize,
    /// What else changed something.
    pub updates: usize,
    /// Contacts that were new.
    pub contacts: usize,
    /// Outcomes of changes, before and after.
    pub outcomes: Vec<Replayed>,
}

/// Changes with the same outcomes before and after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replayed {
    /// The outcome until now; `None` for a change that was not logged.
    pub before: Option<&'static str>,
    /// The outcome now.
    pub after: &'static str,
    /// How many changes.
    pub changes: usize,
}
