use domain::ports::FaultClass::*;
use egress::{HeaderMap, StatusCode};

use super::*;

/// Every Graph error code that the platform documents for sends, tokens, limits, registration and templates.
const GOLDEN: &str = include_str!("golden.txt");

struct Row<'a> {
    code: i64,
    class: &'a str,
    acts: &'a str,
    send: &'a str,
}

fn rows() -> Vec<Row<'static>> {
    let lines = GOLDEN
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let words: Vec<_> = line.split_whitespace().collect();
            let code = words[0].parse().unwrap();
            Row {
                code,
                class: words[1],
                acts: words[2],
                send: words[3],
            }
        })
        .collect()
}

fn answered(status: u16, headers: &[(&'static str, &str)], body: &str) -> Answered {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.insert(*name, value.parse().unwrap());
    }
    let status = StatusCode::from_u16(status).unwrap();
    from_answer(&Response {
        status,
        headers: map,
        body: body.to_owned().into(),
    })
}

fn error(code: i64) -> String {
    format!(r#"{{"error":{{"message":"words","type":"OAuthException","code":{code},"fbtrace_id":"T1"}}}}"#)
}

/// One table for what a call answers and for what a status webhook tells later.
#[test]
fn every_documented_code_has_its_class_and_who_acts() {
    assert!(rows().len() > 100);
    for row in rows() {
        let class = class_of(row.code).unwrap();
        assert_eq!(class.to_string(), row.class, "{}", row.code);
        assert_eq!(<&str>::from(class.acts()), row.acts, "{}", row.code);
        let now = answered(400, &[], &error(row.code)).fault;
        assert_eq!(now.class, class, "{}", row.code);
        let later = serde_json::json!({"code": row.code, "title": "words"});
        let (code, _) = code_and_words(&later).unwrap();
        assert_eq!(class_of(code), Some(class), "{}", row.code);
    }
    assert_eq!(class_of(999_999), None);
}

#[test]
fn only_documented_refusals_may_be_sent_again_and_only_vague_codes_leave_doubt() {
    for status in [400, 403, 429, 500, 503] {
        for row in rows() {
            let answered = answered(status, &[("retry-after", "7")], &error(row.code)).for_send();
            let again = answered.fault.class.machine_may_retry();
            assert_eq!(again, row.send == "again", "{}", row.code);
            assert_eq!(answered.doubt, row.send == "doubt", "{}", row.code);
            assert_eq!(
                answered.fault.retry_after,
                again.then(|| Duration::from_secs(7)),
                "{}",
                row.code
            );
            let kept = answered.fault.class.to_string() == row.class || row.class == "rate_limited";
            assert!(kept, "{}", row.code);
        }
    }
}

#[test]
fn unknown_codes_and_bodies_are_sorted_by_what_they_leave_open() {
    let unknown = answered(400, &[], &error(999_999));
    assert_eq!((unknown.fault.class, unknown.doubt), (Other, false));
    for (status, body) in [
        (500, error(999_999)),
        (400, r#"{"error":{"code":999999,"is_transient":true}}"#.to_owned()),
        (502, "<html>Bad gateway</html>".to_owned()),
        (400, "{}".to_owned()),
        (400, r#"{"error":"text"}"#.to_owned()),
        (404, String::new()),
        (200, "{}".to_owned()),
    ] {
        let answered = answered(status, &[], &body);
        assert_eq!(
            (answered.fault.class, answered.doubt),
            (ProviderDown, true),
            "{body}"
        );
    }
}

#[test]
fn code_and_sub_code_are_both_read() {
    let class = |body: &str| answered(400, &[], body).fault.class;
    assert_eq!(class(r#"{"error":{"code":100,"error_subcode":33}}"#), Permission);
    assert_eq!(
        class(r#"{"error":{"code":100,"error_subcode":2388019}}"#),
        Permission
    );
    assert_eq!(class(r#"{"error":{"code":100,"error_subcode":5}}"#), Invalid);
    assert_eq!(class(r#"{"error":{"code":"190","error_subcode":463}}"#), Token);
    let whole = answered(
        400,
        &[],
        r#"{"error":{"message":"(#131047) Re-engagement message","code":131047,"error_subcode":2494055,
            "error_data":{"details":"Message to +15550109999 failed\u0000"},"fbtrace_id":"AbC"}}"#,
    );
    let fault = whole.fault;
    assert_eq!(
        fault.message,
        "(#131047) Re-engagement message: Message to +… failed"
    );
    assert_eq!(
        (fault.code, fault.subcode, fault.trace_id.as_deref()),
        (Some(131_047), Some(2_494_055), Some("AbC"))
    );
}

#[test]
fn the_longer_wait_is_kept() {
    let usage =
        r#"{"201900000000001":[{"type":"whatsapp","call_count":100,"estimated_time_to_regain_access":3}]}"#;
    let wait = |headers: &[(&'static str, &str)]| answered(400, headers, &error(80_007)).fault.retry_after;
    assert_eq!(
        wait(&[("retry-after", "20"), ("x-business-use-case-usage", usage)]),
        Some(Duration::from_secs(180))
    );
    assert_eq!(
        wait(&[("retry-after", "200"), ("x-business-use-case-usage", usage)]),
        Some(Duration::from_secs(200))
    );
    assert_eq!(
        wait(&[
            ("retry-after", "Wed, 21 Oct 2026 07:28:00 GMT"),
            ("x-business-use-case-usage", "x")
        ]),
        None
    );
    assert_eq!(wait(&[]), None);
}
