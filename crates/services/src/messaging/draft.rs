//! What a send request holds, checked against the number it goes out on.

mod content;

use domain::{
    ConversationId, Error, FieldError, MediaId, MessageId, Result, TemplateId,
    content::{Content, FileKind, HeaderMedia, Media, TemplateMessage},
    template::{HeaderKind, ParameterKind, Values},
};
use store::{
    TenantTx,
    media::{self, MediaState},
    messages,
    numbers::NumberRow,
    templates,
};

pub use content::{NewContent, SendMedia};

/// Content that may be queued, once the send decision lets it through.
pub(super) struct Draft {
    pub(super) content: Content,
    pub(super) media_id: Option<MediaId>,
    pub(super) reply_to: Option<String>,
    pub(super) template_fault: Option<String>,
}

impl Draft {
    fn of(content: Content, template_fault: Option<String>) -> Self {
        Self {
            media_id: content.media_ids().first().copied(),
            content,
            reply_to: None,
            template_fault,
        }
    }
}

/// The draft of a message that was sent before; a template is checked as it stands now.
pub(super) async fn redraft(
    tx: &mut TenantTx,
    content: Content,
    reply_to: Option<String>,
    number: &NumberRow,
) -> Result<Draft> {
    let mut draft = match content {
        Content::Template(message) => {
            let row = templates::find(tx, number.waba_id, &message.name, &message.language).await?;
            template_draft(tx, row.id, message.parameters, number).await?
        }
        other => Draft::of(other, None),
    };
    draft.reply_to = reply_to;
    Ok(draft)
}

/// The draft of a request; each fault names its field.
pub(super) async fn draft(
    tx: &mut TenantTx,
    request: &NewContent,
    conversation: ConversationId,
    number: &NumberRow,
) -> Result<Draft> {
    if let NewContent::Template {
        template_id,
        parameters,
    } = request
    {
        return template_draft(tx, *template_id, Values(parameters.clone()), number).await;
    }
    let mut content = match (request, request.plain()) {
        (NewContent::Reaction { message_id, emoji }, _) => Content::Reaction {
            target_provider_id: reaction_target(tx, conversation, *message_id).await?,
            emoji: emoji.clone(),
        },
        (_, Some(content)) => content,
        (_, None) => return Err(Error::invalid("content.type", "This can't be sent.")),
    };
    let faults = content.faults();
    if !faults.is_empty() {
        return Err(with_fields("The content has a field that can't be sent.", faults));
    }
    let mut files = Files { tx, number };
    match &mut content {
        Content::Image(media) => files.fill(media, FileKind::Image).await?,
        Content::Video(media) => files.fill(media, FileKind::Video).await?,
        Content::Audio(media) => files.fill(media, FileKind::Audio).await?,
        Content::Document(media) => files.fill(media, FileKind::Document).await?,
        Content::Sticker(media) => files.fill(media, FileKind::Sticker).await?,
        Content::Buttons(message) => files.header(message.header_media.as_mut()).await?,
        Content::CtaUrl(message) => files.header(message.header_media.as_mut()).await?,
        _ => {}
    }
    Ok(Draft::of(content, None))
}

async fn reaction_target(tx: &mut TenantTx, conversation: ConversationId, id: MessageId) -> Result<String> {
    let target = messages::provider_id_of(tx, conversation, id).await?;
    target.ok_or_else(|| {
        let words = "This message has not reached WhatsApp, so nothing can be attached to it.";
        Error::invalid("content.message_id", words)
    })
}

fn with_fields(public: &str, fields: Vec<FieldError>) -> Error {
    let mut error = Error::invalid("content", public);
    error.fields = fields;
    error
}

