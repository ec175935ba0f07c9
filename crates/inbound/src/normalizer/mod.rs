//! Follows the raw log.

use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{Config, Deps, handoff::Registry};

pub(crate) fn start(_deps: Deps, _config: Config, _handoff: Registry, _shutdown: &CancellationToken, _tracker: &TaskTracker) {}
