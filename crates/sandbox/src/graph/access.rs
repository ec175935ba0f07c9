use http::{HeaderMap, header};

use super::GraphCall;
use super::error::GraphError;
use crate::state::Sandbox;
use crate::state::model::{Number, Waba};
use crate::state::world::World;

/// What a token may reach.
#[derive(Clone, Debug)]
pub(crate) struct Access {
    pub(crate) app_id: String,
    reach: Reach,
}

#[derive(Clone, Debug)]
enum Reach {
    /// The app's own token: every WABA that lets the app in.
    App,
    /// A token made for some WABAs.
    Wabas(Vec<String>),
}

/// The Bearer token of a request.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim())
        .filter(|token| !token.is_empty())
}

impl Access {
    /// Reads the token of a call and what it reaches.
    pub(super) fn of(sandbox: &Sandbox, call: &GraphCall) -> Result<Self, GraphError> {
        let token = bearer(&call.headers)
            .or_else(|| call.query("access_token"))
            .ok_or_else(GraphError::no_token)?;
        sandbox
            .read(|world| Self::of_token(world, token))
            .ok_or_else(GraphError::bad_token)
    }

    /// What a token reaches, `None` when nobody was given it.
    pub(super) fn of_token(world: &World, token: &str) -> Option<Self> {
        let own = world.apps.values().find(|app| {
            app.access_token == token
                || token
                    .split_once('|')
                    .is_some_and(|(id, secret)| app.id == id && app.app_secret == secret)
        });
        if let Some(app) = own {
            return Some(Self {
                app_id: app.id.clone(),
                reach: Reach::App,
            });
        }
        let mut app_id = None;
        let mut wabas = Vec::new();
        for waba in world.wabas.values() {
            if let Some(grant) = waba.access_tokens.iter().find(|grant| grant.token == token) {
                app_id.get_or_insert(grant.app_id.clone());
                wabas.push(waba.id.clone());
            }
        }
        Some(Self {
            app_id: app_id?,
            reach: Reach::Wabas(wabas),
        })
    }

    /// Whether the token reaches a WABA.
    pub(crate) fn reaches(&self, waba: &Waba) -> bool {
        match &self.reach {
            Reach::App => waba
                .app_ids
                .as_ref()
                .is_none_or(|apps| apps.contains(&self.app_id)),
            Reach::Wabas(wabas) => wabas.contains(&waba.id),
        }
    }

    /// The business number of a call; code 100, subcode 33 when unknown or out of reach.
    pub(super) fn number(&self, world: &World, call: &GraphCall) -> Result<Number, GraphError> {
        world
            .numbers
            .get(&call.node)
            .filter(|number| {
                world
                    .wabas
                    .get(&number.waba_id)
                    .is_some_and(|waba| self.reaches(waba))
            })
            .cloned()
            .ok_or_else(|| GraphError::unknown_object(call.verb(), &call.node))
    }

    /// The WABA of a call; code 200 when out of reach, code 100, subcode 33 when unknown.
    pub(super) fn waba<'a>(&self, world: &'a World, call: &GraphCall) -> Result<&'a Waba, GraphError> {
        let waba = world
            .wabas
            .get(&call.node)
            .ok_or_else(|| GraphError::unknown_object(call.verb(), &call.node))?;
        if self.reaches(waba) {
            Ok(waba)
        } else {
            Err(GraphError::no_access())
        }
    }
}
