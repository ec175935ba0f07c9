use domain::Result;
use secrecy::SecretString;
use serde_json::json;
use store::platform as rows;

use super::{
    Change, PlatformActor, PlatformServices,
    fields::{self, Faults},
    sign_in::PlatformUser,
};
use crate::accounts::password;

/// Shortest password that somebody may choose.
pub const PASSWORD_CHARS_MIN: usize = 12;

/// A platform admin to make.
#[derive(Debug, Clone)]
pub struct NewPlatformUser {
    /// Address to sign in with.
    pub email: String,
    /// Name.
    pub name: String,
    /// Their password; `None` draws one.
    pub password: Option<SecretString>,
}

/// A platform admin that was made.
#[derive(Debug)]
pub struct PlatformUserCreated {
    /// Who it is.
    pub user: PlatformUser,
    /// The drawn password, shown once; `None` when one was given.
    pub password: Option<SecretString>,
}

impl PlatformServices {
    /// Makes a platform admin; an address that is taken is a conflict on `email`.
    pub async fn create_platform_user(
        &self,
        actor: PlatformActor,
        new: NewPlatformUser,
    ) -> Result<PlatformUserCreated> {
        let (email, name) = (new.email.trim(), new.name.trim());
        let mut faults = Faults::default();
        faults.email("email", email);
        faults.name("name", name);
        if let Some(password) = &new.password {
            faults.password("password", password);
        }
        faults.refuse()?;
        let drawn = new.password.is_none().then(|| password::generate(&self.ids));
        let password = new
            .password
            .as_ref()
            .or(drawn.as_ref())
            .ok_or_else(|| domain::Error::internal("no password"))?;
        let password_hash = password::hash(&self.ids, password).await?;
        let row = rows::NewPlatformUser {
            id: self.ids.make(),
            email_key: &fields::email_key(email),
            email,
            name,
            password_hash: &password_hash,
        };
        let mut tx = self.db.begin().await?;
        tx.insert_platform_user(&row, self.clock.now()).await?;
        let change = Change {
            action: "platform_user.create",
            tenant: None,
            target: row.id.to_string(),
            details: json!({}),
        };
        self.record(&mut tx, actor, change).await?;
        tx.commit().await?;
        let user = PlatformUser {
            id: row.id,
            email: email.to_owned(),
            name: name.to_owned(),
        };
        Ok(PlatformUserCreated {
            user,
            password: drawn,
        })
    }
}
