use domain::ErrorKind;
use parlance_services::{
    PageRequest,
    platform::{GraphEnvironmentKind, NewGraphEnvironment, NewMetaApp},
};
use secrecy::{ExposeSecret, SecretString};

use crate::{CLI, fields, scene};

fn new(name: &str, kind: GraphEnvironmentKind, base_url: &str) -> NewGraphEnvironment {
    NewGraphEnvironment {
        name: name.into(),
        kind,
        base_url: base_url.into(),
        graph_version: "v26.0".into(),
    }
}

#[tokio::test]
async fn a_graph_environment_is_https_unless_it_is_ours_and_unique() {
    let scene = scene().await;
    let admin = scene.admin().await;
    let plain = new("Meta", GraphEnvironmentKind::Meta, "http://graph.facebook.com");
    assert_eq!(
        fields(
            &scene
                .services
                .create_graph_environment(CLI, plain)
                .await
                .unwrap_err()
        ),
        ["base_url"]
    );
    let sandbox = new("Sandbox", GraphEnvironmentKind::Sandbox, "http://127.0.0.1:7423/");
    let environment = scene
        .services
        .create_graph_environment(admin.actor(), sandbox.clone())
        .await
        .unwrap();
    assert_eq!(environment.base_url, "http://127.0.0.1:7423");
    let twice = scene
        .services
        .create_graph_environment(CLI, sandbox)
        .await
        .unwrap_err();
    assert_eq!((twice.kind, fields(&twice)), (ErrorKind::Conflict, vec!["name"]));
}

#[tokio::test]
async fn an_app_is_set_up_with_secrets_that_nobody_sees_again() {
    let scene = scene().await;
    let admin = scene.admin().await;
    let sandbox = new("Sandbox", GraphEnvironmentKind::Sandbox, "http://127.0.0.1:7423/");
    let environment = scene
        .services
        .create_graph_environment(CLI, sandbox)
        .await
        .unwrap();
    let secret = "0123456789abcdef0123456789abcdef";
    let app = NewMetaApp {
        graph_environment_id: environment.id,
        app_id: "700000000001".into(),
        name: "Sandbox app".into(),
        app_secret: secret.into(),
        verify_token: "verify-me".into(),
    };
    assert!(!format!("{app:?}").contains(secret));
    let made = scene
        .services
        .create_meta_app(admin.actor(), app.clone())
        .await
        .unwrap();
    assert_eq!(
        made.callback_url,
        format!("http://hooks.test/webhooks/{}", made.id)
    );
    let twice = scene
        .services
        .create_meta_app(CLI, app.clone())
        .await
        .unwrap_err();
    assert_eq!(fields(&twice), ["app_id"]);
    let nowhere = NewMetaApp {
        graph_environment_id: scene.db.ids.make(),
        ..app
    };
    assert_eq!(
        fields(&scene.services.create_meta_app(CLI, nowhere).await.unwrap_err()),
        ["graph_environment_id"]
    );

    let next: SecretString = "fedcba9876543210fedcba9876543210".into();
    let both = scene
        .services
        .add_meta_app_secret(admin.actor(), made.id, &next)
        .await
        .unwrap();
    let hints: Vec<&str> = both.secrets.iter().map(|secret| secret.hint.as_str()).collect();
    assert_eq!(hints, ["cdef", "3210"]);
    let listed = scene
        .services
        .meta_apps(&admin, &PageRequest::default())
        .await
        .unwrap();
    let shown = format!("{:?}", listed.items);
    assert!(!shown.contains(secret) && !shown.contains(next.expose_secret()) && !shown.contains("verify-me"));
    assert_eq!(listed.items[0].secrets.len(), 2);
}
