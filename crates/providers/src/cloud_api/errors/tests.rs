use domain::ports::FaultClass::{self, *};
use egress::{HeaderMap, StatusCode};

use super::*;

/// Every Graph error code that the platform documents for sends, tokens, limits, registration and templates.
const TABLE: [(FaultClass, &str); 13] = [
    (Token, "0 104 190"),
    (ProviderDown, "1 2 131000 131016 133004 139103"),
    (Permission, "3 10 200 210 299 131005 131063 134011 134102 134103 200005 200007 2388019"),
    (RateLimited, "4 17 341 613 80007 80008 130429 131208"),
    (PairRate, "131056"),
    (Maintenance, "131057"),
    (AccountBlocked, "368 131031"),
    (NumberBlocked, "33 131037 131045 131048 133000 133006 133010 133015"),
    (Payment, "131042 131044"),
    (Window, "131047"),
    (TemplateUnavailable, "131064 132001 132007 132015 132016 132068 132069 134101"),
    (Recipient, "130403 130472 130497 131026 131030 131049 131050 137000"),
    (
        Invalid,
        "100 131008 131009 131020 131021 131041 131051 131052 131053 131055 131059 131062 131201 131214 131215 132000 132005
         132008 132012 132018 132021 133005 133008 133009 133016 134100 135000 136024 136025 138000 138018 139000 139004
         139100 139102 147001 147005 1752041 2388001 2388012 2388023 2388039 2388040 2388047 2388072 2388073 2388091
         2388093 2388103 2494100 2494164 2494179 2593079 2593085 2593107 2593108 2593109",
    ),
];

fn rows() -> impl Iterator<Item = (FaultClass, i64)> {
    TABLE.iter().flat_map(|(class, codes)| {
        codes
            .split_whitespace()
            .map(|code| (*class, code.parse().unwrap()))
    })
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

#[test]
fn every_documented_code_has_its_class() {
    for (class, code) in rows() {
        assert_eq!(class_of(code), Some(class), "{code}");
    }
    assert_eq!(class_of(999_999), None);
}

#[test]
fn only_documented_refusals_may_be_sent_again_and_only_vague_codes_leave_doubt() {
    for status in [400, 403, 429, 500, 503] {
        for (class, code) in rows() {
            let answered = answered(status, &[("retry-after", "7")], &error(code)).for_send();
            let again = answered.fault.class.machine_may_retry();
            assert_eq!(
                again,
                [4, 80_007, 130_429, 131_056, 131_057].contains(&code),
                "{code}"
            );
            assert_eq!(answered.doubt, [1, 2, 131_000, 131_016].contains(&code), "{code}");
            assert_eq!(
                answered.fault.retry_after,
                again.then(|| Duration::from_secs(7)),
                "{code}"
            );
            assert!(answered.fault.class == class || class == RateLimited, "{code}");
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
