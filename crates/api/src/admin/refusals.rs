//! Refusals as the OpenAPI document tells them, once for every operation.

use std::collections::BTreeMap;

use utoipa::{
    IntoResponses,
    openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder},
};

macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident = $status:literal, $description:literal;)+) => {$(
        $(#[$doc])*
        pub struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                problem($status, $description)
            }
        }
    )+};
}

refusals! {
    /// A field can't be used.
    Faulty = "400", "A field can't be used; `fields` names each one.";
    /// Wrong address or password.
    BadCredentials = "401", "Wrong address or password.";
    /// No usable session.
    SignedOut = "401", "Not signed in to the admin portal, or no longer.";
    /// Not from the portal's own pages.
    WrongOrigin = "403", "The request did not come from the portal's own origin.";
    /// No such thing.
    Missing = "404", "There is no such thing.";
    /// A unique value is taken.
    Taken = "409", "A unique value is taken; `fields` names it.";
    /// Too many failures.
    Throttled = "429", "Too many failed sign-ins; `retry_after_secs` tells when to try again.";
    /// The database does not answer.
    Down = "503", "The database is not answering; nothing was changed.";
}

fn problem(status: &str, description: &str) -> BTreeMap<String, RefOr<Response>> {
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Problem")))
        .build();
    let response = ResponseBuilder::new()
        .description(description)
        .content("application/problem+json", content);
    BTreeMap::from([(status.to_owned(), response.build().into())])
}
