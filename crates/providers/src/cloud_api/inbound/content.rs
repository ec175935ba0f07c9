//! What an inbound message holds.

use domain::content::{ContactCard, Content, Media, Order, OrderItem};
use serde::Deserialize;

use super::{
    super::errors,
    message::RawMessage,
    raw::{self, Raw},
};

#[derive(Deserialize)]
struct Text<'a> {
    #[serde(borrow, default)]
    body: Raw<'a>,
}

#[derive(Deserialize)]
struct RawMedia<'a> {
    #[serde(borrow, default)]
    id: Raw<'a>,
    #[serde(borrow, default)]
    mime_type: Raw<'a>,
    #[serde(borrow, default)]
    sha256: Raw<'a>,
    #[serde(borrow, default)]
    caption: Raw<'a>,
    #[serde(borrow, default)]
    filename: Raw<'a>,
    #[serde(borrow, default)]
    voice: Raw<'a>,
}

#[derive(Deserialize)]
struct Location<'a> {
    #[serde(borrow, default)]
    latitude: Raw<'a>,
    #[serde(borrow, default)]
    longitude: Raw<'a>,
    #[serde(borrow, default)]
    name: Raw<'a>,
    #[serde(borrow, default)]
    address: Raw<'a>,
}

#[derive(Deserialize)]
struct Card<'a> {
    #[serde(borrow, default)]
    name: Raw<'a>,
    #[serde(borrow, default)]
    phones: Raw<'a>,
}

#[derive(Deserialize)]
struct CardName<'a> {
    #[serde(borrow, default)]
    formatted_name: Raw<'a>,
    #[serde(borrow, default)]
    first_name: Raw<'a>,
}

#[derive(Deserialize)]
struct CardPhone<'a> {
    #[serde(borrow, default)]
    phone: Raw<'a>,
    #[serde(borrow, default)]
    wa_id: Raw<'a>,
}

#[derive(Deserialize)]
struct Reaction<'a> {
    #[serde(borrow, default)]
    message_id: Raw<'a>,
    #[serde(borrow, default)]
    emoji: Raw<'a>,
}

#[derive(Deserialize)]
struct Button<'a> {
    #[serde(borrow, default)]
    text: Raw<'a>,
    #[serde(borrow, default)]
    payload: Raw<'a>,
}

#[derive(Deserialize)]
struct Interactive<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Raw<'a>,
    #[serde(borrow, default)]
    button_reply: Raw<'a>,
    #[serde(borrow, default)]
    list_reply: Raw<'a>,
    #[serde(borrow, default)]
    nfm_reply: Raw<'a>,
    #[serde(borrow, default)]
    call_permission_reply: Raw<'a>,
}

#[derive(Deserialize)]
struct FormReply<'a> {
    #[serde(borrow, default)]
    name: Raw<'a>,
    #[serde(borrow, default)]
    response_json: Raw<'a>,
}

#[derive(Deserialize)]
struct CallPermission<'a> {
    #[serde(borrow, default)]
    response: Raw<'a>,
    #[serde(borrow, default)]
    is_permanent: Raw<'a>,
    #[serde(borrow, default)]
    expiration_timestamp: Raw<'a>,
}

#[derive(Deserialize)]
struct RawOrder<'a> {
    #[serde(borrow, default)]
    catalog_id: Raw<'a>,
    #[serde(borrow, default)]
    text: Raw<'a>,
    #[serde(borrow, default)]
    product_items: Raw<'a>,
}

#[derive(Deserialize)]
struct RawOrderItem<'a> {
    #[serde(borrow, default)]
    product_retailer_id: Raw<'a>,
    #[serde(borrow, default)]
    quantity: Raw<'a>,
    #[serde(borrow, default)]
    item_price: Raw<'a>,
    #[serde(borrow, default)]
    currency: Raw<'a>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    #[serde(borrow, default)]
    id: Raw<'a>,
    #[serde(borrow, default)]
    title: Raw<'a>,
    #[serde(borrow, default)]
    description: Raw<'a>,
}

