//! Secrets at rest: sealed with AES-256-GCM under a key that lies in a file of its own, bound to the place they belong to.
//!
//! The key file (`LIMN_SECRET_KEY_FILE`, else `secret.key` in the data folder) holds one key a line, 64 hexadecimal digits.
//! The first key seals, every key opens: a new first line rotates. Lose the file, and stored passwords must be entered again.

use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};

use super::configuration::Configuration;
use crate::domain::secret::Secret;

/// Bytes of a key.
const KEY_BYTES: usize = 32;
/// First part of every sealed text.
const SCHEME: &str = "limn1";

/// What can go wrong with secrets; none of it names one.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The key file cannot be read or made.
    #[error("the key file {path} cannot be used: {source}")]
    KeyFile {
        /// Where it is.
        path: PathBuf,
        /// The operating system's reason.
        #[source]
        source: std::io::Error,
    },
    /// The key file is not what it should be.
    #[error("the key file {path} is not usable: {reason}")]
    BadKeyFile {
        /// Where it is.
        path: PathBuf,
        /// Why.
        reason: &'static str,
    },
    /// Sealed under a key that the file does not hold.
    #[error("the secret was sealed under the key {key_id}, which the key file does not hold; put that key back or enter the secret again")]
    UnknownKey {
        /// First digits of the key's digest.
        key_id: String,
    },
    /// Changed, cut short, or moved here from another place.
    #[error("the stored secret is damaged or belongs elsewhere; enter it again")]
    Damaged,
    /// No randomness.
    #[error("the system gave no random bytes")]
    NoRandomness,
}

/// The keys of this installation, the sealing one first.
pub struct SecretKeys {
    keys: Vec<SecretKey>,
}

struct SecretKey {
    id: String,
    key: LessSafeKey,
}

impl SecretKeys {
    /// Reads the configured key file; the one in the data folder is made when it is missing.
    pub fn load(config: &Configuration) -> Result<Self, SecretError> {
        match &config.secret_key_file {
            Some(path) => Self::read(path),
            None => Self::read_or_make(&config.data_dir.join("secret.key")),
        }
    }

    fn read_or_make(path: &Path) -> Result<Self, SecretError> {
        match Self::read(path) {
            Err(SecretError::KeyFile { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
                make_key_file(path)?;
                Self::read(path)
            }
            other => other,
        }
    }

    fn read(path: &Path) -> Result<Self, SecretError> {
        let failed = |source| SecretError::KeyFile {
            path: path.to_owned(),
            source,
        };
        let bad = |reason| SecretError::BadKeyFile {
            path: path.to_owned(),
            reason,
        };
        let mode = std::fs::metadata(path).map_err(failed)?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(bad("others may read it; take their permission away (chmod 600)"));
        }
        let text = std::fs::read_to_string(path).map_err(failed)?;
        let keys: Vec<SecretKey> = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .map(|line| {
                let bytes = from_hex(line).filter(|bytes| bytes.len() == KEY_BYTES);
                bytes
                    .and_then(|bytes| SecretKey::new(&bytes))
                    .ok_or_else(|| bad("a line is not 64 hexadecimal digits"))
            })
            .collect::<Result<_, _>>()?;
        if keys.is_empty() {
            return Err(bad("it holds no key"));
        }
        Ok(Self { keys })
    }

    /// Seals a secret for one place (`connection:shop`). It opens only there.
    pub fn seal(&self, place: &str, secret: &Secret) -> Result<String, SecretError> {
        let sealing = &self.keys[0];
        let mut nonce = [0_u8; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce).map_err(|_| SecretError::NoRandomness)?;
        let mut text = secret.reveal().as_bytes().to_vec();
        sealing
            .key
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), bound_to(&sealing.id, place), &mut text)
            .map_err(|_| SecretError::Damaged)?;
        Ok(format!("{SCHEME}.{}.{}.{}", sealing.id, to_hex(&nonce), to_hex(&text)))
    }

    /// Opens what was sealed for this place.
    pub fn open(&self, place: &str, sealed: &str) -> Result<Secret, SecretError> {
        let parts: Vec<&str> = sealed.split('.').collect();
        let [SCHEME, key_id, nonce, text] = parts[..] else {
            return Err(SecretError::Damaged);
        };
        let key = self
            .keys
            .iter()
            .find(|key| key.id == key_id)
            .ok_or_else(|| SecretError::UnknownKey {
                key_id: key_id.chars().filter(char::is_ascii_hexdigit).take(16).collect(),
            })?;
        let nonce = from_hex(nonce)
            .and_then(|nonce| Nonce::try_assume_unique_for_key(&nonce).ok())
            .ok_or(SecretError::Damaged)?;
        let mut text = from_hex(text).ok_or(SecretError::Damaged)?;
        let opened = key
            .key
            .open_in_place(nonce, bound_to(&key.id, place), &mut text)
            .map_err(|_| SecretError::Damaged)?;
        let opened = std::str::from_utf8(opened).map_err(|_| SecretError::Damaged)?;
        Secret::new(opened).ok_or(SecretError::Damaged)
    }

    /// Whether a sealed text is under the sealing key, and not under an older one.
    pub fn is_current(&self, sealed: &str) -> bool {
        sealed.split('.').nth(1) == Some(self.keys[0].id.as_str())
    }
}

