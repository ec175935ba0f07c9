//! A provider that does what a test wrote down, and keeps what it was asked.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use async_trait::async_trait;
use bytes::Bytes;
use domain::{
    Clock, MessageId,
    channel::Party,
    clock::ManualClock,
    ports::{
        ChannelProvider, CodeMethod, Connection, FaultClass, MediaBytes, NumberFields, OutboundMessage,
        Payload, ProviderFault, ProviderResult, SendOutcome, SubmittedTemplate, TokenFields, WabaFields,
    },
    template::{NewTemplate, Template},
};
use secrecy::SecretString;
use tokio::sync::Semaphore;

/// What happens to one call.
#[derive(Debug, Clone)]
pub enum Step {
    Accept,
    /// Accepts; the answer waits until the test lets it go.
    AcceptWhenReleased,
    Refuse(FaultClass),
    /// Refuses; the answer waits until the test lets it go.
    RefuseWhenReleased(FaultClass),
    NotSent,
    /// It takes the message, and the answer gets lost.
    LoseAnswer,
    /// Nothing arrives, but nobody can tell.
    LoseRequest,
}

/// One call as the provider saw it.
#[derive(Debug, Clone)]
pub struct Call {
    pub message_id: MessageId,
    pub number: String,
    pub token: String,
    pub at: Instant,
    /// The product's time.
    pub product_at: time::OffsetDateTime,
    pub payload: Payload,
}

/// The provider.
pub struct Scripted {
    clock: Arc<ManualClock>,
    /// How many more calls of a number fail before their first byte, whatever was written down.
    pub down: Mutex<HashMap<String, u32>>,
    steps: Mutex<HashMap<MessageId, VecDeque<Step>>>,
    calls: Mutex<Vec<Call>>,
    accepted: Mutex<HashMap<MessageId, u32>>,
    pub uploads: Mutex<Vec<MediaBytes>>,
    pub read: Mutex<Vec<String>>,
    pub media: Mutex<HashMap<String, VecDeque<ProviderResult<MediaBytes>>>>,
    pub release: Semaphore,
}

pub fn fault(class: FaultClass) -> ProviderFault {
    ProviderFault {
        class,
        code: Some(131_000),
        subcode: None,
        message: "scripted".into(),
        trace_id: Some("T1".into()),
        retry_after: None,
    }
}

impl Scripted {
    pub fn new(clock: Arc<ManualClock>) -> Self {
        Self {
            clock,
            down: Mutex::default(),
            steps: Mutex::default(),
            calls: Mutex::default(),
            accepted: Mutex::default(),
            uploads: Mutex::default(),
            read: Mutex::default(),
            media: Mutex::default(),
            release: Semaphore::new(0),
        }
    }

    /// What the next calls of this message meet; after them it is accepted.
    pub fn script(&self, message: MessageId, steps: impl IntoIterator<Item = Step>) {
        self.steps
            .lock()
            .unwrap()
            .insert(message, steps.into_iter().collect());
    }

    pub fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }

    pub fn calls_of(&self, message: MessageId) -> usize {
        self.calls()
            .iter()
            .filter(|call| call.message_id == message)
            .count()
    }

    /// How often the provider took this message.
    pub fn accepted(&self, message: MessageId) -> u32 {
        self.accepted.lock().unwrap().get(&message).copied().unwrap_or(0)
    }

    fn is_down(&self, connection: &Connection) -> bool {
        let mut down = self.down.lock().unwrap();
        let left = down
            .get_mut(&connection.provider_number_id)
            .filter(|left| **left > 0);
        left.map(|left| *left -= 1).is_some()
    }

    fn take(&self, message: MessageId) -> SendOutcome {
        *self.accepted.lock().unwrap().entry(message).or_default() += 1;
        SendOutcome::Accepted {
            provider_id: provider_id(message),
            held: false,
            party: Party::default(),
        }
    }
}

/// The id that the provider gives to a message.
pub fn provider_id(message: MessageId) -> String {
    format!("wamid.{message}")
}