#[derive(Deserialize)]
struct System<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Raw<'a>,
    #[serde(borrow, default)]
    body: Raw<'a>,
}

#[derive(Deserialize)]
struct Inner<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Raw<'a>,
}

/// Content by type; a part that is missing or strange makes it unsupported under the type's name.
pub(super) fn read(message: &RawMessage<'_>) -> Content {
    let kind = raw::filled(message.kind).unwrap_or_else(|| "untyped".to_owned());
    let understood = match kind.as_str() {
        "text" => raw::object::<Text<'_>>(message.text).and_then(|text| {
            Some(Content::Text {
                body: raw::text(text.body)?,
                preview_url: false,
            })
        }),
        "image" => media(message.image).map(Content::Image),
        "video" => media(message.video).map(Content::Video),
        "audio" => media(message.audio).map(Content::Audio),
        "document" => media(message.document).map(Content::Document),
        "sticker" => media(message.sticker).map(Content::Sticker),
        "location" => location(message.location),
        "contacts" => cards(message.contacts),
        "reaction" => reaction(message.reaction),
        "button" => tap(message.button),
        "interactive" => return answer(message.interactive).unwrap_or_else(|| unsupported_choice(message)),
        "order" => order(message.order),
        "system" => system(message.system),
        _ => None,
    };
    understood.unwrap_or_else(|| {
        let inner = raw::object::<Inner<'_>>(message.unsupported).and_then(|inner| raw::filled(inner.kind));
        let name = inner.map_or_else(|| kind.clone(), |inner| format!("{kind}.{inner}"));
        unsupported(&name, message)
    })
}

fn unsupported(name: &str, message: &RawMessage<'_>) -> Content {
    let error = raw::items(message.errors).into_iter().next().and_then(raw::tree);
    let reason = error
        .and_then(|error| errors::code_and_words(&error))
        .map(|(code, words)| format!("({code}) {words}"));
    Content::Unsupported {
        provider_type: raw::kind(name),
        reason,
    }
}

fn unsupported_choice(message: &RawMessage<'_>) -> Content {
    let inner = raw::object::<Interactive<'_>>(message.interactive).and_then(|inner| raw::filled(inner.kind));
    unsupported(
        &inner.map_or_else(
            || "interactive".to_owned(),
            |inner| format!("interactive.{inner}"),
        ),
        message,
    )
}

fn media(raw_media: Raw<'_>) -> Option<Media> {
    let media = raw::object::<RawMedia<'_>>(raw_media)?;
    Some(Media {
        media_id: None,
        link: None,
        mime_type: raw::filled(media.mime_type),
        caption: raw::filled(media.caption),
        filename: raw::filled(media.filename),
        voice: raw::flag(media.voice),
        provider_media_id: Some(raw::filled(media.id)?),
        sha256: raw::filled(media.sha256),
    })
}

fn location(raw_location: Raw<'_>) -> Option<Content> {
    let location = raw::object::<Location<'_>>(raw_location)?;
    let within = |degrees: f64, most: f64| (-most..=most).contains(&degrees).then_some(degrees);
    Some(Content::Location {
        latitude: within(raw::number(location.latitude)?, 90.0)?,
        longitude: within(raw::number(location.longitude)?, 180.0)?,
        name: raw::filled(location.name),
        address: raw::filled(location.address),
    })
}

fn cards(raw_cards: Raw<'_>) -> Option<Content> {
    let cards: Vec<_> = raw::items(raw_cards)
        .into_iter()
        .filter_map(|card| self::card(Some(card)))
        .collect();
    (!cards.is_empty()).then_some(Content::Contacts { cards })
}

