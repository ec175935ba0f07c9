//! What the order tests tell: few people and few things, so that they meet often.

use domain::MessageId;
use proptest::prelude::*;

use crate::adapter::{BodyFact, Who};

/// Digits of the number that management events name.
pub const DIGITS: &str = "15550100200";

/// What can be told, before it is known how.
#[derive(Debug, Clone)]
pub enum Told {
    Said {
        id: u8,
        at: i64,
        phone: Option<u8>,
        user: Option<u8>,
        username: Option<u8>,
        named: bool,
        photo: bool,
    },
    Moved {
        message: u8,
        at: i64,
        rank: i16,
        by_callback: bool,
        error: i64,
    },
    /// One of six messages that come in several copies; the even ones are the customer's.
    Copied {
        message: u8,
        source: i16,
    },
    /// A change to one of them.
    Revised {
        message: u8,
        at: i64,
        ours: bool,
        revoked: bool,
    },
    Changed {
        at: i64,
        phone: Option<u8>,
        user: u8,
        before: u8,
    },
    Wished {
        at: i64,
        user: u8,
        granted: bool,
    },
    Booked {
        at: i64,
        user: u8,
        named: bool,
    },
    Priced {
        message: u8,
        at: i64,
        rank: i16,
        free: bool,
    },
    /// A template's or a number's event.
    Managed {
        at: i64,
        subject: u8,
        aspect: u8,
        value: u8,
    },
}

pub fn told() -> impl Strategy<Value = Told> {
    let said = (
        any::<u8>(),
        0..40_i64,
        prop::option::weighted(0.7, 0..3_u8),
        prop::option::weighted(0.6, 0..3_u8),
    )
        .prop_flat_map(|(id, at, phone, user)| {
            let rest = (
                prop::option::weighted(0.3, 0..2_u8),
                any::<bool>(),
                prop::bool::weighted(0.2),
            );
            rest.prop_map(move |(username, named, photo)| Told::Said {
                id,
                at,
                phone,
                user,
                username,
                named,
                photo,
            })
        });
    let ranks = prop::sample::select(vec![30_i16, 40, 50, 60, 70, 80, 90]);
    let moved = (0..4_u8, 0..40_i64, ranks, any::<bool>(), 1..3_i64).prop_map(
        |(message, at, rank, by_callback, error)| Told::Moved {
            message,
            at,
            rank,
            by_callback,
            error,
        },
    );
    prop_oneof![6 => said, 3 => moved, 7 => beside()]
}

fn beside() -> impl Strategy<Value = Told> {
    let at = || 0..40_i64;
    prop_oneof![
        (0..6_u8, 0..3_i16).prop_map(|(message, source)| Told::Copied { message, source }),
        (0..6_u8, at(), any::<bool>(), any::<bool>()).prop_map(|(message, at, ours, revoked)| {
            Told::Revised {
                message,
                at,
                ours,
                revoked,
            }
        }),
        (at(), prop::option::of(0..3_u8), 0..4_u8, 0..4_u8).prop_map(|(at, phone, user, before)| {
            Told::Changed {
                at,
                phone,
                user,
                before,
            }
        }),
        (at(), 0..3_u8, any::<bool>()).prop_map(|(at, user, granted)| Told::Wished { at, user, granted }),
        (at(), 0..3_u8, any::<bool>()).prop_map(|(at, user, named)| Told::Booked { at, user, named }),
        (
            0..6_u8,
            at(),
            prop::sample::select(vec![50_i16, 70, 80]),
            any::<bool>()
        )
            .prop_map(|(message, at, rank, free)| Told::Priced {
                message,
                at,
                rank,
                free
            }),
        (at(), 0..3_u8, 0..6_u8, 0..3_u8).prop_map(|(at, subject, aspect, value)| Told::Managed {
            at,
            subject,
            aspect,
            value
        }),
    ]
}

/// Sender and receiver of the copies, by the message.
fn copy(message: u8, source: i16) -> BodyFact {
    let ours = message % 2 == 1;
    let source = if source == 0 && ours { 1 } else { source };
    BodyFact::Copy {
        id: format!("wamid.copy.{message}"),
        at: i64::from(message) * 6,
        who: Who {
            phone: Some(format!("1555{}", message % 3)),
            ..Who::default()
        },
        source: if source == 1 && !ours { 3 } else { source },
        ours,
        referred: message == 0,
        body: if message == 2 { "STOP" } else { "copy" }.to_owned(),
    }
}

fn user(n: u8) -> Who {
    Who {
        user: Some(format!("US.{n}")),
        ..Who::default()
    }
}

fn managed(index: usize, at: i64, subject: u8, aspect: u8, value: u8) -> BodyFact {
    let key = format!("event {index}");
    if subject < 2 {
        let effects = [
            ["APPROVED", "PAUSED", "REJECTED"],
            ["GREEN", "YELLOW", "RED"],
            ["UTILITY", "MARKETING", ""],
        ];
        let effect = effects[usize::from(aspect % 3)][usize::from(value)];
        return BodyFact::Template {
            key,
            at,
            name: format!("template {subject}"),
            aspect: aspect % 3,
            effect: Some(effect.to_owned()).filter(|effect| !effect.is_empty()),
        };
    }
    let effects = [
        ["GREEN", "RED", "UNKNOWN"],
        ["80", "1000", "20"],
        ["APPROVED", "REJECTED", "PENDING"],
        ["Acme", "Acme Two", ""],
        ["TIER_250", "TIER_2K", "TIER_UNLIMITED"],
        ["disabled", "resume", "app_uninstalled"],
    ];
    let effect = effects[usize::from(aspect)][usize::from(value)];
    BodyFact::Number {
        key,
        at,
        digits: (aspect < 4).then(|| DIGITS.to_owned()),
        aspect,
        effect: Some(effect.to_owned()).filter(|effect| !effect.is_empty()),
    }
}

