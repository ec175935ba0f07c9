/// Title and HTTP status of the codes that the sandbox answers with.
pub(super) fn known(code: i64) -> (&'static str, u16) {
    match code {
        131000.. => message(code),
        80000..=130999 => pace(code),
        _ => general(code),
    }
}

fn general(code: i64) -> (&'static str, u16) {
    match code {
        0 => ("AuthException", 401),
        1 => ("API Unknown", 400),
        2 => ("API Service", 503),
        3 => ("API Method", 500),
        4 => ("Application request limit reached", 400),
        10 => ("Application does not have permission for this action", 403),
        17 => ("User request limit reached", 400),
        33 => ("Parameter value is not valid", 400),
        100 => ("Invalid parameter", 400),
        190 => ("Invalid OAuth access token", 401),
        200..=299 => ("Permissions error", 403),
        341 => ("Application limit reached", 400),
        368 => ("Temporarily blocked for policies violations", 403),
        613 => ("Calls to this api have exceeded the rate limit.", 400),
        _ => ("Something went wrong", 400),
    }
}

fn pace(code: i64) -> (&'static str, u16) {
    match code {
        80007 => ("Rate limit issues", 400),
        80008 => (
            "There have been too many calls to this WhatsApp Business account.",
            400,
        ),
        130403 => ("User has been blocked by the business", 400),
        130429 => ("Rate limit hit", 429),
        130472 => ("User's number is part of an experiment", 400),
        130497 => (
            "Business account is restricted from messaging users in this country.",
            403,
        ),
        _ => ("Something went wrong", 400),
    }
}

fn message(code: i64) -> (&'static str, u16) {
    match code {
        131000 => ("Something went wrong", 500),
        131005 => ("Access denied", 403),
        131008 => ("Required parameter is missing", 400),
        131009 => ("Parameter value is not valid", 400),
        131016 => ("Service unavailable", 500),
        131021 => ("Recipient cannot be sender", 400),
        131026 => ("Message undeliverable", 400),
        131030 => ("Recipient phone number not in allowed list", 400),
        131031 => ("Account has been locked", 403),
        131037 => (
            "WhatsApp provided number needs display name approval before message can be sent.",
            400,
        ),
        131042 => ("Business eligibility payment issue", 400),
        131045 => ("Incorrect certificate", 500),
        131047 => ("Re-engagement message", 400),
        131048 => ("Spam rate limit hit", 400),
        131049 => (
            "This message was not delivered to maintain healthy ecosystem engagement",
            400,
        ),
        131050 => ("User has stopped marketing messages from the business", 400),
        131051 => ("Unsupported message type", 400),
        131052 => ("Media download error", 400),
        131053 => ("Media upload error", 400),
        131055 => ("Method not allowed", 400),
        131056 => ("(Business Account, Consumer Account) pair rate limit hit", 400),
        131057 => ("Account in maintenance mode", 500),
        131059 => ("Invalid paging cursor", 400),
        131062 => ("Business-scoped user id is not supported for this message", 400),
        131063 => ("Marketing templates are disabled on Cloud API", 400),
        131064 => ("Messaging limit due to template misclassification", 400),
        132000..=133999 => template(code),
        134011 => ("Payments terms of service have not been accepted", 400),
        134100 => ("Only marketing messages supported", 400),
        134101 => ("Template syncing in progress", 400),
        134102 => ("Template is unavailable for use", 500),
        135000 => ("Generic user error", 400),
        136024 => ("Request code error", 400),
        136025 => ("Verify code error", 400),
        137000 => ("Recipient identity key hash mismatch", 400),
        139100 => ("Failed to block some users", 400),
        139101 => ("Block list limit reached", 400),
        139102 => ("Block list concurrent update", 400),
        139103 => ("Block list internal error", 500),
        _ => ("Something went wrong", 400),
    }
}

fn template(code: i64) -> (&'static str, u16) {
    match code {
        132000 => (
            "Number of parameters does not match the expected number of params",
            400,
        ),
        132001 => ("Template name does not exist in the translation", 404),
        132005 => ("Translated text too long", 400),
        132007 => ("Template content policy violated", 400),
        132008 => ("Template parameter value is not valid", 400),
        132012 => (
            "Parameter format does not match format in the created template",
            400,
        ),
        132015 => ("Template is paused", 400),
        132016 => ("Template is disabled", 400),
        132018 => ("There is an issue with the parameters in your template", 400),
        132021 => ("Template name conflict", 400),
        132068 => ("Flow is in blocked state", 400),
        132069 => ("Flow is in throttled state", 400),
        133000 => ("Incomplete deregistration", 500),
        133004 => ("Server temporarily unavailable", 503),
        133005 => ("Two step verification PIN mismatch", 400),
        133006 => ("Phone number re-verification needed", 400),
        133008 => ("Too many two step verification PIN guesses", 400),
        133009 => ("Two step verification PIN guessed too fast", 400),
        133010 => ("Phone number not registered", 400),
        133015 => (
            "Please wait a few minutes before attempting to register this phone number",
            400,
        ),
        133016 => ("Account register deregister rate limit exceeded", 400),
        _ => ("Something went wrong", 400),
    }
}
