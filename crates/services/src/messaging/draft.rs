//! What a send request holds, checked against the number it goes out on.

use std::collections::BTreeMap;

use domain::{
    Error, MediaId, Result, TemplateId,
    content::{ButtonsMessage, Content, Media, TemplateMessage},
    template::{ParameterKind, Values},
};
use store::{
    TenantTx,
    media::{self, MediaState},
    numbers::NumberRow,
    templates,
};

use super::send::NewContent;

/// Content that may be queued, once the send decision lets it through.
pub(super) struct Draft {
    pub(super) content: Content,
    pub(super) media_id: Option<MediaId>,
    pub(super) reply_to: Option<String>,
    pub(super) template_fault: Option<String>,
}

/// The draft of a message that was sent before; a template is checked as it stands now.
pub(super) async fn redraft(
    tx: &mut TenantTx,
    content: Content,
    reply_to: Option<String>,
    number: &NumberRow,
) -> Result<Draft> {
    let mut draft = match &content {
        Content::Template(message) => {
            let row = templates::find(tx, number.waba_id, &message.name, &message.language).await?;
            template_draft(tx, row.id, &message.parameters.0, number).await?
        }
        other => Draft {
            media_id: other.media().and_then(|media| media.media_id),
            reply_to: None,
            template_fault: None,
            content,
        },
    };
    draft.reply_to = reply_to;
    Ok(draft)
}

pub(super) async fn draft(tx: &mut TenantTx, content: &NewContent, number: &NumberRow) -> Result<Draft> {
    let plain = |content| Draft {
        content,
        media_id: None,
        reply_to: None,
        template_fault: None,
    };
    match content {
        NewContent::Text { body } => {
            length("content.body", body, 1, 4_096)?;
            Ok(plain(Content::Text { body: body.clone() }))
        }
        NewContent::Buttons(message) => {
            check_buttons(message)?;
            Ok(plain(Content::Buttons(message.clone())))
        }
        NewContent::Image { media_id, caption } => {
            if let Some(caption) = caption {
                length("content.caption", caption, 0, 1_024)?;
            }
            let mime_type = usable_image(tx, *media_id, number, "content.media_id").await?;
            let media = Media {
                media_id: Some(*media_id),
                mime_type: Some(mime_type),
                caption: caption.clone(),
                ..Media::default()
            };
            Ok(Draft {
                content: Content::Image(media),
                media_id: Some(*media_id),
                reply_to: None,
                template_fault: None,
            })
        }
        NewContent::Template {
            template_id,
            parameters,
        } => template_draft(tx, *template_id, parameters, number).await,
    }
}

async fn template_draft(
    tx: &mut TenantTx,
    id: TemplateId,
    parameters: &BTreeMap<String, String>,
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
    let values = Values(parameters.clone());
    if let Some((key, _)) = values
        .0
        .iter()
        .find(|(key, value)| key.contains('\0') || value.contains('\0'))
    {
        return Err(Error::invalid(
            format!("content.parameters.{key}"),
            "Remove the NUL character.",
        ));
    }
    let template_fault = template.unsendable();
    if template_fault.is_none() {
        let faults = template.check(&values);
        if !faults.is_empty() {
            let mut error = Error::invalid("content.parameters", "The template's parameters do not fit.");
            error.fields = faults
                .into_iter()
                .map(|f| domain::FieldError {
                    field: format!("content.{}", f.field),
                    message: f.message,
                })
                .collect();
            return Err(error);
        }
    }
    let mut media_id = None;
    if template
        .parameters()
        .iter()
        .any(|p| p.kind == ParameterKind::Image)
        && let Some(text) = values.get("header.media")
    {
        let field = "content.parameters.header.media";
        let id: MediaId = text
            .parse()
            .map_err(|_| Error::invalid(field, "Give the id of an uploaded image, med_…"))?;
        usable_image(tx, id, number, field).await?;
        media_id = Some(id);
    }
    let rendered = template.render(&values);
    let content = TemplateMessage {
        name: template.name,
        language: template.language,
        parameters: values,
        rendered,
    };
    Ok(Draft {
        content: Content::Template(Box::new(content)),
        media_id,
        reply_to: None,
        template_fault,
    })
}

async fn usable_image(tx: &mut TenantTx, id: MediaId, number: &NumberRow, field: &str) -> Result<String> {
    let row = media::get(tx, id).await?;
    if row.state != MediaState::Stored || !row.mime_type.starts_with("image/") {
        return Err(Error::invalid(
            field,
            "Upload a JPEG or PNG image first and give its id.",
        ));
    }
    if row.phone_number_id != number.id {
        return Err(Error::invalid(
            field,
            "This image was uploaded for another number. Upload it for this one.",
        ));
    }
    Ok(row.mime_type)
}

fn check_buttons(message: &ButtonsMessage) -> Result<()> {
    length("content.body", &message.body, 1, 1_024)?;
    for (field, text) in [
        ("content.header", &message.header),
        ("content.footer", &message.footer),
    ] {
        if let Some(text) = text {
            length(field, text, 0, 60)?;
        }
    }
    if message.buttons.is_empty() || message.buttons.len() > 3 {
        return Err(Error::invalid("content.buttons", "Give one to three buttons."));
    }
    for (index, button) in message.buttons.iter().enumerate() {
        length(&format!("content.buttons.{index}.id"), &button.id, 1, 256)?;
        length(&format!("content.buttons.{index}.title"), &button.title, 1, 20)?;
        if message
            .buttons
            .iter()
            .take(index)
            .any(|other| other.id == button.id || other.title == button.title)
        {
            return Err(Error::invalid(
                format!("content.buttons.{index}"),
                "Each button needs an id and a title of its own.",
            ));
        }
    }
    Ok(())
}

fn length(field: &str, text: &str, least: usize, most: usize) -> Result<()> {
    if text.contains('\0') {
        return Err(Error::invalid(field, "Remove the NUL character."));
    }
    let count = text.trim().chars().count();
    if count < least || text.chars().count() > most {
        return Err(Error::invalid(field, format!("{least} to {most} characters.")));
    }
    Ok(())
}
