//! The WhatsApp Cloud API: calls over the Graph API, webhooks of its apps.

use std::collections::BTreeMap;

use async_trait::async_trait;
use domain::{
    ports::{
        ChannelProvider, CodeMethod, Connection, FaultClass, MediaBytes, NumberFields, OutboundMessage,
        ProviderFault, ProviderResult, SendOutcome, SubmittedTemplate, TokenFields, WabaFields,
    },
    template::{NewTemplate, Template},
};
use egress::{Egress, Request};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

mod client;
mod errors;
mod inbound;
mod map;
mod media;
mod outcome;
mod template;
mod template_submit;
mod wire;

pub use inbound::CloudApiInbound;

use client::Graph;
use wire::{Debugged, NumberNode, SubscribedApp, Success, WabaNode};

/// Fields asked of a number; `is_on_biz_app` tells a coexistence number, whose throughput is fixed.
const NUMBER_FIELDS: &str = "id,display_phone_number,verified_name,quality_rating,status,throughput,platform_type,\
    is_on_biz_app,name_status,code_verification_status,whatsapp_business_manager_messaging_limit,account_mode,\
    is_pin_enabled,is_official_business_account";
const WABA_FIELDS: &str = "id,name,owner_business_info";

/// Speaks the Cloud API; cheap to clone.
#[derive(Debug, Clone)]
pub struct CloudApi {
    egress: Egress,
}

impl CloudApi {
    /// An adapter that calls out through this egress.
    #[must_use]
    pub const fn new(egress: Egress) -> Self {
        Self { egress }
    }

    /// A POST whose answer only says whether it worked.
    async fn succeed(&self, connection: &Connection, path: &[&str], body: &Value) -> ProviderResult<()> {
        let graph = self.graph(connection);
        let request = graph.post(path)?.json(body);
        graph.call::<Success>(request).await.and_then(Success::check)
    }

    const fn graph<'a>(&'a self, connection: &'a Connection) -> Graph<'a> {
        Graph {
            egress: &self.egress,
            connection,
        }
    }
}

#[async_trait]
impl ChannelProvider for CloudApi {
    async fn send(&self, connection: &Connection, message: &OutboundMessage) -> SendOutcome {
        let graph = self.graph(connection);
        let request = map::message(message).and_then(|body| {
            Ok(graph
                .post(&[&connection.provider_number_id, "messages"])?
                .json(&body))
        });
        match request {
            Ok(request) => outcome::of(request.send().await),
            Err(fault) => SendOutcome::Refused(fault),
        }
    }

    async fn mark_read(
        &self,
        connection: &Connection,
        provider_message_id: &str,
        typing: bool,
    ) -> ProviderResult<()> {
        let body = map::object([
            ("messaging_product", Some(json!("whatsapp"))),
            ("status", Some(json!("read"))),
            ("message_id", Some(json!(provider_message_id))),
            ("typing_indicator", typing.then(|| json!({"type": "text"}))),
        ]);
        self.succeed(connection, &[&connection.provider_number_id, "messages"], &body)
            .await
    }

    async fn upload_media(&self, connection: &Connection, media: MediaBytes) -> ProviderResult<String> {
        media::upload(&self.graph(connection), media).await
    }

    async fn fetch_media(
        &self,
        connection: &Connection,
        provider_media_id: &str,
        max_bytes: usize,
    ) -> ProviderResult<MediaBytes> {
        media::fetch(&self.graph(connection), provider_media_id, max_bytes).await
    }

    async fn list_templates(&self, connection: &Connection) -> ProviderResult<Vec<Template>> {
        let graph = self.graph(connection);
        let nodes = graph
            .list(
                &[&connection.provider_waba_id, "message_templates"],
                template::FIELDS,
            )
            .await?;
        Ok(nodes.iter().filter_map(template::read).collect())
    }

    async fn create_template(
        &self,
        connection: &Connection,
        template: &NewTemplate,
        samples: &BTreeMap<String, String>,
    ) -> ProviderResult<SubmittedTemplate> {
        template_submit::create(&self.graph(connection), template, samples).await
    }