impl Told {
    /// The fact; `ours` are the ids of four messages: two without a provider id, one with, one that is not ours.
    pub fn fact(&self, index: usize, ours: &[MessageId; 2]) -> BodyFact {
        match self {
            Self::Said {
                id,
                at,
                phone,
                user,
                username,
                named,
                photo,
            } => {
                let from = Who {
                    phone: phone.map(|n| format!("1555{n}")),
                    user: user.map(|n| format!("US.{n}")),
                    username: username.filter(|_| user.is_some()).map(|n| format!("name.{n}")),
                    name: named.then(|| format!("Name {id}")),
                };
                let id = format!("wamid.in.{index}.{id}");
                if *photo {
                    return BodyFact::Image {
                        media: format!("media {id}"),
                        id,
                        at: *at,
                        from,
                    };
                }
                BodyFact::Text {
                    body: format!("said {id}"),
                    id,
                    at: *at,
                    from,
                }
            }
            Self::Moved {
                message,
                at,
                rank,
                by_callback,
                error,
            } => {
                let callback = ours
                    .get(usize::from(*message))
                    .filter(|_| *by_callback || *message == 0)
                    .map(ToString::to_string);
                let error = (*rank == 60).then_some(*error);
                BodyFact::Status {
                    id: format!("wamid.out.{message}"),
                    at: *at,
                    rank: *rank,
                    callback,
                    error,
                }
            }
            Self::Copied { message, source } => copy(*message, *source),
            Self::Revised {
                message,
                at,
                ours,
                revoked,
            } => BodyFact::Revision {
                id: format!("wamid.change.{index}"),
                at: *at,
                target: format!("wamid.copy.{message}"),
                ours: *ours,
                body: (!revoked).then(|| format!("changed {index}")),
            },
            Self::Changed {
                at,
                phone,
                user: now,
                before,
            } => BodyFact::Changed {
                id: format!("wamid.in.{index}"),
                at: *at,
                from: Who {
                    phone: phone.map(|n| format!("1555{n}")),
                    ..user(*now)
                },
                before: user(*before),
            },
            Self::Wished { at, user: n, granted } => BodyFact::Wish {
                at: *at,
                from: user(*n),
                granted: *granted,
            },
            Self::Booked { at, user: n, named } => BodyFact::Book {
                at: *at,
                from: user(*n),
                name: named.then(|| format!("Book {index}")),
            },
            Self::Priced {
                message,
                at,
                rank,
                free,
            } => BodyFact::Priced {
                id: format!("wamid.copy.{message}"),
                at: *at,
                rank: *rank,
                free_until: free.then(|| *at + 1_000),
            },
            Self::Managed {
                at,
                subject,
                aspect,
                value,
            } => managed(index, *at, *subject, *aspect, *value),
        }
    }
}

/// A hundred and forty events about few people, so that they meet often.
pub fn long_story() -> Vec<Told> {
    let beside = |n: u8, at: i64| match n % 8 {
        0 | 1 => Told::Copied {
            message: n / 8 % 6,
            source: i16::from(n % 3),
        },
        2 => Told::Revised {
            message: n / 8 % 6,
            at,
            ours: n.is_multiple_of(3),
            revoked: n.is_multiple_of(5),
        },
        3 => Told::Changed {
            at,
            phone: Some(n % 3),
            user: 3,
            before: n % 3,
        },
        4 => Told::Wished {
            at,
            user: n % 3,
            granted: n.is_multiple_of(2),
        },
        5 => Told::Booked {
            at,
            user: n % 3,
            named: n.is_multiple_of(2),
        },
        6 => Told::Priced {
            message: n / 8 % 6,
            at,
            rank: 70,
            free: n.is_multiple_of(2),
        },
        _ => Told::Managed {
            at,
            subject: n % 3,
            aspect: n % 6,
            value: n / 3 % 3,
        },
    };
    (0..140_u8)
        .map(|n| {
            let at = i64::from(n) * 7 % 41;
            if n >= 90 {
                return beside(n, at);
            }
            if n % 3 == 0 {
                return Told::Moved {
                    message: n % 4,
                    at,
                    rank: [50, 60, 70, 80][usize::from(n / 3 % 4)],
                    by_callback: n % 2 == 0,
                    error: 1,
                };
            }
            let (phone, user) = (
                (n % 5 != 0).then_some(n / 2 % 3),
                (n % 4 != 0).then_some(n / 3 % 3),
            );
            Told::Said {
                id: n,
                at,
                phone,
                user,
                username: Some(n % 2),
                named: true,
                photo: n % 7 == 0,
            }
        })
        .collect()
}
