//! A provider that answers as it is told and writes down which token it was called with.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use bytes::Bytes;
use domain::{
    channel::Party,
    ports::{
        BlobStore, ChannelProvider, CodeMethod, Connection, FaultClass, LaneWaker, MediaBytes, NumberDetails,
        NumberFields, OutboundMessage, ProviderFault, ProviderResult, SendOutcome, SubmittedTemplate,
        TokenFields, TokenScope, WabaFields,
    },
    template::{Component, NewTemplate, Template},
};
use secrecy::{ExposeSecret, SecretString};

/// Succeeds unless a fault is set for a call.
#[derive(Default)]
pub struct ScriptedProvider {
    faults: Mutex<HashMap<&'static str, FaultClass>>,
    apps: Mutex<Vec<String>>,
    templates: Mutex<Vec<Template>>,
    tokens: Mutex<Vec<String>>,
    /// The code of the faults, if not 100.
    code: Mutex<Option<i64>>,
    /// What a token lacks, of the two permissions.
    lacking: Mutex<Option<&'static str>>,
    unregistered: Mutex<bool>,
    calls: Mutex<Vec<String>>,
    pub pins: Mutex<Vec<String>>,
    pub samples: Mutex<Vec<MediaBytes>>,
}

pub fn template(name: &str) -> Template {
    Template {
        provider_id: format!("provider-{name}"),
        name: name.to_owned(),
        language: "en".to_owned(),
        category: "UTILITY".to_owned(),
        status: "APPROVED".to_owned(),
        quality: None,
        rejected_reason: None,
        components: vec![Component::Body {
            text: "Hello".to_owned(),
            examples: Default::default(),
        }],
    }
}

impl ScriptedProvider {
    pub fn fail(&self, call: &'static str, class: FaultClass) {
        self.faults.lock().unwrap().insert(call, class);
    }

    pub fn fail_with(&self, call: &'static str, class: FaultClass, code: i64) {
        *self.code.lock().unwrap() = Some(code);
        self.fail(call, class);
    }

    pub fn heal(&self) {
        self.faults.lock().unwrap().clear();
        *self.code.lock().unwrap() = None;
    }

    pub fn lack(&self, scope: Option<&'static str>) {
        *self.lacking.lock().unwrap() = scope;
    }

    /// The number waits for its registration.
    pub fn unregister(&self) {
        *self.unregistered.lock().unwrap() = true;
    }

    /// Names of the calls so far, and forgets them.
    pub fn take_calls(&self) -> Vec<String> {
        std::mem::take(&mut self.calls.lock().unwrap())
    }

    pub fn subscribe_app(&self, app_id: &str) {
        self.apps.lock().unwrap().push(app_id.to_owned());
    }

    pub fn forget_apps(&self) {
        self.apps.lock().unwrap().clear();
    }

    pub fn set_templates(&self, templates: Vec<Template>) {
        *self.templates.lock().unwrap() = templates;
    }

    pub fn last_token(&self) -> Option<String> {
        self.tokens.lock().unwrap().last().cloned()
    }

    fn answer<T>(&self, call: &'static str, connection: &Connection, value: T) -> ProviderResult<T> {
        let token = connection.access_token.expose_secret().to_owned();
        self.tokens.lock().unwrap().push(token);
        self.calls.lock().unwrap().push(call.to_owned());
        match self.faults.lock().unwrap().get(call) {
            Some(class) => Err(ProviderFault {
                class: *class,
                code: self.code.lock().unwrap().or(Some(100)),
                subcode: None,
                message: format!("{call} was refused"),
                trace_id: Some("trace".to_owned()),
                retry_after: None,
            }),
            None => Ok(value),
        }
    }
}

#[async_trait]
impl ChannelProvider for ScriptedProvider {
    async fn send(&self, connection: &Connection, message: &OutboundMessage) -> SendOutcome {
        match self.answer("send", connection, ()) {
            Ok(()) => SendOutcome::Accepted {
                provider_id: format!("wamid.{}", message.message_id),
                held: false,
                party: Party::default(),
            },
            Err(fault) => SendOutcome::Refused(fault),
        }
    }

    async fn mark_read(&self, connection: &Connection, _: &str, _typing: bool) -> ProviderResult<()> {
        self.answer("mark_read", connection, ())
    }

    async fn upload_media(&self, connection: &Connection, _: MediaBytes) -> ProviderResult<String> {
        self.answer("upload_media", connection, "media".to_owned())
    }

    async fn fetch_media(&self, connection: &Connection, _: &str, _: usize) -> ProviderResult<MediaBytes> {
        let media = MediaBytes {
            bytes: Bytes::new(),
            mime_type: "image/png".to_owned(),
        };
        self.answer("fetch_media", connection, media)
    }

