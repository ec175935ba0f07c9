//! Who may call what, as a file that is reviewed like code: found by calling every operation as every built-in role and
//! with a key of every single scope. `UPDATE_GOLDEN=1` writes the file anew.

use std::{fmt::Write, path::Path};

use domain::permission::{BuiltinRole, Permission};
use strum::IntoEnumIterator;

use crate::{
    document::operations,
    probes::{Ids, PROBES, Probe},
    provider::template,
    stage::{Credential, Side, Stage},
};

const HEAD: &str = "\
# Operation x built-in role of the tenant surface, found by calling each operation as each role.
# Signing in and out, joining, and one's own account know no tenant and so no role. `needs`: every single API-key scope that opens the operation.
# Compared by the tests of parlance-api; write it anew with:
#   PARLANCE_TEST_PG=<url of a PostgreSQL superuser> UPDATE_GOLDEN=1 cargo nextest run -p parlance-api permissions
";

async fn allowed(stage: &Stage, side: &Side, probe: &Probe, credential: &Credential) -> bool {
    let call = (probe.call)(&Ids {
        own: side,
        exchanged: None,
        nonce: stage.fresh(),
    });
    stage.restore(side).await;
    let answer = stage.call(&call, credential).await;
    let refused = answer.problem() == (403, "forbidden".to_owned());
    assert!(
        refused || answer.status.is_success(),
        "{}: {}",
        probe.operation,
        answer.json()
    );
    !refused
}

async fn table(stage: &Stage, side: &Side) -> String {
    let mut roles = Vec::new();
    for role in BuiltinRole::iter() {
        let permissions: Vec<&str> = role.permissions().into_iter().map(Into::into).collect();
        roles.push((
            role.to_string(),
            stage.member(&side.tenant, &role.to_string(), &permissions).await,
        ));
    }
    let mut keys = Vec::new();
    for permission in Permission::iter() {
        let name: &str = permission.into();
        keys.push((name, stage.key(&side.tenant, &[name]).await));
    }
    let names: Vec<_> = roles.iter().map(|(name, _)| format!("{name:<10}")).collect();
    let mut table = format!("{HEAD}\n{:<20} {} needs\n", "operation", names.join(" "));
    for operation in operations(&parlance_api::tenant::openapi()).keys() {
        let probes: Vec<_> = PROBES
            .iter()
            .filter(|probe| probe.operation == operation)
            .collect();
        // Signing in, joining and one's own account know no tenant and so no role.
        let Some(probe) = probes.first() else { continue };
        let mut cells = Vec::new();
        for (name, session) in &roles {
            let may = allowed(stage, side, probe, session).await;
            for other in &probes {
                assert_eq!(
                    allowed(stage, side, other, session).await,
                    may,
                    "{operation} as {name} depends on its body"
                );
            }
            cells.push(format!("{:<10}", if may { "yes" } else { "-" }));
        }
        let mut needs = Vec::new();
        for (scope, key) in &keys {
            if allowed(stage, side, probe, key).await {
                needs.push(*scope);
            }
        }
        writeln!(table, "{operation:<20} {} {}", cells.join(" "), needs.join(" | ")).unwrap();
    }
    table
}

#[tokio::test]
async fn the_golden_file_says_who_may_do_what() {
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    // A sync finds the template that the other probes use.
    let mut photo = template("photo");
    photo.components = serde_json::from_value(serde_json::json!([
        {"type": "header_media", "kind": "image"},
        {"type": "body", "text": "Hello {{1}}", "examples": {}},
    ]))
    .unwrap();
    stage.provider.set_templates(vec![photo]);
    let found = table(&stage, &side).await;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/permissions.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &found).unwrap();
    }
    let committed = std::fs::read_to_string(&path).expect("write the golden file with UPDATE_GOLDEN=1");
    assert_eq!(
        committed, found,
        "permissions changed: if they should, write the golden file anew with UPDATE_GOLDEN=1 and review it"
    );
}
