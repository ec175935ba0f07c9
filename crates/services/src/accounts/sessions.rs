//! Where a person is signed in, in their own hands.

use domain::{Error, Result, SessionId};
use serde::Serialize;
use store::{
    Actor,
    access::{Cut, SessionRow, SignedIn},
};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::token;
use crate::tenant::TenantServices;

/// A session that works.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionView {
    /// The session.
    pub id: SessionId,
    /// True for the one that asks.
    pub current: bool,
    /// When it began.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it ends by itself.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
    /// When it was last used, to five minutes.
    #[serde(with = "time::serde::rfc3339::option")]
    pub last_seen_at: Option<OffsetDateTime>,
    /// Network address that it was begun from; of IPv6 the /64.
    pub address: Option<String>,
    /// What the browser calls itself.
    pub user_agent: Option<String>,
}

impl SessionView {
    pub(crate) fn new(row: SessionRow, asks: &Actor) -> Self {
        Self {
            id: row.id,
            current: matches!(asks, Actor::User { session_id, .. } if *session_id == row.id),
            created_at: row.created_at,
            expires_at: row.expires_at,
            last_seen_at: row.last_seen_at,
            address: row.address,
            user_agent: row.user_agent,
        }
    }
}

impl TenantServices {
    /// Every session of the person behind a session token, newest first.
    pub async fn my_sessions(&self, session: &str) -> Result<Vec<SessionView>> {
        let me = self.signed_in(session).await?;
        let asks = actor(&me);
        let rows = self.db.sessions_of(me.user_id, self.real_clock.now()).await?;
        Ok(rows.into_iter().map(|row| SessionView::new(row, &asks)).collect())
    }

    /// Ends one of the person's sessions.
    pub async fn end_my_session(&self, session: &str, id: SessionId) -> Result<()> {
        let me = self.signed_in(session).await?;
        let now = self.real_clock.now();
        let open = self.db.sessions_of(me.user_id, now).await?;
        if !open.iter().any(|row| row.id == id) {
            return Err(Error::not_found());
        }
        self.cut_mine(&me, "session.end", id.to_string(), Cut::One(id))
            .await
    }

    /// Ends every session of the person but the one that asks.
    pub async fn end_my_other_sessions(&self, session: &str) -> Result<()> {
        let me = self.signed_in(session).await?;
        let cut = Cut::AllBut(Some(me.session_id));
        self.cut_mine(&me, "session.end_others", me.user_id.to_string(), cut)
            .await
    }

    /// Tells the logs first, as for a sign-in: a session that was ended is in every log.
    async fn cut_mine(&self, me: &SignedIn, action: &'static str, target: String, cut: Cut) -> Result<()> {
        let mut event = self.session_event(action, me.user_id, me.session_id);
        event.target = target;
        self.db.log_for_person(me.user_id, &event).await?;
        self.db
            .cut_sessions(me.user_id, cut, self.real_clock.now())
            .await?;
        Ok(())
    }

    pub(crate) async fn signed_in(&self, session: &str) -> Result<SignedIn> {
        let signed_in = self
            .db
            .signed_in(&token::hash(session), self.real_clock.now())
            .await?;
        signed_in.ok_or_else(Error::unauthenticated)
    }
}

fn actor(me: &SignedIn) -> Actor {
    Actor::User {
        user_id: me.user_id,
        session_id: me.session_id,
    }
}
