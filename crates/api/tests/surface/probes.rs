//! One otherwise valid call for each operation of the tenant surface, with its ids open to exchange.

use axum::http::Method;
use serde_json::{Value, json};

use crate::stage::{Call, PNG, Payload, Side, get, post};

/// The ids of a call: the caller's own, but for the one field that is exchanged.
pub struct Ids<'a> {
    pub own: &'a Side,
    pub exchanged: Option<(&'a str, &'a str)>,
    pub nonce: u32,
}

impl Ids<'_> {
    fn at(&self, field: &str) -> String {
        match self.exchanged {
            Some((exchanged, other)) if exchanged == field => other.to_owned(),
            _ if field == "path.slug" => self.own.slug.to_owned(),
            _ => self.own.id(prefix(field)).to_owned(),
        }
    }

    /// The message that still waits in the queue.
    fn queued(&self) -> String {
        match self.exchanged {
            Some(("path.message_id", other)) => other.to_owned(),
            _ => self.own.id("queued").to_owned(),
        }
    }

    fn path(&self, rest: &str) -> String {
        let rest = rest.split('/').map(|part| match part.strip_prefix('{') {
            Some(name) => self.at(&format!("path.{}", name.trim_end_matches('}'))),
            None => part.to_owned(),
        });
        format!(
            "/v1/t/{}/{}",
            self.at("path.slug"),
            rest.collect::<Vec<_>>().join("/")
        )
    }

    fn keyed(&self, rest: &str, body: Value) -> Call {
        let mut call = post(self.path(rest), Payload::Json(body));
        call.headers
            .push(("idempotency-key", format!("probe-{}", self.nonce)));
        call
    }
}

/// The prefix of the ids that a field takes.
pub fn prefix(field: &str) -> &'static str {
    if field == "path.user_id" {
        return "member";
    }
    match field.rsplit('.').next().unwrap() {
        "conversation_id" => "cnv",
        "message_id" | "reply_to" => "msg",
        "contact_id" => "con",
        "media_id" | "*" => "med",
        "template_id" => "tpl",
        "waba_id" => "wab",
        "phone_number_id" => "num",
        "connection_id" => "cxn",
        "api_key_id" => "key",
        "user_id" => "usr",
        "role_id" => "rol",
        "invitation_id" => "inv",
        "meta_app_id" => "app",
        other => panic!("no id is known for the field {other}: extend this list"),
    }
}

/// A probe: its operation, the fields it can exchange besides the slug, and the call.
pub struct Probe {
    pub operation: &'static str,
    pub fields: &'static [&'static str],
    pub call: fn(&Ids<'_>) -> Call,
}

const fn probe(
    operation: &'static str,
    fields: &'static [&'static str],
    call: fn(&Ids<'_>) -> Call,
) -> Probe {
    Probe {
        operation,
        fields,
        call,
    }
}

fn call(method: Method, path: String, body: Value) -> Call {
    Call {
        method,
        ..post(path, Payload::Json(body))
    }
}

