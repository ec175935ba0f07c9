//! The admin portal, signed in.

use egress::Method;
use serde_json::{Value, json};

use crate::installation::Installation;

pub struct Admin<'a> {
    it: &'a Installation,
    cookie: String,
}

/// An app that the platform admin set up.
pub struct App {
    pub id: String,
    pub secret: String,
    pub verify_token: String,
    pub callback_url: String,
}

impl<'a> Admin<'a> {
    pub async fn sign_in(it: &'a Installation) -> Self {
        let who = &it.dev.platform_admin;
        let body = json!({ "email": who.email, "password": who.password });
        let url = format!("{}/v1/sign-in", it.dev.admin_portal);
        let answer = it.http.browse(Method::POST, &url, None, Some(body)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let cookie = answer.cookie();
        Self { it, cookie }
    }

    pub async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let url = format!("{}/v1/{path}", self.it.dev.admin_portal);
        let answer = self.it.http.browse(method, &url, Some(&self.cookie), body).await;
        assert!(answer.status < 300, "{path}: {}", answer.text);
        answer.body
    }

    /// Sets an app up in a Graph environment.
    pub async fn make_app(&self, environment_id: &Value, app_id: &str, secret: &str) -> App {
        let verify_token = format!("verify-{app_id}");
        let body = json!({
            "graph_environment_id": environment_id,
            "app_id": app_id,
            "name": format!("App {app_id}"),
            "app_secret": secret,
            "verify_token": verify_token,
        });
        let made = self.call(Method::POST, "meta-apps", Some(body)).await;
        App {
            id: made["id"].as_str().unwrap().to_owned(),
            secret: secret.to_owned(),
            verify_token,
            callback_url: made["callback_url"].as_str().unwrap().to_owned(),
        }
    }
}
