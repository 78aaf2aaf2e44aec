//! Guesses by words and layout: names and postal addresses.
//! Their findings are marked [`crate::Flags::HEURISTIC`] and stay below certain.

pub(crate) mod address;
pub(crate) mod person;
pub(crate) mod spelled;
pub(crate) mod tokens;
