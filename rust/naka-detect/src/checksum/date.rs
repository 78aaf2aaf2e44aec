//! Calendar arithmetic of the Gregorian calendar: is this a day, and how old is someone born on it.
//! No clock: today is an argument.

/// A day of the Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day {
    /// 1 to 9999.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
}

impl Day {
    /// `None` when the calendar has no such day.
    #[must_use]
    pub const fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        if year == 0 || year > 9999 || month == 0 || month > 12 || day == 0 || day > days_in(year, month) {
            return None;
        }
        Some(Self { year, month, day })
    }

    /// Completed years of someone born on this day; 0 when that day is still to come.
    #[must_use]
    pub fn age_on(self, today: Self) -> u16 {
        let had_birthday = (today.month, today.day) >= (self.month, self.day);
        today
            .year
            .saturating_sub(self.year)
            .saturating_sub(u16::from(!had_birthday))
    }
}

const fn days_in(year: u16, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_of_the_calendar_exist() {
        assert!(Day::new(2024, 2, 29).is_some());
        assert!(Day::new(2000, 2, 29).is_some());
        for (y, m, d) in [
            (2023, 2, 29),
            (1900, 2, 29),
            (2024, 4, 31),
            (2024, 13, 1),
            (2024, 0, 1),
            (2024, 1, 0),
            (0, 1, 1),
        ] {
            assert_eq!(Day::new(y, m, d), None, "{y}-{m}-{d}");
        }
    }

    #[test]
    fn a_birthday_counts_from_the_day_itself() {
        let born = Day::new(2008, 11, 24).unwrap();
        assert_eq!(born.age_on(Day::new(2026, 11, 23).unwrap()), 17);
        assert_eq!(born.age_on(Day::new(2026, 11, 24).unwrap()), 18);
        assert_eq!(born.age_on(Day::new(2000, 1, 1).unwrap()), 0);
    }
}
