use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf};

use super::*;

const OLD: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const NEW: &str = "Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA=";

fn keys(text: &str) -> MasterKeys {
    MasterKeys::from_base64(&SecretString::from(text)).unwrap()
}

fn data_key() -> DataKey {
    DataKey::new([7; 32])
}

fn folder(name: &str) -> PathBuf {
    let suffix = hex::encode(entropy::bytes::<6>().unwrap());
    let folder = std::env::temp_dir().join(format!("parlance-keys-{name}-{suffix}"));
    fs::create_dir_all(&folder).unwrap();
    folder
}

#[tokio::test]
async fn wrapped_keys_open_under_their_name_and_binding_only() {
    let keys = keys(OLD);
    let wrapped = keys.wrap(&data_key(), b"tenant-1").await.unwrap();
    assert_eq!(wrapped.len(), 12 + 32 + 16);
    assert_ne!(wrapped, keys.wrap(&data_key(), b"tenant-1").await.unwrap());
    let id = keys.master_key_id().to_owned();
    assert_eq!(*keys.unwrap(&id, &wrapped, b"tenant-1").await.unwrap(), [7; 32]);
    assert!(keys.unwrap(&id, &wrapped, b"tenant-2").await.is_err());
    assert!(keys.unwrap(&id, &wrapped[..40], b"tenant-1").await.is_err());
    assert!(keys.unwrap(&id, b"", b"tenant-1").await.is_err());
    for position in 0..wrapped.len() {
        let mut bent = wrapped.clone();
        bent[position] ^= 1;
        assert!(
            keys.unwrap(&id, &bent, b"tenant-1").await.is_err(),
            "byte {position}"
        );
    }
}

#[tokio::test]
async fn rotation_keeps_old_wraps_readable() {
    let before = keys(OLD);
    let wrapped = before.wrap(&data_key(), b"x").await.unwrap();
    let old_id = before.master_key_id().to_owned();
    let both = keys(&format!("{NEW}, {OLD}"));
    assert_ne!(both.master_key_id(), old_id);
    assert_eq!(*both.unwrap(&old_id, &wrapped, b"x").await.unwrap(), [7; 32]);
    let only_new = keys(NEW).unwrap(&old_id, &wrapped, b"x").await.unwrap_err();
    assert_eq!(only_new.code, "master-key-missing");
    assert!(both.unwrap(both.master_key_id(), &wrapped, b"x").await.is_err());
}

#[test]
fn bad_texts_are_refused_without_showing_them() {
    for text in [
        "",
        " , ",
        "c2hvcnQ=",
        "not base64!",
        &format!("{OLD}AAAA"),
        &format!("{OLD},c2hvcnQ="),
    ] {
        let error = MasterKeys::from_base64(&SecretString::from(text))
            .unwrap_err()
            .to_string();
        assert!(error.contains("openssl rand"), "{error}");
        assert!(!error.contains("c2hvcnQ"));
    }
    assert!(!format!("{:?}", keys(OLD)).contains("AAEC"));
}

#[test]
fn the_file_is_made_once_and_must_be_private() {
    let folder = folder("file");
    let path = folder.join("deep/master.key");
    assert!(matches!(
        MasterKeys::from_file(&path, OnMissing::Fail),
        Err(KeyError::File { .. })
    ));
    let first = MasterKeys::from_file(&path, OnMissing::Create).unwrap();
    let second = MasterKeys::from_file(&path, OnMissing::Create).unwrap();
    assert_eq!(first.master_key_id(), second.master_key_id());
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    for mode in [0o640, 0o604, 0o620] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        assert!(matches!(
            MasterKeys::from_file(&path, OnMissing::Create),
            Err(KeyError::Exposed { .. })
        ));
    }
    fs::remove_dir_all(folder).unwrap();
}
