//! The one error that reaches a person: a sentence, what to do next, and the reference under which the cause was logged.

use crate::domain::user::{Permission, TokenScope};
use crate::store::StoreError;

/// Everything that can go wrong at the edge.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// It does not exist, or this person may not know that it does.
    #[error("not found")]
    NotFound,
    /// Nobody is signed in.
    #[error("not signed in")]
    SignedOut,
    /// The person's roles lack the permission.
    #[error("only {} may do this", .0.holders())]
    Denied(Permission),
    /// The person may do it, but not by this token.
    #[error("a token of the scope {scope} may not do this, one of the scope {needed} may")]
    Narrow {
        /// What the token is for.
        scope: TokenScope,
        /// The narrowest scope that is enough.
        needed: TokenScope,
    },
    /// It is not for whoever sent the request, whatever his roles.
    #[error("{title}. {detail}")]
    Forbidden {
        /// What is wrong.
        title: String,
        /// What to do.
        detail: String,
    },
    /// The input cannot be accepted as it is.
    #[error("{title}. {detail}")]
    Refused {
        /// What is wrong.
        title: String,
        /// What to do.
        detail: String,
    },
    /// A program's request lacks something or is unclear.
    #[error("{title}. {detail}")]
    BadRequest {
        /// What is wrong.
        title: String,
        /// What to do.
        detail: String,
    },
    /// The state does not allow it now.
    #[error("{title}. {detail}")]
    Conflict {
        /// What stands in the way.
        title: String,
        /// What to do.
        detail: String,
    },
    /// Too many tries.
    #[error("too many tries; wait {wait_s} s")]
    Throttled {
        /// Seconds until the next try counts.
        wait_s: u64,
    },
    /// The control database did not answer in time.
    #[error("the control database did not answer")]
    Unavailable(#[source] StoreError),
    /// A fault of our own.
    #[error("internal error")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl AppError {
    /// Refuses input with a title and what to do about it.
    pub fn refused(title: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Refused {
            title: title.into(),
            detail: detail.into(),
        }
    }

    /// Refuses a program's request that lacks something or is unclear.
    pub fn bad_request(title: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::BadRequest {
            title: title.into(),
            detail: detail.into(),
        }
    }

    /// Refuses because of the present state.
    pub fn conflict(title: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Conflict {
            title: title.into(),
            detail: detail.into(),
        }
    }

    /// Wraps a fault of our own.
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(source.into())
    }

    /// The HTTP status that says the same.
    pub fn status(&self) -> u16 {
        match self {
            Self::NotFound => 404,
            Self::SignedOut => 401,
            Self::Denied(_) | Self::Narrow { .. } | Self::Forbidden { .. } => 403,
            Self::Refused { .. } => 422,
            Self::BadRequest { .. } => 400,
            Self::Conflict { .. } => 409,
            Self::Throttled { .. } => 429,
            Self::Unavailable(_) => 503,
            Self::Internal(_) => 500,
        }
    }

    /// Both in one line, for where there is no room for a title.
    pub fn line(&self) -> String {
        format!("{}. {}", self.title(), self.detail())
    }

    /// The finding in a few words.
    pub fn title(&self) -> String {
        match self {
            Self::NotFound => "There is nothing at this address".into(),
            Self::SignedOut => "Sign in to see this".into(),
            Self::Denied(_) => "Your role does not include this".into(),
            Self::Narrow { scope, .. } => format!("A token of the scope {scope} may not do this"),
            Self::Forbidden { title, .. } | Self::Refused { title, .. } | Self::BadRequest { title, .. } | Self::Conflict { title, .. } => {
                title.clone()
            }
            Self::Throttled { .. } => "Too many tries".into(),
            Self::Unavailable(_) => "The control database did not answer".into(),
            Self::Internal(_) => "Limn could not finish this".into(),
        }
    }

    /// What to do about it.
    pub fn detail(&self) -> String {
        match self {
            Self::NotFound => "It may have been renamed or removed. Look for it in the list of tables or runs.".into(),
            Self::SignedOut => {
                "People sign in at /login; programs send an API token that works (Authorization: Bearer, made under Account, API tokens)."
                    .into()
            }
            Self::Denied(permission) => format!(
                "These roles may do it: {}. Ask an administrator for one of them.",
                permission.holders()
            ),
            Self::Narrow { needed, .. } => {
                format!("You may, by a token of the scope {needed}: make one under Account, API tokens.")
            }
            Self::Forbidden { detail, .. }
            | Self::Refused { detail, .. }
            | Self::BadRequest { detail, .. }
            | Self::Conflict { detail, .. } => detail.clone(),
            Self::Throttled { wait_s } => format!("Wait {wait_s} seconds, then try again."),
            Self::Unavailable(_) => "Nothing was lost. Try again in a few seconds; if it stays, look at /readyz.".into(),
            Self::Internal(_) => {
                "Nothing was changed. Try again; if it stays, send the reference to an administrator, who finds the cause in the log."
                    .into()
            }
        }
    }

    /// A reference that a line of the log and an answer share.
    pub fn new_reference() -> String {
        uuid::Uuid::now_v7().simple().to_string().split_off(20)
    }

    /// Logs the cause once and returns the reference that the person is shown.
    pub fn log(&self) -> String {
        let reference = Self::new_reference();
        match self {
            Self::Internal(source) => {
                tracing::error!(reference, error = %source, cause = ?source.source().map(ToString::to_string), "A request failed by a fault of ours")
            }
            Self::Unavailable(source) => tracing::warn!(reference, error = %source, "The control database did not answer a request"),
            other => tracing::debug!(reference, error = %other, "A request was refused"),
        }
        reference
    }
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable { .. } => Self::Unavailable(error),
            StoreError::AlreadyActive { number } => Self::conflict(
                format!("Run {number} of this group is still active"),
                "Wait until it ends, or cancel it; then start again.",
            ),
            other => Self::Internal(Box::new(other)),
        }
    }
}

/// The safety catch of what cannot be undone: refuses where the name was not typed as it is; `to` says what for.
pub fn require_name(typed: &str, name: &str, to: &str) -> Result<(), AppError> {
    if typed.trim() == name.trim() {
        return Ok(());
    }
    Err(AppError::refused("The name does not match", format!("Type {name:?} to {to}.")))
}
