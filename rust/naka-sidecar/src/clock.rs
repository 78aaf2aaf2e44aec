//! Time and decision ids: the only clock and the only randomness of the data plane.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use naka_exchange::DecisionId;
use naka_policy::Date;

/// Time since 1970; zero for a clock before it.
pub(crate) fn since_1970() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// The day in UTC. Rules that begin on a date begin at midnight UTC, which is 05:30 in India.
pub(crate) fn day(now: Duration) -> Date {
    Date::from_unix_days(i64::try_from(now.as_secs() / 86_400).unwrap_or(i64::MAX))
}

/// A UUID version 7: time-ordered, 74 random bits. It names an exchange and is no secret.
pub(crate) fn decision_id(now: Duration) -> DecisionId {
    let millis = u64::try_from(now.as_millis()).unwrap_or(u64::MAX);
    let mut id = fastrand::u128(..).to_be_bytes();
    id[..6].copy_from_slice(&millis.to_be_bytes()[2..]);
    id[6] = 0x70 | (id[6] & 0x0f);
    id[8] = 0x80 | (id[8] & 0x3f);
    DecisionId(id)
}

/// `2026-11-24T08:30:00.123Z`
pub(crate) fn rfc3339(time: Duration) -> String {
    let (seconds, millis) = (time.as_secs(), time.subsec_millis());
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z", day(time))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_rfc_3339() {
        assert_eq!(
            rfc3339(Duration::from_millis(1_795_509_000_123)),
            "2026-11-24T08:30:00.123Z"
        );
        assert_eq!(rfc3339(Duration::ZERO), "1970-01-01T00:00:00.000Z");
    }

    #[test]
    fn decision_ids_are_distinct_and_sort_by_time() {
        let first = decision_id(Duration::from_millis(1_000)).to_string();
        let second = decision_id(Duration::from_millis(1_001)).to_string();
        assert!(first < second);
        assert_eq!((&first[14..15], first.len()), ("7", 36));
        assert_ne!(decision_id(Duration::ZERO), decision_id(Duration::ZERO));
    }
}
