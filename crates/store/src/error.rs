//! Store errors, and the one place where a named constraint becomes a field error.

use domain::{Error as DomainError, ErrorKind};

/// What the database answered.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A named constraint refused the row (23505, 23503, 23514); under RLS there is no detail, the name is all.
    #[error("constraint {0} refused the row")]
    Constraint(String),
    /// A row that must exist does not, or is out of reach of this scope.
    #[error("no such row")]
    NotFound,
    /// A lease or epoch was lost to another owner; stop and take it again.
    #[error("the lease belongs to another owner")]
    LeaseLost,
    /// A stored value is not what the code can read.
    #[error("inconsistent row: {table}.{column}")]
    Inconsistent {
        /// Its table.
        table: &'static str,
        /// Its column.
        column: &'static str,
    },
    /// Sealing or opening failed.
    #[error("sealing: {0}")]
    Sealing(&'static str),
    /// The key provider failed.
    #[error(transparent)]
    Domain(#[from] DomainError),
    /// The database or the connection failed.
    #[error(transparent)]
    Database(sqlx::Error),
    /// A migration failed.
    #[error(transparent)]
    Migrate(#[from] sqlx::migrate::MigrateError),
}

/// Shorthand for a store result.
pub type Result<T> = std::result::Result<T, Error>;

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::RowNotFound => Self::NotFound,
            sqlx::Error::Database(cause) => match cause.constraint() {
                Some(name) => Self::Constraint(name.to_owned()),
                None => Self::Database(error),
            },
            _ => Self::Database(error),
        }
    }
}

impl Error {
    /// True when the same call may succeed in a moment: connection lost, server restarting, pool exhausted, a lock or a
    /// statement that took too long, no room (classes 08, 53, 57P; 25P03, 40001, 40P01, 55P03, 57014).
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Database(sqlx::Error::Database(cause)) => cause.code().is_some_and(|code| {
                ["08", "53", "57P"].iter().any(|class| code.starts_with(class))
                    || ["25P03", "40001", "40P01", "55P03", "57014"].contains(&&*code)
            }),
            Self::Database(
                sqlx::Error::Io(_)
                | sqlx::Error::PoolTimedOut
                | sqlx::Error::Protocol(_)
                | sqlx::Error::WorkerCrashed
                | sqlx::Error::BeginFailed,
            ) => true,
            _ => false,
        }
    }
}

/// Field and sentence for each constraint that a caller can hit.
fn constraint_fault(name: &str) -> Option<DomainError> {
    let conflict = |field: &str, message: &str| {
        let mut error = DomainError::new(ErrorKind::Conflict, "conflict", message);
        error.fields.push(domain::FieldError {
            field: field.into(),
            message: message.into(),
        });
        error
    };
    Some(match name {
        "tenants_slug_key" => conflict(
            "slug",
            "A tenant with this address exists already. Choose another.",
        ),
        "tenants_slug_form" => DomainError::invalid(
            "slug",
            "2 to 40 characters: lower-case letters, digits and single hyphens between them.",
        ),
        "tenants_name_form" => DomainError::invalid("name", "1 to 120 characters."),
        "users_email_key" => conflict(
            "email",
            "This person has a sign-in by now. Sign in, then open the invitation again.",
        ),
        "invitations_email_key" => conflict(
            "email",
            "This person is invited already. Send the invitation again, or withdraw it.",
        ),
        "roles_name_key" => conflict("name", "A role with this name exists already."),
        "memberships_tenant_id_role_id_fkey" => {
            conflict("role_id", "Members have this role. Give them another one first.")
        }
        "invitations_tenant_id_role_id_fkey" => {
            conflict("role_id", "An invitation gives this role. Withdraw it first.")
        }
        "platform_users_email_key" => conflict("email", "This person has a platform sign-in already."),
        "graph_environments_name_key" => {
            conflict("name", "A Graph environment with this name exists already.")
        }
        "graph_environments_base_url_key" => conflict(
            "base_url",
            "A Graph environment with this base URL exists already.",
        ),
        "graph_environments_version" => {
            DomainError::invalid("graph_version", "A version prefix such as v26.0.")
        }
        "meta_apps_app_id_key" => conflict("app_id", "This app is set up already in this Graph environment."),
        "waba_routes_pkey" | "waba_routes_waba_key" => conflict(
            "provider_waba_id",
            "This WhatsApp Business Account is connected already. Ask the platform admin of this installation about it.",
        ),
        "number_routes_pkey" | "number_routes_number_key" => conflict(
            "provider_number_id",
            "This number is connected already. Ask the platform admin of this installation about it.",
        ),
        _ => return None,
    })
}

impl From<Error> for DomainError {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound => Self::not_found(),
            Error::Domain(error) => error,
            Error::Constraint(name) => {
                constraint_fault(&name).unwrap_or_else(|| Self::internal(Error::Constraint(name)))
            }
            Error::Database(sqlx::Error::Database(ref cause))
                if matches!(cause.code().as_deref(), Some("22021" | "22P05")) =>
            {
                Self::invalid("text", "Remove the NUL character.").with_source(error)
            }
            error if error.is_transient() => Self::new(
                ErrorKind::Unavailable,
                "unavailable",
                "The database is not answering. Nothing was changed; try again in a few seconds.",
            )
            .retry_after(2)
            .with_source(error),
            error => Self::internal(error),
        }
    }
}
