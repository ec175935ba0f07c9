//! The WhatsApp Cloud API: calls over the Graph API, webhooks of its apps.

use async_trait::async_trait;
use domain::{
    ports::{
        ChannelProvider, Connection, FaultClass, MediaBytes, NumberFields, OutboundMessage, ProviderFault,
        ProviderResult, SendOutcome, WabaFields,
    },
    template::Template,
};
use egress::Egress;
use serde_json::json;

mod client;
mod errors;
mod inbound;
mod map;
mod media;
mod outcome;
mod template;
mod wire;

pub use inbound::CloudApiInbound;

use client::Graph;
use wire::{NumberNode, SubscribedApp, Success, WabaNode};

/// Fields asked of a number; `is_on_biz_app` tells a coexistence number, whose throughput is fixed.
const NUMBER_FIELDS: &str =
    "id,display_phone_number,verified_name,quality_rating,status,throughput,platform_type,is_on_biz_app";
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

    async fn mark_read(&self, connection: &Connection, provider_message_id: &str) -> ProviderResult<()> {
        let graph = self.graph(connection);
        let body =
            json!({"messaging_product": "whatsapp", "status": "read", "message_id": provider_message_id});
        let request = graph
            .post(&[&connection.provider_number_id, "messages"])?
            .json(&body);
        graph.call::<Success>(request).await.and_then(Success::check)
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

    async fn subscribe(&self, connection: &Connection) -> ProviderResult<()> {
        let graph = self.graph(connection);
        let request = graph
            .post(&[&connection.provider_waba_id, "subscribed_apps"])?
            .json(&json!({}));
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
