use domain::{Error, ErrorKind, FieldError, Result, TenantId, UserId, permission::BuiltinRole};
use secrecy::SecretString;
use serde_json::json;
use store::{
    PlatformTx,
    platform::{NewUser, UserUpsert},
};

use super::{
    Change, PlatformActor, PlatformServices,
    fields::{self, Faults},
};
use crate::accounts::password;

/// A member to add to a tenant.
#[derive(Debug, Clone)]
pub struct NewMember {
    /// Address to sign in with.
    pub email: String,
    /// Name.
    pub name: String,
    /// Their password; `None` draws one for somebody new.
    pub password: Option<SecretString>,
    /// Their role.
    pub role: BuiltinRole,
}

/// A member that was added.
#[derive(Debug)]
pub struct MemberAdded {
    /// The person.
    pub user_id: UserId,
    /// Their address.
    pub email: String,
    /// The drawn password, shown once; `None` when one was given or the person had a sign-in already.
    pub password: Option<SecretString>,
}

/// A person as typed and checked, with the password ready to be stored if they turn out to be new.
pub(super) struct Person {
    email: String,
    email_key: String,
    name: String,
    given: bool,
    secret: Option<(SecretString, String)>,
}

impl Person {
    /// Address as it was typed.
    pub(super) fn email(&self) -> &str {
        &self.email
    }
}

impl PlatformServices {
    /// Adds a member with a built-in role to a tenant; somebody who is one already is a conflict on `email`.
    pub async fn add_member(
        &self,
        actor: PlatformActor,
        tenant: TenantId,
        new: NewMember,
    ) -> Result<MemberAdded> {
        let role: &'static str = new.role.into();
        let mut faults = Faults::default();
        check_person(&mut faults, "", &new.email, &new.name, new.password.as_ref());
        faults.refuse()?;
        let person = self
            .person(&new.email, &new.name, new.password, "password")
            .await?;
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let role_id = tx
            .role_by_name(tenant, role)
            .await?
            .ok_or_else(Error::not_found)?;
        let (user_id, password) = self.store_person(&mut tx, &person, "password").await?;
        if !tx.insert_membership(tenant, user_id, role_id, now).await? {
            return Err(field_conflict(
                "email",
                "This person belongs to the tenant already.",
            ));
        }
        self.require_room_for(&mut tx, tenant, user_id).await?;
        let change = Change {
            action: "membership.create",
            tenant: Some(tenant),
            target: user_id.to_string(),
            details: json!({ "role": role }),
        };
        self.record(&mut tx, actor, change).await?;
        tx.commit().await?;
        Ok(MemberAdded {
            user_id,
            email: person.email,
            password,
        })
    }

    /// Hashes or draws a password, before any transaction begins; nothing for somebody who has a sign-in and has proven
    /// their address.
    pub(super) async fn person(
        &self,
        email: &str,
        name: &str,
        given: Option<SecretString>,
        password_field: &str,
    ) -> Result<Person> {
        let email_key = fields::email_key(email);
        let known = self.db.user_is_proven(&email_key).await?;
        if known && given.is_some() {
            return Err(password_of_known(password_field));
        }
        let is_given = given.is_some();
        let secret = if known {
            None
        } else {
            let secret = given.unwrap_or_else(|| password::generate(&self.ids));
            let hash = password::hash(&self.ids, &secret).await?;
            Some((secret, hash))
        };
        Ok(Person {
            email: email.trim().to_owned(),
            email_key,
            name: name.trim().to_owned(),
            given: is_given,
            secret,
        })
    }

    /// Stores a person or finds them; answers the one-time password only if it was drawn here and is now theirs.
    pub(super) async fn store_person(
        &self,
        tx: &mut PlatformTx,
        person: &Person,
        password_field: &str,
    ) -> Result<(UserId, Option<SecretString>)> {
        let row = NewUser {
            id: self.ids.make(),
            email_key: &person.email_key,
            email: &person.email,
            name: &person.name,
            // People are never deleted, so one that was known is found again.
            password_hash: person.secret.as_ref().map(|(_, hash)| hash.as_str()),
        };
        match (tx.upsert_user(&row, self.clock.now()).await?, &person.secret) {
            (UserUpsert::Known(_), _) if person.given => Err(password_of_known(password_field)),
            (UserUpsert::Created(id) | UserUpsert::Claimed(id), Some((secret, _))) if !person.given => {
                Ok((id, Some(secret.clone())))
            }
            (upsert, _) => Ok((upsert.user_id(), None)),
        }
    }
}

/// Notes the faults of a person under a prefix such as `owner.`.
pub(super) fn check_person(
    faults: &mut Faults,
    prefix: &str,
    email: &str,
    name: &str,
    password: Option<&SecretString>,
) {
    faults.email(&format!("{prefix}email"), email.trim());
    faults.name(&format!("{prefix}name"), name.trim());
    if let Some(password) = password {
        faults.password(&format!("{prefix}password"), password);
    }
}

fn password_of_known(field: &str) -> Error {
    field_conflict(
        field,
        "This person has a sign-in already and keeps their password. Leave the password out.",
    )
}

/// A conflict that names its field.
pub(crate) fn field_conflict(field: &str, message: &str) -> Error {
    let mut error = Error::new(ErrorKind::Conflict, "conflict", message);
    error.fields.push(FieldError {
        field: field.to_owned(),
        message: message.to_owned(),
    });
    error
}
