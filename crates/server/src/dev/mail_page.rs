//! The page of `parlance dev` that shows the mail that would have been sent.

use std::{fmt::Write, sync::Arc};

use anyhow::Context;
use axum::{
    Json, Router,
    extract::State,
    response::{Html, IntoResponse},
    routing::get,
};
use backends::{MailOutbox, OutboxMail};
use domain::Clock;
use serde_json::json;
use time::{format_description::well_known::Rfc3339, macros::format_description};
use tokio::net::TcpListener;

use crate::{cli::DevPorts, mail::OutgoingMail, shutdown::Shutdown};

/// Sender that the page shows.
const FROM: &str = "Parlance <no-reply@parlance.localhost>";
const HEAD: &str = include_str!("mail_page/head.html");

/// Serves the page and returns the way that its mail comes.
pub async fn start(
    ports: &DevPorts,
    clock: Arc<dyn Clock>,
    shutdown: &Shutdown,
) -> anyhow::Result<OutgoingMail> {
    let address = ports.mail();
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}: choose other ports with --port-base"))?;
    let outbox = MailOutbox::new(clock);
    let router = Router::new()
        .route("/", get(page))
        .route("/mails.json", get(list))
        .with_state(outbox.clone());
    let soft = shutdown.soft();
    shutdown.spawn("mail page", async move {
        axum::serve(listener, router)
            .with_graceful_shutdown(soft.cancelled_owned())
            .await
    });
    Ok(OutgoingMail {
        mailer: Arc::new(outbox),
        from: FROM.to_owned(),
    })
}

async fn list(State(outbox): State<MailOutbox>) -> impl IntoResponse {
    let mails = outbox.mails().into_iter().map(|OutboxMail { mail, at }| {
        json!({
            "to": mail.to,
            "subject": mail.subject,
            "text": mail.text,
            "at": at.format(&Rfc3339).unwrap_or_default(),
        })
    });
    Json(mails.collect::<Vec<_>>())
}

async fn page(State(outbox): State<MailOutbox>) -> Html<String> {
    let mut html = HEAD.to_owned();
    let mails = outbox.mails();
    if mails.is_empty() {
        html.push_str(
            "<p>None yet. Invite somebody in the tenant app under Settings, or ask for a new password.</p>",
        );
    }
    for OutboxMail { mail, at } in mails {
        let at = at
            .format(format_description!(
                "[year]-[month]-[day] [hour]:[minute]:[second] UTC"
            ))
            .unwrap_or_default();
        // Writing into a string can't fail.
        let _ = write!(
            html,
            "<article><h2>{}</h2><p class=\"meta\">To {} · {at}</p><pre>{}</pre></article>",
            escaped(&mail.subject),
            escaped(&mail.to),
            linked(&mail.text)
        );
    }
    html.push_str("</main></body></html>");
    Html(html)
}

/// The text with every word that is an address of ours made a link.
fn linked(text: &str) -> String {
    let words = text.split_inclusive(char::is_whitespace).map(|piece| {
        let word = piece.trim_end();
        let rest = piece.get(word.len()..).unwrap_or_default();
        if word.starts_with("http://") || word.starts_with("https://") {
            let word = escaped(word);
            format!("<a href=\"{word}\">{word}</a>{rest}")
        } else {
            escaped(piece)
        }
    });
    words.collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::linked;

    #[test]
    fn a_link_can_be_opened_and_nothing_else_is_markup() {
        assert_eq!(
            linked("Hi <b>\n\nhttp://a.test/join#x\n"),
            "Hi &lt;b&gt;\n\n<a href=\"http://a.test/join#x\">http://a.test/join#x</a>\n"
        );
    }
}