impl SecretKey {
    fn new(bytes: &[u8]) -> Option<Self> {
        let id = to_hex(&digest(&SHA256, bytes).as_ref()[..8]);
        let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, bytes).ok()?);
        Some(Self { id, key })
    }
}

/// What is authenticated beside the text: the key and the place.
fn bound_to(key_id: &str, place: &str) -> Aad<Vec<u8>> {
    Aad::from(format!("{SCHEME}\0{key_id}\0{place}").into_bytes())
}

/// Writes a new key under another name and links it into place, so that two starts at once agree on one key.
fn make_key_file(path: &Path) -> Result<(), SecretError> {
    let failed = |source| SecretError::KeyFile {
        path: path.to_owned(),
        source,
    };
    let mut key = [0_u8; KEY_BYTES];
    let mut suffix = [0_u8; 8];
    let random = SystemRandom::new();
    random
        .fill(&mut key)
        .and_then(|()| random.fill(&mut suffix))
        .map_err(|_| SecretError::NoRandomness)?;
    let fresh = path.with_extension(format!("new-{}", to_hex(&suffix)));
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&fresh)
        .map_err(failed)?;
    let written = file
        .write_all(format!("{}\n", to_hex(&key)).as_bytes())
        .and_then(|()| file.sync_all())
        .and_then(|()| match std::fs::hard_link(&fresh, path) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
            other => other,
        });
    std::fs::remove_file(&fresh).map_err(failed)?;
    written.map_err(failed)
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(folder: &Path) -> SecretKeys {
        SecretKeys::read_or_make(&folder.join("secret.key")).unwrap()
    }

    #[test]
    fn a_sealed_secret_opens_only_in_its_place_and_never_shows_itself() {
        let folder = tempfile::tempdir().unwrap();
        let secret = Secret::new("pa55 wörd").unwrap();
        let sealed = keys(folder.path()).seal("connection:shop", &secret).unwrap();
        assert!(!sealed.contains("pa55"));
        // The file was made once and is read again.
        let again = keys(folder.path());
        assert_eq!(again.open("connection:shop", &sealed).unwrap(), secret);
        assert!(matches!(again.open("connection:other", &sealed), Err(SecretError::Damaged)));
        assert_ne!(again.seal("connection:shop", &secret).unwrap(), sealed, "a nonce is used once");
        for at in 0..sealed.len() {
            let mut bytes = sealed.clone().into_bytes();
            bytes[at] ^= 1;
            let changed = String::from_utf8(bytes).unwrap();
            assert!(again.open("connection:shop", &changed).is_err(), "byte {at}");
        }
        for text in ["", "limn1", "limn1.x.y.z", "limn1....", "é.é.é.é"] {
            assert!(again.open("connection:shop", text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_new_first_key_seals_and_the_old_one_still_opens() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        let secret = Secret::new("x").unwrap();
        let sealed = keys(folder.path()).seal("p", &secret).unwrap();
        let old = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, format!("{}\n{old}", "ab".repeat(KEY_BYTES))).unwrap();
        let rotated = keys(folder.path());
        assert_eq!(rotated.open("p", &sealed).unwrap(), secret);
        assert!(!rotated.is_current(&sealed) && rotated.is_current(&rotated.seal("p", &secret).unwrap()));
        std::fs::write(&path, "cd".repeat(KEY_BYTES)).unwrap();
        assert!(matches!(
            keys(folder.path()).open("p", &sealed),
            Err(SecretError::UnknownKey { .. })
        ));
    }

    #[test]
    fn a_key_file_that_others_may_read_or_that_is_no_key_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        keys(folder.path());
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(SecretKeys::read(&path), Err(SecretError::BadKeyFile { .. })));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        for text in ["", "xyz", "abcd"] {
            std::fs::write(&path, text).unwrap();
            assert!(matches!(SecretKeys::read(&path), Err(SecretError::BadKeyFile { .. })), "{text:?}");
        }
        assert!(matches!(
            SecretKeys::read(&folder.path().join("none")),
            Err(SecretError::KeyFile { .. })
        ));
    }
}