fn card(raw_card: Raw<'_>) -> Option<ContactCard> {
    let card = raw::object::<Card<'_>>(raw_card)?;
    let name = raw::object::<CardName<'_>>(card.name)
        .and_then(|name| raw::filled(name.formatted_name).or_else(|| raw::filled(name.first_name)));
    let phones = raw::items(card.phones).into_iter().filter_map(|phone| {
        let phone = raw::object::<CardPhone<'_>>(Some(phone))?;
        raw::filled(phone.phone).or_else(|| raw::filled(phone.wa_id))
    });
    Some(ContactCard {
        name: name.unwrap_or_default(),
        phones: phones.collect(),
        ..ContactCard::default()
    })
}

/// An empty or missing emoji takes the reaction back.
fn reaction(raw_reaction: Raw<'_>) -> Option<Content> {
    let reaction = raw::object::<Reaction<'_>>(raw_reaction)?;
    Some(Content::Reaction {
        target_provider_id: raw::filled(reaction.message_id)?,
        emoji: raw::filled(reaction.emoji),
    })
}

fn tap(raw_button: Raw<'_>) -> Option<Content> {
    let button = raw::object::<Button<'_>>(raw_button)?;
    let (text, payload) = (raw::filled(button.text), raw::filled(button.payload));
    let title = text.or_else(|| payload.clone())?;
    Some(Content::ButtonTap { title, payload })
}

fn answer(raw_interactive: Raw<'_>) -> Option<Content> {
    let interactive = raw::object::<Interactive<'_>>(raw_interactive)?;
    if interactive.nfm_reply.is_some() {
        return form_reply(interactive.nfm_reply);
    }
    if interactive.call_permission_reply.is_some() {
        return call_permission(interactive.call_permission_reply);
    }
    let choice = raw::object::<Choice<'_>>(interactive.button_reply.or(interactive.list_reply))?;
    Some(Content::Choice {
        id: raw::text(choice.id)?,
        title: raw::text(choice.title).unwrap_or_default(),
        description: raw::filled(choice.description),
    })
}

/// The fields come as a text that holds JSON.
fn form_reply(raw_reply: Raw<'_>) -> Option<Content> {
    let reply = raw::object::<FormReply<'_>>(raw_reply)?;
    let fields: serde_json::Value = serde_json::from_str(&raw::filled(reply.response_json)?).ok()?;
    fields.is_object().then(|| Content::FormReply {
        name: raw::filled(reply.name).map_or_else(|| "flow".to_owned(), |name| raw::kind(&name)),
        fields,
    })
}

fn call_permission(raw_reply: Raw<'_>) -> Option<Content> {
    let reply = raw::object::<CallPermission<'_>>(raw_reply)?;
    let granted = match raw::text(reply.response)?.as_str() {
        "accept" => true,
        "reject" => false,
        _ => return None,
    };
    Some(Content::CallPermission {
        granted,
        permanent: raw::flag(reply.is_permanent),
        expires_at: raw::timestamp(reply.expiration_timestamp),
    })
}

fn order(raw_order: Raw<'_>) -> Option<Content> {
    let order = raw::object::<RawOrder<'_>>(raw_order)?;
    let item = |item| {
        let item = raw::object::<RawOrderItem<'_>>(Some(item))?;
        Some(OrderItem {
            product_id: raw::filled(item.product_retailer_id)?,
            quantity: raw::number(item.quantity)?,
            price: raw::number(item.item_price).unwrap_or_default(),
            currency: raw::filled(item.currency).unwrap_or_default(),
        })
    };
    let items: Vec<_> = raw::items(order.product_items)
        .into_iter()
        .filter_map(item)
        .collect();
    (!items.is_empty()).then(|| {
        Content::Order(Order {
            catalog_id: raw::filled(order.catalog_id).unwrap_or_default(),
            text: raw::filled(order.text),
            items,
        })
    })
}

fn system(raw_system: Raw<'_>) -> Option<Content> {
    let system = raw::object::<System<'_>>(raw_system)?;
    let event = raw::kind(&raw::filled(system.kind).unwrap_or_else(|| "unknown".to_owned()));
    Some(Content::System {
        event,
        body: raw::filled(system.body),
    })
}
