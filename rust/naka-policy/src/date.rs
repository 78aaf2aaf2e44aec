//! A calendar day. Policy compares days and never asks for the current one: `today` is an argument.

use serde::{Serialize, Serializer};

/// A day of the Gregorian calendar, years 1..=9999. Orders by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(u32);

impl Date {
    /// `None` when there is no such day.
    #[must_use]
    pub const fn new(year: u32, month: u32, day: u32) -> Option<Self> {
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let last = match month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        if year == 0 || year > 9999 || month == 0 || month > 12 || day == 0 || day > last {
            return None;
        }
        Some(Self(year * 10_000 + month * 100 + day))
    }

    /// Reads `YYYY-MM-DD`, nothing else.
    ///
    /// ```
    /// use naka_policy::Date;
    /// assert_eq!(Date::parse("2028-02-29"), Date::new(2028, 2, 29));
    /// assert_eq!(Date::parse("2027-02-29"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return None;
        }
        let number = |range: std::ops::Range<usize>| {
            bytes[range].iter().try_fold(0_u32, |sum, b| {
                b.is_ascii_digit().then(|| sum * 10 + u32::from(b - b'0'))
            })
        };
        Self::new(number(0..4)?, number(5..7)?, number(8..10)?)
    }

    /// The day that is `days` after 1970-01-01 (the edge divides its clock by 86,400 s).
    /// Source: H. Hinnant, *chrono-Compatible Low-Level Date Algorithms*, `civil_from_days`.
    /// Clamped to the years 1..=9999.
    #[must_use]
    pub fn from_unix_days(days: i64) -> Self {
        let shifted = days.clamp(-719_162, 2_932_896) + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 {
            shifted_month + 3
        } else {
            shifted_month - 9
        };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        // the clamp above bounds all three
        Self((year * 10_000 + month * 100 + day) as u32)
    }

    /// year*10000 + month*100 + day, as the bundle stores it.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }

    /// The inverse of [`Date::number`]; `None` when there is no such day.
    #[must_use]
    pub const fn from_number(number: u32) -> Option<Self> {
        Self::new(number / 10_000, number / 100 % 100, number % 100)
    }
}

impl std::fmt::Display for Date {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{:04}-{:02}-{:02}",
            self.0 / 10_000,
            self.0 / 100 % 100,
            self.0 % 100
        )
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::Date;

    #[test]
    fn days_since_1970_become_calendar_days() {
        for (days, text) in [
            (0, "1970-01-01"),
            (-1, "1969-12-31"),
            (11_016, "2000-02-29"),
            (20_586, "2026-05-13"),
        ] {
            assert_eq!(Date::from_unix_days(days).to_string(), text);
        }
        assert_eq!(Date::from_unix_days(i64::MAX).to_string(), "9999-12-31");
        assert_eq!(Date::from_unix_days(i64::MIN).to_string(), "0001-01-01");
    }

    #[test]
    fn every_day_of_a_century_is_read_back() {
        for days in 0..40_000 {
            let day = Date::from_unix_days(days);
            assert_eq!(Date::parse(&day.to_string()), Some(day));
            assert_eq!(Date::from_number(day.number()), Some(day));
            assert!(day < Date::from_unix_days(days + 1));
        }
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in [
            "",
            "2027-2-9",
            "2027-13-01",
            "2027-00-10",
            "2027-06-31",
            "20270630",
            "2027-06-3a",
            "+027-06-30",
        ] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
    }
}
