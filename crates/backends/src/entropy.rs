//! The seam to the operating system's generator: keys and nonces must never repeat, so no seed may reach them.

use domain::{Error, Result};
use rand::{TryRngCore, rngs::OsRng};

/// `N` random bytes from the operating system.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    OsRng
        .try_fill_bytes(&mut bytes)
        .map_err(|fault| Error::internal(fault.to_string()))?;
    Ok(bytes)
}
