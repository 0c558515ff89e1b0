//! How often programs may ask: so many requests a minute for each token or person, and so many tokens that do not work from each
//! address. Counted in this process, by the clock of the machine; a caller that waited has its whole allowance again.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::configuration::ApiLimits;
use super::error::AppError;

/// Callers that have not asked for long are forgotten once in so many requests.
const TIDY_EVERY: u32 = 4_096;

/// The counters; cheap to clone.
#[derive(Clone, Debug)]
pub struct RateLimits {
    requests: Option<Arc<Counter>>,
    failures: Option<Arc<Counter>>,
}

#[derive(Debug)]
struct Counter {
    limiter: DefaultKeyedRateLimiter<String>,
    asked: AtomicU32,
}

impl RateLimits {
    /// Counters for these limits; 0 is none.
    pub fn new(limits: ApiLimits) -> Self {
        Self {
            requests: Counter::new(limits.requests_a_minute),
            failures: Counter::new(limits.failures_a_minute),
        }
    }

    /// Counts a request of somebody who is known; refuses it where it is one too many.
    pub fn admit(&self, caller: &str) -> Result<(), AppError> {
        self.requests.as_ref().map_or(Ok(()), |counter| counter.count(caller))
    }

    /// Counts a token that did not work. Whoever tries too many is told to wait; tokens that work are never refused for it.
    pub fn note_failure(&self, address: &str) -> Result<(), AppError> {
        self.failures.as_ref().map_or(Ok(()), |counter| counter.count(address))
    }
}

impl Counter {
    fn new(a_minute: u32) -> Option<Arc<Self>> {
        let quota = Quota::per_minute(NonZeroU32::new(a_minute)?);
        Some(Arc::new(Self {
            limiter: RateLimiter::keyed(quota),
            asked: AtomicU32::new(0),
        }))
    }

    fn count(&self, key: &str) -> Result<(), AppError> {
        if self.asked.fetch_add(1, Ordering::Relaxed) % TIDY_EVERY == TIDY_EVERY - 1 {
            self.limiter.retain_recent();
        }
        self.limiter.check_key(&key.to_owned()).map_err(|refused| {
            let wait = refused.wait_time_from(DefaultClock::default().now());
            AppError::Throttled {
                wait_s: wait.as_secs() + 1,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_caller_has_an_allowance_of_its_own_and_learns_how_long_to_wait() {
        let limits = RateLimits::new(ApiLimits {
            requests_a_minute: 3,
            failures_a_minute: 1,
        });
        for _ in 0..3 {
            limits.admit("ada").unwrap();
        }
        let Err(AppError::Throttled { wait_s }) = limits.admit("ada") else {
            panic!("the fourth is one too many")
        };
        assert!((1..=21).contains(&wait_s), "one comes back every 20 seconds: {wait_s}");
        limits.admit("bo").unwrap();
        limits.note_failure("192.0.2.1").unwrap();
        assert!(limits.note_failure("192.0.2.1").is_err());
        limits.note_failure("192.0.2.2").unwrap();
    }

    #[test]
    fn no_limit_is_no_limit() {
        let limits = RateLimits::new(ApiLimits {
            requests_a_minute: 0,
            failures_a_minute: 0,
        });
        assert!((0..10_000).all(|_| limits.admit("ada").is_ok() && limits.note_failure("here").is_ok()));
    }
}
