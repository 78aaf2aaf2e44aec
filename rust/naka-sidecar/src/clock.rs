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
pub(crate) fn rfc3339(time: Duration) -> [u8; 24] {
    let (date, seconds) = (day(time).number(), time.as_secs());
    let mut text = *b"0000-00-00T00:00:00.000Z";
    let mut put = |places: std::ops::Range<usize>, mut number: u32| {
        for at in places.rev() {
            text[at] = b'0' + (number % 10) as u8;
            number /= 10;
        }
    };
    put(0..4, date / 10_000);
    put(5..7, date / 100);
    put(8..10, date);
    put(11..13, (seconds / 3600 % 24) as u32);
    put(14..16, (seconds / 60 % 60) as u32);
    put(17..19, (seconds % 60) as u32);
    put(20..23, time.subsec_millis());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_rfc_3339() {
        assert_eq!(
            &rfc3339(Duration::from_millis(1_795_509_000_123)),
            b"2026-11-24T08:30:00.123Z"
        );
        assert_eq!(&rfc3339(Duration::ZERO), b"1970-01-01T00:00:00.000Z");
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
