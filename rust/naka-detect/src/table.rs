//! Code lists (states, banks, UPI handles) that rules look a part of their match up in.
//! CSV with a header; a range of numbers (`2221-2720`) stands for each of them. The first column is the code, lines that start with `#` tell source and date.

use std::collections::HashSet;

/// One list of codes, upper case.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) name: &'static str,
    /// Codes of up to seven bytes, nearly all: packed with their length, open addressing, 0 for an empty place.
    short: Box<[u64]>,
    long: HashSet<Box<[u8]>>,
}

/// A code of up to seven bytes and its length in one number; never 0.
#[inline(always)]
fn packed(code: &[u8]) -> Option<u64> {
    let mut bytes = [0; 8];
    bytes
        .get_mut(..code.len())
        .filter(|_| (1..8).contains(&code.len()))?
        .copy_from_slice(code);
    bytes[7] = code.len() as u8;
    Some(u64::from_le_bytes(bytes))
}

impl Table {
    /// Reads the first column.
    pub(crate) fn read(name: &'static str, csv: &str) -> Result<Self, String> {
        let mut reader = csv::ReaderBuilder::new()
            .comment(Some(b'#'))
            .flexible(true)
            .from_reader(csv.as_bytes());
        let mut codes = HashSet::new();
        for record in reader.records() {
            let record = record.map_err(|e| e.to_string())?;
            let code = record.get(0).unwrap_or_default().trim().to_ascii_uppercase();
            match code
                .split_once('-')
                .map(|(from, to)| (from.parse::<u32>(), to.parse::<u32>()))
            {
                Some((Ok(from), Ok(to))) if from <= to => {
                    codes.extend((from..=to).map(|n| n.to_string().into_bytes().into_boxed_slice()))
                }
                _ if code.is_empty() => return Err("a row without a code".to_owned()),
                _ => drop(codes.insert(code.into_bytes().into_boxed_slice())),
            }
        }
        if codes.is_empty() {
            return Err("no rows".to_owned());
        }
        Ok(Self::new(name, codes))
    }

    fn new(name: &'static str, codes: HashSet<Box<[u8]>>) -> Self {
        let (short, long): (HashSet<_>, HashSet<_>) = codes.into_iter().partition(|code| packed(code).is_some());
        let mut table = Self {
            name,
            short: vec![0; (2 * short.len() + 1).next_power_of_two()].into_boxed_slice(),
            long,
        };
        for code in short.iter().filter_map(|code| packed(code)) {
            let at = table.place(code);
            table.short[at] = code;
        }
        table
    }

    /// Where `code` is, or would be.
    #[inline(always)]
    fn place(&self, code: u64) -> usize {
        let mask = self.short.len() - 1;
        let mut at = (code.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as usize & mask;
        while self.short[at] != 0 && self.short[at] != code {
            at = (at + 1) & mask;
        }
        at
    }

    /// True when `code` (upper case) is listed.
    pub(crate) fn has(&self, code: &[u8]) -> bool {
        match packed(code) {
            Some(code) => self.short[self.place(code)] == code,
            None => self.long.contains(code),
        }
    }

    /// True when a code of one to six characters begins `text`.
    pub(crate) fn has_prefix_of(&self, text: &[u8]) -> bool {
        (1..=text.len().min(6)).any(|n| self.has(&text[..n]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_column_is_the_code() {
        let table = Table::read("t", "# source: somewhere\ncode,name\nmh,Maharashtra\nKA,Karnataka\n").unwrap();
        assert!(table.has(b"MH") && table.has(b"KA") && !table.has(b"ZZ") && !table.has(b""));
        let long = Table::read("t", "code\nokhdfcbank\nyb\n").unwrap();
        assert!(long.has(b"OKHDFCBANK") && long.has(b"YB") && !long.has(b"OKHDFCBAN") && !long.has(b"Y"));
        let ranges = Table::read("t", "code\n4\n2221-2720\n").unwrap();
        assert!(
            ranges.has_prefix_of(b"4111")
                && ranges.has_prefix_of(b"2500")
                && !ranges.has_prefix_of(b"2720".get(..3).unwrap())
        );
        assert!(Table::read("t", "code\n").is_err());
    }
}