    async fn list_templates(&self, connection: &Connection) -> ProviderResult<Vec<Template>> {
        let templates = self.templates.lock().unwrap().clone();
        self.answer("list_templates", connection, templates)
    }

    async fn create_template(
        &self,
        connection: &Connection,
        template: &NewTemplate,
        samples: &BTreeMap<String, String>,
    ) -> ProviderResult<SubmittedTemplate> {
        assert_eq!(samples.len(), template.samples.len());
        let submitted = SubmittedTemplate {
            provider_id: format!("provider-{}", template.name),
            status: "PENDING".to_owned(),
            category: "MARKETING".to_owned(),
        };
        self.answer("create_template", connection, submitted)
    }

    async fn upload_sample(
        &self,
        connection: &Connection,
        _: &str,
        sample: MediaBytes,
    ) -> ProviderResult<String> {
        self.samples.lock().unwrap().push(sample);
        self.answer("upload_sample", connection, "4::aW".to_owned())
    }

    async fn delete_template(&self, connection: &Connection, _: &str, _: &str) -> ProviderResult<()> {
        self.answer("delete_template", connection, ())
    }

    async fn token_fields(&self, connection: &Connection) -> ProviderResult<TokenFields> {
        let lacking = *self.lacking.lock().unwrap();
        let scopes = ["whatsapp_business_management", "whatsapp_business_messaging"];
        let kept = scopes.into_iter().filter(|name| Some(*name) != lacking);
        let fields = TokenFields {
            is_valid: true,
            app_id: None,
            expires_at: None,
            scopes: kept
                .map(|name| TokenScope {
                    name: name.to_owned(),
                    targets: Vec::new(),
                })
                .collect(),
        };
        self.answer("token_fields", connection, fields)
    }

    async fn register(&self, connection: &Connection, pin: &SecretString) -> ProviderResult<()> {
        self.pins.lock().unwrap().push(pin.expose_secret().to_owned());
        self.answer("register", connection, ())?;
        *self.unregistered.lock().unwrap() = false;
        Ok(())
    }

    async fn request_code(&self, connection: &Connection, _: CodeMethod, _: &str) -> ProviderResult<()> {
        self.answer("request_code", connection, ())
    }

    async fn verify_code(&self, connection: &Connection, _: &str) -> ProviderResult<()> {
        self.answer("verify_code", connection, ())
    }

    async fn unsubscribe(&self, connection: &Connection) -> ProviderResult<()> {
        self.answer("unsubscribe", connection, ())
    }

    async fn waba_fields(&self, connection: &Connection) -> ProviderResult<WabaFields> {
        let fields = WabaFields {
            name: "Account".to_owned(),
            business_id: None,
        };
        self.answer("waba_fields", connection, fields)
    }

    async fn number_fields(&self, connection: &Connection) -> ProviderResult<NumberFields> {
        let unregistered = *self.unregistered.lock().unwrap();
        let status = if unregistered { "PENDING" } else { "CONNECTED" };
        let fields = NumberFields {
            display_phone_number: "+1 555-010-0300".to_owned(),
            verified_name: "Shop".to_owned(),
            quality: "GREEN".to_owned(),
            status: status.to_owned(),
            throughput_mps: 80,
            details: NumberDetails {
                messaging_limit: Some("TIER_2K".to_owned()),
                ..NumberDetails::default()
            },
        };
        self.answer("number_fields", connection, fields)
    }

    async fn subscribe(&self, connection: &Connection) -> ProviderResult<()> {
        self.answer("subscribe", connection, ())
    }

    async fn subscribed_apps(&self, connection: &Connection) -> ProviderResult<Vec<String>> {
        let apps = self.apps.lock().unwrap().clone();
        self.answer("subscribed_apps", connection, apps)
    }
}

/// Media bytes in memory.
#[derive(Default)]
pub struct MemoryBlobs(Mutex<HashMap<String, Bytes>>);

#[async_trait]
impl BlobStore for MemoryBlobs {
    async fn put(&self, key: &str, bytes: Bytes) -> domain::Result<()> {
        self.0.lock().unwrap().insert(key.to_owned(), bytes);
        Ok(())
    }

    async fn get(&self, key: &str) -> domain::Result<Option<Bytes>> {
        Ok(self.0.lock().unwrap().get(key).cloned())
    }

    async fn delete(&self, key: &str) -> domain::Result<()> {
        self.0.lock().unwrap().remove(key);
        Ok(())
    }
}

/// No lane runs here.
pub struct NoLanes;

impl LaneWaker for NoLanes {
    fn wake(&self, _: domain::TenantId, _: domain::PhoneNumberId) {}
}

pub fn blobs() -> Arc<dyn BlobStore> {
    Arc::new(MemoryBlobs::default())
}
