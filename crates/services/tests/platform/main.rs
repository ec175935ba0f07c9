//! The platform side over a database of its own, as the platform role.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod apps;
mod sign_in;
mod tenants;

use std::{net::IpAddr, sync::Arc};

use domain::{Clock, clock::ManualClock};
use parlance_services::platform::{
    NewPlatformUser, PlatformActor, PlatformScope, PlatformServices, SignedIn,
};
use secrecy::SecretString;
use testkit::TestDb;

const CLI: PlatformActor = PlatformActor::CLI;
const EMAIL: &str = "root@platform.test";
const PASSWORD: &str = "correct horse battery";

struct Scene {
    db: TestDb,
    real_clock: Arc<ManualClock>,
    services: PlatformServices,
}

async fn scene() -> Scene {
    let db = TestDb::new().await;
    let real_clock = Arc::new(ManualClock::new(db.clock.now()));
    let services = PlatformServices {
        db: db.platform.clone(),
        vault: db.vault.clone(),
        clock: Arc::clone(&db.clock) as Arc<dyn Clock>,
        real_clock: Arc::clone(&real_clock) as Arc<dyn Clock>,
        ids: db.ids.clone(),
        webhooks_url: "http://hooks.test/".to_owned(),
    };
    Scene {
        db,
        real_clock,
        services,
    }
}

impl Scene {
    async fn admin(&self) -> PlatformScope {
        let new = NewPlatformUser {
            email: EMAIL.into(),
            name: "Root".into(),
            password: Some(PASSWORD.into()),
        };
        self.services.create_platform_user(CLI, new).await.unwrap();
        let signed_in = self.sign_in(PASSWORD, None).await.unwrap();
        self.services.authenticate(&signed_in.token).await.unwrap()
    }

    async fn sign_in(&self, password: &str, address: Option<IpAddr>) -> domain::Result<SignedIn> {
        self.services
            .sign_in(EMAIL, &SecretString::from(password), address)
            .await
    }
}

fn fields(error: &domain::Error) -> Vec<&str> {
    error.fields.iter().map(|field| field.field.as_str()).collect()
}