async fn template_draft(
    tx: &mut TenantTx,
    id: TemplateId,
    mut values: Values,
    number: &NumberRow,
) -> Result<Draft> {
    let row = templates::get(tx, id).await?;
    if row.waba_id != number.waba_id {
        return Err(Error::invalid(
            "content.template_id",
            "This template belongs to another WhatsApp Business Account than the number.",
        ));
    }
    let template = row.template;
    let nul = values
        .0
        .iter()
        .find(|(key, value)| key.contains('\0') || value.contains('\0'));
    if let Some((key, _)) = nul {
        let field = format!("content.parameters.{key}");
        return Err(Error::invalid(field, "Remove the NUL character."));
    }
    let template_fault = template.unsendable();
    if template_fault.is_none() {
        let faults = template.check(&values);
        if !faults.is_empty() {
            let faults = faults.into_iter().map(|fault| FieldError {
                field: format!("content.{}", fault.field),
                message: fault.message,
            });
            return Err(with_fields(
                "The template's parameters do not fit.",
                faults.collect(),
            ));
        }
    }
    let mut files = Files { tx, number };
    for parameter in template.parameters() {
        let Some(kind) = file_kind(parameter.kind) else {
            continue;
        };
        let Some(id) = values.get(&parameter.key).and_then(|value| value.parse().ok()) else {
            continue;
        };
        let file = files
            .usable(id, kind, &format!("content.parameters.{}", parameter.key))
            .await?;
        // The customer sees the file's own name unless another one was given.
        if let (FileKind::Document, Some(name)) = (kind, file.filename) {
            let key = parameter.key.replace("header.media", "header.filename");
            values.0.entry(key).or_insert(name);
        }
    }
    let rendered = template.render(&values);
    let content = TemplateMessage {
        name: template.name,
        language: template.language,
        parameters: values,
        rendered,
    };
    Ok(Draft::of(Content::Template(Box::new(content)), template_fault))
}

const fn file_kind(kind: ParameterKind) -> Option<FileKind> {
    match kind {
        ParameterKind::Image => Some(FileKind::Image),
        ParameterKind::Video => Some(FileKind::Video),
        ParameterKind::Document => Some(FileKind::Document),
        _ => None,
    }
}

struct File {
    mime_type: String,
    filename: Option<String>,
}

/// Uploaded files, as one number may send them.
struct Files<'a> {
    tx: &'a mut TenantTx,
    number: &'a NumberRow,
}

impl Files<'_> {
    async fn fill(&mut self, media: &mut Media, kind: FileKind) -> Result<()> {
        let Some(id) = media.media_id else { return Ok(()) };
        let file = self.usable(id, kind, "content.media_id").await?;
        media.mime_type = Some(file.mime_type);
        if kind == FileKind::Document && media.filename.is_none() {
            media.filename = file.filename;
        }
        Ok(())
    }

    async fn header(&mut self, header: Option<&mut HeaderMedia>) -> Result<()> {
        let Some(header) = header else { return Ok(()) };
        let Some(id) = header.media_id else { return Ok(()) };
        let kind = match header.kind {
            HeaderKind::Image => FileKind::Image,
            HeaderKind::Video => FileKind::Video,
            HeaderKind::Document => FileKind::Document,
        };
        let file = self.usable(id, kind, "content.header_media.media_id").await?;
        if kind == FileKind::Document && header.filename.is_none() {
            header.filename = file.filename;
        }
        Ok(())
    }

    async fn usable(&mut self, id: MediaId, kind: FileKind, field: &str) -> Result<File> {
        let row = media::get(self.tx, id).await?;
        if row.state != MediaState::Stored {
            return Err(Error::invalid(field, "Upload the file first and give its id."));
        }
        if row.phone_number_id != self.number.id {
            return Err(Error::invalid(
                field,
                "This file was uploaded for another number. Upload it for this one.",
            ));
        }
        let bytes = row
            .size_bytes
            .and_then(|size| u64::try_from(size).ok())
            .unwrap_or_default();
        if let Some(fault) = kind.fault(&row.mime_type, bytes) {
            return Err(Error::invalid(field, fault));
        }
        Ok(File {
            mime_type: row.mime_type,
            filename: row.filename,
        })
    }
}