    async fn upload_sample(
        &self,
        connection: &Connection,
        app_id: &str,
        sample: MediaBytes,
    ) -> ProviderResult<String> {
        template_submit::upload_sample(&self.graph(connection), app_id, sample).await
    }

    async fn delete_template(
        &self,
        connection: &Connection,
        name: &str,
        provider_id: &str,
    ) -> ProviderResult<()> {
        template_submit::delete(&self.graph(connection), name, provider_id).await
    }

    async fn token_fields(&self, connection: &Connection) -> ProviderResult<TokenFields> {
        let graph = self.graph(connection);
        let token = connection.access_token.expose_secret();
        let request = graph.get(&["debug_token"])?.query([("input_token", token)]);
        Ok(graph.call::<Debugged>(request).await?.data.into_fields())
    }

    async fn waba_fields(&self, connection: &Connection) -> ProviderResult<WabaFields> {
        let graph = self.graph(connection);
        let request = graph
            .get(&[&connection.provider_waba_id])?
            .query([("fields", WABA_FIELDS)]);
        Ok(graph.call::<WabaNode>(request).await?.into_fields())
    }

    async fn number_fields(&self, connection: &Connection) -> ProviderResult<NumberFields> {
        let graph = self.graph(connection);
        let nodes = graph
            .list(&[&connection.provider_waba_id, "phone_numbers"], NUMBER_FIELDS)
            .await?;
        let wanted = nodes
            .into_iter()
            .filter_map(|node| serde_json::from_value::<NumberNode>(node).ok())
            .find(|node| node.id.0 == connection.provider_number_id);
        wanted.map(NumberNode::into_fields).ok_or_else(|| {
            let sentence =
                "The number does not belong to this WhatsApp Business Account, or the token may not see it.";
            errors::own(FaultClass::Permission, sentence)
        })
    }

    async fn register(&self, connection: &Connection, pin: &SecretString) -> ProviderResult<()> {
        let body = json!({"messaging_product": "whatsapp", "pin": pin.expose_secret()});
        self.succeed(connection, &[&connection.provider_number_id, "register"], &body)
            .await
    }

    async fn request_code(
        &self,
        connection: &Connection,
        method: CodeMethod,
        language: &str,
    ) -> ProviderResult<()> {
        let method = match method {
            CodeMethod::Sms => "SMS",
            CodeMethod::Voice => "VOICE",
        };
        let body = json!({"code_method": method, "language": language});
        self.succeed(
            connection,
            &[&connection.provider_number_id, "request_code"],
            &body,
        )
        .await
    }

    async fn verify_code(&self, connection: &Connection, code: &str) -> ProviderResult<()> {
        self.succeed(
            connection,
            &[&connection.provider_number_id, "verify_code"],
            &json!({"code": code}),
        )
        .await
    }

    async fn subscribe(&self, connection: &Connection) -> ProviderResult<()> {
        self.succeed(
            connection,
            &[&connection.provider_waba_id, "subscribed_apps"],
            &json!({}),
        )
        .await
    }

    async fn unsubscribe(&self, connection: &Connection) -> ProviderResult<()> {
        let graph = self.graph(connection);
        let request: Request = graph.delete(&[&connection.provider_waba_id, "subscribed_apps"])?;
        graph.call::<Success>(request).await.and_then(Success::check)
    }

    async fn subscribed_apps(&self, connection: &Connection) -> ProviderResult<Vec<String>> {
        let graph = self.graph(connection);
        let nodes = graph
            .list(&[&connection.provider_waba_id, "subscribed_apps"], "")
            .await?;
        let apps = nodes
            .into_iter()
            .filter_map(|node| serde_json::from_value::<SubscribedApp>(node).ok());
        Ok(apps.map(|app| app.whatsapp_business_api_data.id.0).collect())
    }
}

impl Success {
    fn check(self) -> Result<(), ProviderFault> {
        if self.success {
            Ok(())
        } else {
            Err(errors::own(
                FaultClass::Other,
                "WhatsApp answered without success.",
            ))
        }
    }
}
