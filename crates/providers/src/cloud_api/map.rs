//! From the conversation model to the body of `POST /{number}/messages`.

use std::collections::BTreeMap;

use domain::{
    MediaId,
    channel::Recipient,
    content::{
        ButtonsMessage, ContactCard, Content, CtaUrlMessage, HeaderMedia, ListMessage, ListSection, Media,
    },
    ports::{FaultClass, OutboundMessage, ProviderFault, ProviderResult},
};
use serde_json::{Map, Value, json};

use super::errors;

mod template;

/// The body of a send; fails when a part is missing that only the caller can give.
pub(super) fn message(message: &OutboundMessage) -> ProviderResult<Value> {
    let mut body = Map::new();
    body.insert("messaging_product".into(), "whatsapp".into());
    body.insert("recipient_type".into(), "individual".into());
    match &message.to {
        // Without the plus, the business number's country code would be put in front.
        Recipient::Phone(digits) => {
            body.insert("to".into(), format!("+{}", digits.trim_start_matches('+')).into())
        }
        Recipient::UserId(id) => body.insert("recipient".into(), id.as_str().into()),
    };
    let reaction = matches!(message.payload.content, Content::Reaction { .. });
    // A reaction names its message itself.
    if let Some(id) = message.reply_to.as_deref().filter(|_| !reaction) {
        body.insert("context".into(), json!({"message_id": id}));
    }
    body.insert(
        "biz_opaque_callback_data".into(),
        message.message_id.to_string().into(),
    );
    let (kind, part) = content(message)?;
    body.insert("type".into(), kind.into());
    body.insert(kind.into(), part);
    Ok(Value::Object(body))
}

fn content(message: &OutboundMessage) -> ProviderResult<(&'static str, Value)> {
    let uploads = Uploads(&message.payload.media);
    Ok(match &message.payload.content {
        Content::Text { body, preview_url } => (
            "text",
            object([
                ("body", Some(json!(body))),
                ("preview_url", preview_url.then_some(Value::Bool(true))),
            ]),
        ),
        Content::Image(media) => ("image", uploads.media(media)?),
        Content::Video(media) => ("video", uploads.media(media)?),
        Content::Audio(media) => ("audio", uploads.media(media)?),
        Content::Document(media) => ("document", uploads.media(media)?),
        Content::Sticker(media) => ("sticker", uploads.media(media)?),
        Content::Location {
            latitude,
            longitude,
            name,
            address,
        } => (
            "location",
            object([
                ("latitude", Some(json!(latitude))),
                ("longitude", Some(json!(longitude))),
                ("name", text(name.as_ref())),
                ("address", text(address.as_ref())),
            ]),
        ),
        Content::Contacts { cards } => ("contacts", cards.iter().map(card).collect()),
        Content::Reaction {
            target_provider_id,
            emoji,
        } => (
            "reaction",
            // An empty emoji takes the reaction back.
            json!({"message_id": target_provider_id, "emoji": emoji.as_deref().unwrap_or_default()}),
        ),
        Content::Buttons(buttons) => ("interactive", reply_buttons(buttons, &uploads)?),
        Content::List(choice) => ("interactive", list(choice)),
        Content::CtaUrl(link) => ("interactive", cta_url(link, &uploads)?),
        Content::Template(wanted) => {
            let template = message.payload.template.as_deref();
            let template = template.ok_or_else(|| missing("the template itself"))?;
            (
                "template",
                template::filled(template, &wanted.parameters, &uploads)?,
            )
        }
        Content::ButtonTap { .. }
        | Content::Choice { .. }
        | Content::Order(_)
        | Content::FormReply { .. }
        | Content::CallPermission { .. }
        | Content::Revoked
        | Content::System { .. }
        | Content::Unsupported { .. } => {
            let sentence = "Only customers send this kind of message.";
            return Err(errors::own(FaultClass::Invalid, sentence));
        }
    })
}

/// An object without the fields that are not given.
pub(super) fn object<const N: usize>(fields: [(&str, Option<Value>); N]) -> Value {
    let given = fields
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(given.collect())
}

/// Text that is given and not empty.
fn text(text: Option<&String>) -> Option<Value> {
    text.filter(|text| !text.is_empty()).map(|text| json!(text))
}

fn missing(what: &str) -> ProviderFault {
    errors::own(
        FaultClass::Invalid,
        &format!("The message needs {what}, which was not given."),
    )
}

/// The provider's ids of our files.
struct Uploads<'a>(&'a BTreeMap<MediaId, String>);

