//! Check digits and other arithmetic on identifiers. Pure functions over ASCII bytes, no allocation.
//! Each takes the identifier without separators; a byte that cannot belong to it makes the answer `false`.

pub mod date;
pub mod luhn;
pub mod mod36;
pub mod mrz;
pub mod verhoeff;
