use std::collections::BTreeSet;

use http::{HeaderMap, header};

use super::GraphCall;
use super::error::GraphError;
use crate::state::Sandbox;
use crate::state::ids::hmac_sha256;
use crate::state::model::{App, Number, Waba};
use crate::state::world::World;

/// Permissions that a token may have.
pub(super) const SCOPES: [&str; 2] = ["whatsapp_business_management", "whatsapp_business_messaging"];

/// What a token may reach.
#[derive(Clone, Debug)]
pub(crate) struct Access {
    pub(crate) app_id: String,
    reach: Reach,
    /// Permissions; `None` means all.
    scopes: Option<Vec<String>>,
    /// Simulated Unix seconds.
    pub(super) expires_at: Option<i64>,
}

#[derive(Clone, Debug)]
enum Reach {
    /// The app's own token: every WABA that lets the app in.
    App,
    /// A token made for some WABAs.
    Wabas(BTreeSet<String>),
}

/// The token of a request's header; resumable uploads say `OAuth`, everything else `Bearer`.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let known = scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("oauth");
    known.then_some(token.trim()).filter(|token| !token.is_empty())
}

impl Access {
    /// Reads the token of a call and what it reaches.
    pub(super) fn of(sandbox: &Sandbox, call: &GraphCall) -> Result<Self, GraphError> {
        let token = bearer(&call.headers)
            .or_else(|| call.query("access_token"))
            .or_else(|| call.param("/access_token"))
            .ok_or_else(GraphError::no_token)?;
        let now_s = sandbox.now_ms().div_euclid(1000);
        sandbox.read(|world| {
            let access = Self::of_token(world, token).ok_or_else(GraphError::bad_token)?;
            if access.expires_at.is_some_and(|at| at <= now_s) {
                return Err(GraphError::expired_token());
            }
            if let Some(app) = world.apps.get(&access.app_id) {
                check_proof(app, token, call)?;
            }
            Ok(access)
        })
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
                scopes: None,
                expires_at: None,
            });
        }
        let mut access: Option<Self> = None;
        for waba in world.granted(token) {
            let grant = waba.access_tokens.iter().find(|grant| grant.token == token)?;
            let found = access.get_or_insert_with(|| Self {
                app_id: grant.app_id.clone(),
                reach: Reach::Wabas(BTreeSet::new()),
                scopes: grant.scopes.clone(),
                expires_at: grant.expires_at,
            });
            if let Reach::Wabas(wabas) = &mut found.reach {
                wabas.insert(waba.id.clone());
            }
        }
        access
    }

    /// Permissions of the token.
    pub(super) fn scopes(&self) -> Vec<String> {
        let all = || SCOPES.map(str::to_owned).to_vec();
        self.scopes.clone().unwrap_or_else(all)
    }

    /// Refuses a token without a permission.
    pub(super) fn may(&self, scope: &str) -> Result<(), GraphError> {
        let lacks = self
            .scopes
            .as_ref()
            .is_some_and(|scopes| !scopes.iter().any(|own| own == scope));
        if lacks {
            return Err(GraphError::no_permission(scope));
        }
        Ok(())
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
    pub(super) fn number<'a>(&self, world: &'a World, call: &GraphCall) -> Result<&'a Number, GraphError> {
        world
            .numbers
            .get(&call.node)
            .filter(|number| {
                world
                    .wabas
                    .get(&number.waba_id)
                    .is_some_and(|waba| self.reaches(waba))
            })
            .ok_or_else(|| GraphError::unknown_object(call.verb(), &call.node))
    }

    /// The number of a call, to change it.
    pub(super) fn number_mut<'a>(
        &self,
        world: &'a mut World,
        call: &GraphCall,
    ) -> Result<&'a mut Number, GraphError> {
        self.number(world, call)?;
        world
            .numbers
            .get_mut(&call.node)
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

    /// The app of a call, which must be the token's own.
    pub(super) fn app<'a>(&self, world: &'a World, call: &GraphCall) -> Result<&'a App, GraphError> {
        world
            .apps
            .get(&call.node)
            .filter(|app| app.id == self.app_id)
            .ok_or_else(|| GraphError::unknown_object(call.verb(), &call.node))
    }
}

/// Checks the proof that the caller knows the app's secret: over the token, or over token and time.
fn check_proof(app: &App, token: &str, call: &GraphCall) -> Result<(), GraphError> {
    let given = |name: &str| call.query(name).or_else(|| call.param(&format!("/{name}")));
    let Some(proof) = given("appsecret_proof") else {
        if app.require_proof {
            return Err(GraphError::app_secret_proof(
                "API calls from the server require an appsecret_proof argument",
            ));
        }
        return Ok(());
    };
    let message = match given("appsecret_time") {
        Some(time) => format!("{token}|{time}"),
        None => token.to_owned(),
    };
    let expected = hex::encode(hmac_sha256(app.app_secret.as_bytes(), message.as_bytes()));
    if proof.eq_ignore_ascii_case(&expected) {
        return Ok(());
    }
    Err(GraphError::app_secret_proof(
        "Invalid appsecret_proof provided in the API argument",
    ))
}