#[async_trait]
impl ChannelProvider for Scripted {
    async fn send(&self, connection: &Connection, message: &OutboundMessage) -> SendOutcome {
        use secrecy::ExposeSecret as _;
        let id = message.message_id;
        self.calls.lock().unwrap().push(Call {
            message_id: id,
            number: connection.provider_number_id.clone(),
            token: connection.access_token.expose_secret().to_owned(),
            at: Instant::now(),
            product_at: self.clock.now(),
            payload: message.payload.clone(),
        });
        if self.is_down(connection) {
            return SendOutcome::NotSent(fault(FaultClass::Network));
        }
        let step = self
            .steps
            .lock()
            .unwrap()
            .get_mut(&id)
            .and_then(VecDeque::pop_front)
            .unwrap_or(Step::Accept);
        match step {
            Step::Accept => self.take(id),
            Step::AcceptWhenReleased => {
                let outcome = self.take(id);
                self.release.acquire().await.unwrap().forget();
                outcome
            }
            Step::Refuse(class) => SendOutcome::Refused(fault(class)),
            Step::RefuseWhenReleased(class) => {
                self.release.acquire().await.unwrap().forget();
                SendOutcome::Refused(fault(class))
            }
            Step::NotSent => SendOutcome::NotSent(fault(FaultClass::Network)),
            Step::LoseAnswer => {
                self.take(id);
                SendOutcome::Ambiguous(fault(FaultClass::Network))
            }
            Step::LoseRequest => SendOutcome::Ambiguous(fault(FaultClass::Network)),
        }
    }

    async fn mark_read(
        &self,
        _: &Connection,
        provider_message_id: &str,
        _typing: bool,
    ) -> ProviderResult<()> {
        self.read.lock().unwrap().push(provider_message_id.to_owned());
        Ok(())
    }

    async fn upload_media(&self, connection: &Connection, media: MediaBytes) -> ProviderResult<String> {
        if self.is_down(connection) {
            return Err(fault(FaultClass::ProviderDown));
        }
        let mut uploads = self.uploads.lock().unwrap();
        uploads.push(media);
        Ok(format!("upload-{}", uploads.len()))
    }

    async fn fetch_media(&self, _: &Connection, id: &str, _: usize) -> ProviderResult<MediaBytes> {
        let next = self
            .media
            .lock()
            .unwrap()
            .get_mut(id)
            .and_then(VecDeque::pop_front);
        next.unwrap_or_else(|| Err(fault(FaultClass::Invalid)))
    }

    async fn list_templates(&self, _: &Connection) -> ProviderResult<Vec<Template>> {
        Ok(Vec::new())
    }

    async fn create_template(
        &self,
        _: &Connection,
        _: &NewTemplate,
        _: &BTreeMap<String, String>,
    ) -> ProviderResult<SubmittedTemplate> {
        Err(fault(FaultClass::Other))
    }

    async fn upload_sample(&self, _: &Connection, _: &str, _: MediaBytes) -> ProviderResult<String> {
        Ok("sample".into())
    }

    async fn delete_template(&self, _: &Connection, _: &str, _: &str) -> ProviderResult<()> {
        Ok(())
    }

    async fn token_fields(&self, _: &Connection) -> ProviderResult<TokenFields> {
        Ok(TokenFields::default())
    }

    async fn register(&self, _: &Connection, _: &SecretString) -> ProviderResult<()> {
        Ok(())
    }

    async fn request_code(&self, _: &Connection, _: CodeMethod, _: &str) -> ProviderResult<()> {
        Ok(())
    }

    async fn verify_code(&self, _: &Connection, _: &str) -> ProviderResult<()> {
        Ok(())
    }

    async fn unsubscribe(&self, _: &Connection) -> ProviderResult<()> {
        Ok(())
    }

    async fn waba_fields(&self, _: &Connection) -> ProviderResult<WabaFields> {
        Ok(WabaFields::default())
    }

    async fn number_fields(&self, _: &Connection) -> ProviderResult<NumberFields> {
        Ok(NumberFields::default())
    }

    async fn subscribe(&self, _: &Connection) -> ProviderResult<()> {
        Ok(())
    }

    async fn subscribed_apps(&self, _: &Connection) -> ProviderResult<Vec<String>> {
        Ok(Vec::new())
    }
}

/// Blobs in memory.
#[derive(Default)]
pub struct Blobs(pub Mutex<HashMap<String, Bytes>>);

#[async_trait]
impl domain::ports::BlobStore for Blobs {
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

/// Longest that any test waits for something to happen.
pub const PATIENCE: Duration = Duration::from_secs(30);
