use async_trait::async_trait;
use domain::crypto::{DataKey, KeyProvider};

/// A key provider for tests: reverses the key's bytes. It proves call paths, not secrecy.
#[derive(Debug, Default)]
pub struct TestKeys;

#[async_trait]
impl KeyProvider for TestKeys {
    fn master_key_id(&self) -> &str {
        "test"
    }

    async fn wrap(&self, key: &DataKey, aad: &[u8]) -> domain::Result<Vec<u8>> {
        Ok(key.iter().rev().chain(aad).copied().collect())
    }

    async fn unwrap(&self, _: &str, wrapped: &[u8], aad: &[u8]) -> domain::Result<DataKey> {
        assert_eq!(
            &wrapped[32..],
            aad,
            "a data key was unwrapped in another place than it was wrapped for"
        );
        let mut key = DataKey::default();
        for (to, from) in key.iter_mut().zip(wrapped[..32].iter().rev()) {
            *to = *from;
        }
        Ok(key)
    }
}