impl Uploads<'_> {
    /// `("id", …)` of an upload, or `("link", …)`.
    fn source(
        &self,
        id: Option<MediaId>,
        link: Option<&str>,
    ) -> ProviderResult<(&'static str, Option<Value>)> {
        match (id.and_then(|id| self.0.get(&id)), link) {
            (Some(upload), _) => Ok(("id", Some(json!(upload)))),
            (None, Some(link)) if id.is_none() => Ok(("link", Some(json!(link)))),
            _ => Err(missing("its picture, film or file")),
        }
    }

    fn media(&self, media: &Media) -> ProviderResult<Value> {
        Ok(object([
            self.source(media.media_id, media.link.as_deref())?,
            ("caption", text(media.caption.as_ref())),
            ("filename", text(media.filename.as_ref())),
            ("voice", media.voice.then_some(Value::Bool(true))),
        ]))
    }

    fn header(&self, text: Option<&String>, media: Option<&HeaderMedia>) -> ProviderResult<Option<Value>> {
        let Some(media) = media else {
            let given = text.filter(|text| !text.is_empty());
            return Ok(given.map(|text| json!({"type": "text", "text": text})));
        };
        let kind: &'static str = media.kind.into();
        let part = object([
            self.source(media.media_id, media.link.as_deref())?,
            ("filename", self::text(media.filename.as_ref())),
        ]);
        Ok(Some(json!({"type": kind, kind: part})))
    }
}

fn interactive(
    kind: &str,
    header: Option<Value>,
    body: &str,
    footer: Option<&String>,
    action: Value,
) -> Value {
    object([
        ("type", Some(json!(kind))),
        ("header", header),
        ("body", Some(json!({"text": body}))),
        ("footer", text(footer).map(|text| json!({"text": text}))),
        ("action", Some(action)),
    ])
}

fn reply_buttons(message: &ButtonsMessage, uploads: &Uploads<'_>) -> ProviderResult<Value> {
    let header = uploads.header(message.header.as_ref(), message.header_media.as_ref())?;
    let buttons: Value = message
        .buttons
        .iter()
        .map(|button| json!({"type": "reply", "reply": {"id": button.id, "title": button.title}}))
        .collect();
    let action = json!({"buttons": buttons});
    Ok(interactive(
        "button",
        header,
        &message.body,
        message.footer.as_ref(),
        action,
    ))
}

fn list(message: &ListMessage) -> Value {
    let section = |section: &ListSection| {
        let rows = section.rows.iter().map(|row| {
            object([
                ("id", Some(json!(row.id))),
                ("title", Some(json!(row.title))),
                ("description", text(row.description.as_ref())),
            ])
        });
        object([
            ("title", text(section.title.as_ref())),
            ("rows", Some(rows.collect())),
        ])
    };
    let sections: Value = message.sections.iter().map(section).collect();
    let action = json!({"button": message.button, "sections": sections});
    let header = text(message.header.as_ref()).map(|text| json!({"type": "text", "text": text}));
    interactive("list", header, &message.body, message.footer.as_ref(), action)
}

fn cta_url(message: &CtaUrlMessage, uploads: &Uploads<'_>) -> ProviderResult<Value> {
    let header = uploads.header(message.header.as_ref(), message.header_media.as_ref())?;
    let parameters = json!({"display_text": message.display_text, "url": message.url});
    let action = json!({"name": "cta_url", "parameters": parameters});
    Ok(interactive(
        "cta_url",
        header,
        &message.body,
        message.footer.as_ref(),
        action,
    ))
}

/// A card needs one part of the name besides the whole.
fn card(card: &ContactCard) -> Value {
    let first = card.first_name.clone().filter(|name| !name.is_empty());
    let first = first.unwrap_or_else(|| card.name.split_whitespace().next().unwrap_or_default().to_owned());
    let name = object([
        ("formatted_name", Some(json!(card.name))),
        ("first_name", Some(json!(first))),
        ("last_name", text(card.last_name.as_ref())),
    ]);
    let each = |field: &str, entries: &[String]| -> Option<Value> {
        (!entries.is_empty()).then(|| entries.iter().map(|entry| json!({field: entry})).collect())
    };
    object([
        ("name", Some(name)),
        ("phones", each("phone", &card.phones)),
        ("emails", each("email", &card.emails)),
        ("urls", each("url", &card.urls)),
        (
            "org",
            text(card.organization.as_ref()).map(|company| json!({"company": company})),
        ),
    ])
}