/// Every probe; an operation may have several, each a form of its body.
pub const PROBES: &[Probe] = &[
    probe("list_conversations", &[], |ids| get(ids.path("conversations"))),
    probe("get_conversation", &["path.conversation_id"], |ids| {
        get(ids.path("conversations/{conversation_id}"))
    }),
    probe("read_conversation", &["path.conversation_id"], |ids| {
        post(ids.path("conversations/{conversation_id}/read"), Payload::Nothing)
    }),
    probe("show_typing", &["path.conversation_id"], |ids| {
        post(
            ids.path("conversations/{conversation_id}/typing"),
            Payload::Nothing,
        )
    }),
    probe(
        "assign_conversation",
        &["path.conversation_id", "body.user_id"],
        |ids| Call {
            method: Method::PUT,
            ..post(
                ids.path("conversations/{conversation_id}/assignee"),
                Payload::Json(json!({"user_id": ids.at("body.user_id")})),
            )
        },
    ),
    probe("resolve_conversation", &["path.conversation_id"], |ids| {
        post(
            ids.path("conversations/{conversation_id}/resolve"),
            Payload::Nothing,
        )
    }),
    probe("reopen_conversation", &["path.conversation_id"], |ids| {
        post(
            ids.path("conversations/{conversation_id}/reopen"),
            Payload::Nothing,
        )
    }),
    probe("list_assignees", &[], |ids| get(ids.path("assignees"))),
    probe("list_conversation_events", &["path.conversation_id"], |ids| {
        get(ids.path("conversations/{conversation_id}/events"))
    }),
    probe("add_note", &["path.conversation_id"], |ids| {
        ids.keyed(
            "conversations/{conversation_id}/notes",
            json!({"body": "She called."}),
        )
    }),
    probe("list_messages", &["path.conversation_id"], |ids| {
        get(ids.path("conversations/{conversation_id}/messages"))
    }),
    probe(
        "send_message",
        &["body.conversation_id", "body.reply_to"],
        |ids| {
            let content = json!({"type": "text", "body": "Hello"});
            ids.keyed("messages", json!({"conversation_id": ids.at("body.conversation_id"), "reply_to": ids.at("body.reply_to"), "content": content}))
        },
    ),
    probe("send_message", &["body.content.media_id"], |ids| {
        let content = json!({"type": "image", "media_id": ids.at("body.content.media_id")});
        ids.keyed(
            "messages",
            json!({"conversation_id": ids.at("body.conversation_id"), "content": content}),
        )
    }),
    probe("send_message", &["body.content.header_media.media_id"], |ids| {
        let header = json!({"kind": "image", "media_id": ids.at("body.content.header_media.media_id")});
        let buttons = json!([{"id": "a", "title": "A"}]);
        let content =
            json!({"type": "buttons", "body": "Which?", "header_media": header, "buttons": buttons});
        ids.keyed(
            "messages",
            json!({"conversation_id": ids.at("body.conversation_id"), "content": content}),
        )
    }),
    probe("send_message", &["body.content.message_id"], |ids| {
        let content =
            json!({"type": "reaction", "message_id": ids.at("body.content.message_id"), "emoji": "👍"});
        ids.keyed(
            "messages",
            json!({"conversation_id": ids.at("body.conversation_id"), "content": content}),
        )
    }),
    probe(
        "send_message",
        &[
            "body.phone_number_id",
            "body.content.template_id",
            "body.content.parameters.*",
        ],
        |ids| {
            let parameters = json!({"header.media": ids.at("body.content.parameters.*"), "body.1": "Ada"});
            let content = json!({"type": "template", "template_id": ids.at("body.content.template_id"), "parameters": parameters});
            let to = json!({"by": "phone", "value": "15550100900"});
            ids.keyed(
                "messages",
                json!({"phone_number_id": ids.at("body.phone_number_id"), "to": to, "content": content}),
            )
        },
    ),
    probe("get_message", &["path.message_id"], |ids| {
        get(ids.path("messages/{message_id}"))
    }),
    probe("send_again", &["path.message_id"], |ids| {
        ids.keyed(
            "messages/{message_id}/send-again",
            json!({"accept_possible_double": true}),
        )
    }),
    probe("cancel_message", &["path.message_id"], |ids| {
        post(
            ids.path(&format!("messages/{}/cancel", ids.queued())),
            Payload::Nothing,
        )
    }),
    probe("upload_media", &["form.phone_number_id"], |ids| {
        let number = Some(ids.at("form.phone_number_id"));
        post(
            ids.path("media"),
            Payload::Upload {
                number,
                filename: "a.png".to_owned(),
                bytes: PNG.to_vec(),
            },
        )
    }),
    probe("get_media", &["path.media_id"], |ids| {
        get(ids.path("media/{media_id}"))
    }),
    probe("list_contacts", &[], |ids| get(ids.path("contacts"))),
    probe("get_contact", &["path.contact_id"], |ids| {
        get(ids.path("contacts/{contact_id}"))
    }),
    probe("update_contact", &["path.contact_id"], |ids| Call {
        method: Method::PATCH,
        ..post(
            ids.path("contacts/{contact_id}"),
            Payload::Json(json!({"given_name": "Ada L", "attributes": {"city": "London"}})),
        )
    }),
    probe("list_consents", &["path.contact_id"], |ids| {
        get(ids.path("contacts/{contact_id}/consents"))
    }),
    probe("record_consent", &["path.contact_id"], |ids| {
        ids.keyed(
            "contacts/{contact_id}/consents",
            json!({"topic": "marketing", "state": "granted", "proof": "form at the fair"}),
        )
    }),
    probe("list_templates", &["query.phone_number_id"], |ids| {
        get(format!(
            "{}?phone_number_id={}",
            ids.path("templates"),
            ids.at("query.phone_number_id")
        ))
    }),
    probe("get_template", &["path.template_id"], |ids| {
        get(ids.path("templates/{template_id}"))
    }),
    probe(
        "preview_template",
        &["path.template_id", "body.parameters.*"],
        |ids| {
            let parameters = json!({"header.media": ids.at("body.parameters.*"), "body.1": "Ada"});
            post(
                ids.path("templates/{template_id}/preview"),
                Payload::Json(json!({"parameters": parameters})),
            )
        },
    ),
    probe("create_template", &["path.waba_id", "body.samples.*"], |ids| {
        let components =
            json!([{"type": "header_media", "kind": "image"}, {"type": "body", "text": "Hello."}]);
        let body = json!({
            "name": "fresh", "language": "en", "category": "UTILITY", "components": components,
            "samples": {"header.media": ids.at("body.samples.*")},
        });
        post(ids.path("wabas/{waba_id}/templates"), Payload::Json(body))
    }),
    // A template of its own: the others stand on theirs.
    probe("delete_template", &["path.template_id"], |ids| {
        let id = match ids.exchanged {
            Some(("path.template_id", other)) => other,
            _ => ids.own.id("spare"),
        };
        Call {
            method: Method::DELETE,
            ..get(format!("{}/{id}", ids.path("templates")))
        }
    }),
    probe("list_wabas", &[], |ids| get(ids.path("wabas"))),
    probe("list_numbers", &[], |ids| get(ids.path("numbers"))),
    probe("get_number", &["path.phone_number_id"], |ids| {
        get(ids.path("numbers/{phone_number_id}"))
    }),
    probe("get_lane", &["path.phone_number_id"], |ids| {
        get(ids.path("numbers/{phone_number_id}/lane"))
    }),
    probe("check_number", &["path.phone_number_id"], |ids| {
        post(ids.path("numbers/{phone_number_id}/check"), Payload::Nothing)
    }),
    probe("diagnose_number", &["path.phone_number_id"], |ids| {
        get(ids.path("numbers/{phone_number_id}/diagnosis"))
    }),
    probe("resume_number", &["path.phone_number_id"], |ids| {
        post(ids.path("numbers/{phone_number_id}/resume"), Payload::Nothing)
    }),
    probe("list_meta_apps", &[], |ids| get(ids.path("meta-apps"))),
    probe("create_connection", &["body.meta_app_id"], |ids| {
        post(
            ids.path("connections"),
            Payload::Json(connection(&ids.at("body.meta_app_id"), ids.own)),
        )
    }),
    probe("get_connection", &["path.connection_id"], |ids| {
        get(ids.path("connections/{connection_id}"))
    }),
    probe("resume_connection", &["path.connection_id"], |ids| {
        post(
            ids.path("connections/{connection_id}/resume"),
            Payload::Json(json!({"access_token": "a-new-token"})),
        )
    }),
    probe("request_code", &["path.connection_id"], |ids| {
        post(
            ids.path("connections/{connection_id}/request-code"),
            Payload::Json(json!({"method": "sms", "language": "en_US"})),
        )
    }),
    probe("verify_code", &["path.connection_id"], |ids| {
        post(
            ids.path("connections/{connection_id}/verify-code"),
            Payload::Json(json!({"code": "123-456"})),
        )
    }),
    probe("list_members", &[], |ids| get(ids.path("members"))),
    probe("change_member", &["path.user_id", "body.role_id"], |ids| {
        call(
            Method::PATCH,
            ids.path("members/{user_id}"),
            json!({"role_id": ids.at("body.role_id")}),
        )
    }),
    probe("remove_member", &["path.user_id"], |ids| Call {
        method: Method::DELETE,
        ..get(ids.path("members/{user_id}"))
    }),
    probe("list_member_sessions", &["path.user_id"], |ids| {
        get(ids.path("members/{user_id}/sessions"))
    }),
    probe("sign_member_out", &["path.user_id"], |ids| Call {
        method: Method::DELETE,
        ..get(ids.path("members/{user_id}/sessions"))
    }),
    probe("list_invitations", &[], |ids| get(ids.path("invitations"))),
    probe("create_invitation", &["body.role_id"], |ids| {
        call(
            Method::POST,
            ids.path("invitations"),
            json!({"email": format!("p{}@new.test", ids.nonce), "role_id": ids.at("body.role_id")}),
        )
    }),
    probe("resend_invitation", &["path.invitation_id"], |ids| {
        post(ids.path("invitations/{invitation_id}/resend"), Payload::Nothing)
    }),
    probe("withdraw_invitation", &["path.invitation_id"], |ids| Call {
        method: Method::DELETE,
        ..get(ids.path("invitations/{invitation_id}"))
    }),
    probe("list_roles", &[], |ids| get(ids.path("roles"))),
    probe("create_role", &[], |ids| {
        call(
            Method::POST,
            ids.path("roles"),
            json!({"name": format!("Role {}", ids.nonce), "permissions": ["roles:manage"]}),
        )
    }),
    probe("change_role", &["path.role_id"], |ids| {
        call(
            Method::PUT,
            ids.path("roles/{role_id}"),
            json!({"name": "spare", "permissions": []}),
        )
    }),
    probe("delete_role", &["path.role_id"], |ids| Call {
        method: Method::DELETE,
        ..get(ids.path("roles/{role_id}"))
    }),
    probe("get_settings", &[], |ids| get(ids.path("settings"))),
    probe("change_settings", &[], |ids| {
        call(
            Method::PATCH,
            ids.path("settings"),
            json!({"time_zone": "Europe/Berlin"}),
        )
    }),
    probe("list_audit_entries", &[], |ids| get(ids.path("audit"))),
    probe("export_audit", &[], |ids| get(ids.path("audit.csv"))),
    probe("list_api_keys", &[], |ids| get(ids.path("api-keys"))),
    probe("create_api_key", &[], |ids| {
        post(
            ids.path("api-keys"),
            Payload::Json(json!({"name": "Shop", "scopes": ["api_keys:manage"]})),
        )
    }),
    probe("revoke_api_key", &["path.api_key_id"], |ids| Call {
        method: Method::DELETE,
        ..get(ids.path("api-keys/{api_key_id}"))
    }),
    probe("stream_events", &[], |ids| get(ids.path("events"))),
    // Last: it would take what the others stand on.
    probe("sync_templates", &["path.waba_id"], |ids| {
        post(ids.path("wabas/{waba_id}/templates/sync"), Payload::Nothing)
    }),
];

/// A number of the caller's that nobody has connected.
fn connection(meta_app_id: &str, own: &Side) -> Value {
    let digit = own.slug.len() + usize::from(own.slug.as_bytes()[0]);
    json!({
        "meta_app_id": meta_app_id, "provider_waba_id": format!("100{digit}"), "provider_number_id": format!("200{digit}"),
        "access_token": "a-token-of-the-tenant",
    })
}
