//! Against a server that says what each test tells it.

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpListener,
};

use super::*;

/// A server that takes the envelope and answers the end of the data with these words; `None` never answers at all.
async fn server(answer: Option<&'static str>) -> (u16, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let task = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).lines();
        let Some(answer) = answer else {
            while let Ok(Some(_)) = lines.next_line().await {}
            return String::new();
        };
        write.write_all(b"220 test\r\n").await.unwrap();
        let (mut text, mut data) = (String::new(), false);
        while let Ok(Some(line)) = lines.next_line().await {
            let reply = match (data, line.as_str()) {
                (true, ".") => {
                    data = false;
                    answer
                }
                (true, line) => {
                    text.push_str(line);
                    text.push('\n');
                    continue;
                }
                (false, "DATA") => {
                    data = true;
                    "354 go on"
                }
                (false, "QUIT") => break,
                (false, _) => "250 fine",
            };
            write.write_all(format!("{reply}\r\n").as_bytes()).await.unwrap();
        }
        text
    });
    (port, task)
}

fn mailer(port: u16) -> SmtpMailer {
    SmtpMailer::new(&SmtpSettings {
        host: "127.0.0.1".to_owned(),
        port,
        security: SmtpSecurity::None,
        credentials: None,
        from: "Parlance <no-reply@parlance.test>".to_owned(),
        timeout: Duration::from_millis(500),
    })
    .unwrap()
}

fn mail() -> Mail {
    Mail {
        to: "ana@example.com".to_owned(),
        subject: "Welcome \u{2764}".to_owned(),
        text: "Open https://app.test/join#pli_secret\n.\nBye\n".to_owned(),
    }
}

#[tokio::test]
async fn a_mail_arrives_whole() {
    let (port, task) = server(Some("250 taken")).await;
    mailer(port).send(&mail()).await.unwrap();
    let text = task.await.unwrap();
    for part in [
        "From: Parlance <no-reply@parlance.test>",
        "To: ana@example.com",
        "Open https://app.test/join#pli_secret",
        "Bye",
    ] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
}

#[tokio::test]
async fn each_fault_has_its_class() {
    for (answer, class) in [
        (Some("451 later"), MailFaultClass::Busy),
        (Some("550 never"), MailFaultClass::Refused),
        (Some("535 who are you"), MailFaultClass::Credentials),
        (None, MailFaultClass::Unreachable),
    ] {
        let (port, _task) = server(answer).await;
        let fault = mailer(port).send(&mail()).await.unwrap_err();
        assert_eq!(fault.class, class, "{fault}");
        assert!(!fault.message.contains("pli_secret"));
    }
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let fault = mailer(port).send(&mail()).await.unwrap_err();
    assert_eq!(fault.class, MailFaultClass::Unreachable);
    let nobody = Mail {
        to: "no address".to_owned(),
        ..mail()
    };
    let fault = mailer(port).send(&nobody).await.unwrap_err();
    assert_eq!(fault.class, MailFaultClass::Refused);
}
