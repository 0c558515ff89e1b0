//! Passwords: argon2id on blocking threads, never more hashes at once than there are cores.

use std::sync::LazyLock;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;

use super::error::AppError;

/// Shortest password (characters).
const SHORTEST: usize = 12;
/// Longest password (bytes); hashing time must not depend on the sender.
const LONGEST_BYTES: usize = 256;

/// One hash takes 19 MiB and a tenth of a second of a core; a flood of sign-ins must not starve the pages.
static HASHING: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(std::thread::available_parallelism().map_or(2, usize::from).min(4)));

/// A hash of no password: verifying against it costs the same, so that unknown names answer as slowly as known ones.
static NOBODY: LazyLock<String> = LazyLock::new(|| {
    let secret = super::access::random_token();
    Argon2::default()
        .hash_password(secret.as_bytes())
        .map(|hash| hash.to_string())
        .unwrap_or_default()
});

/// Refuses a password that is too short, too long, or the person's own name.
pub fn check_strength(password: &str, name: &str) -> Result<(), AppError> {
    let advice = format!("Choose {SHORTEST} characters or more; a few unrelated words are easy to keep.");
    if password.chars().count() < SHORTEST {
        return Err(AppError::refused("The password is too short", advice));
    }
    if password.len() > LONGEST_BYTES {
        return Err(AppError::refused(
            "The password is too long",
            format!("At most {LONGEST_BYTES} bytes."),
        ));
    }
    let lower = password.to_lowercase();
    let first = lower.chars().next();
    if (!name.is_empty() && lower.contains(&name.to_lowercase())) || lower.chars().all(|ch| Some(ch) == first) {
        return Err(AppError::refused("The password is too easy to guess", advice));
    }
    Ok(())
}

/// Hashes a password to a PHC string.
pub async fn hash(password: String) -> Result<String, AppError> {
    let _permit = HASHING.acquire().await.map_err(AppError::internal)?;
    tokio::task::spawn_blocking(move || Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string()))
        .await
        .map_err(AppError::internal)?
        .map_err(|error| AppError::internal(error.to_string()))
}

/// Whether the password fits the hash; without a hash the same work is done and the answer is no.
pub async fn verify(password: String, hash: Option<String>) -> Result<bool, AppError> {
    if password.len() > LONGEST_BYTES {
        return Ok(false);
    }
    let _permit = HASHING.acquire().await.map_err(AppError::internal)?;
    tokio::task::spawn_blocking(move || {
        let known = hash.is_some();
        let text = hash.unwrap_or_else(|| NOBODY.clone());
        let fits = PasswordHash::new(&text).is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok());
        fits && known
    })
    .await
    .map_err(AppError::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_passwords_are_refused_with_advice() {
        for (password, name, accepted) in [
            ("short", "ada", false),
            ("aaaaaaaaaaaaaaaa", "ada", false),
            ("ada-lovelace-1843", "ada", false),
            ("a lake drawn in ink", "ada", true),
        ] {
            assert_eq!(check_strength(password, name).is_ok(), accepted, "{password}");
        }
    }

    #[tokio::test]
    async fn a_password_fits_its_own_hash_only_and_nobody_has_none() {
        let hash = hash("a lake drawn in ink".into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert!(verify("a lake drawn in ink".into(), Some(hash.clone())).await.unwrap());
        assert!(!verify("a lake drawn in chalk".into(), Some(hash)).await.unwrap());
        assert!(!verify("anything".into(), None).await.unwrap());
    }
}
