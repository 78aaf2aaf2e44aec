//! Vectorscan through its C interface: five functions, no wrapper crate. Start-of-match is on, since a finding needs
//! both ends.

use std::ffi::{CString, c_char, c_int, c_uint, c_ulonglong, c_void};
use std::ptr;

use naka_detect::Detector;
use naka_detect::peer::{Peer, PeerPattern};

type OnMatch = extern "C" fn(c_uint, c_ulonglong, c_ulonglong, c_uint, *mut c_void) -> c_int;

#[link(name = "hs")]
unsafe extern "C" {
    fn hs_compile_multi(
        expressions: *const *const c_char,
        flags: *const c_uint,
        ids: *const c_uint,
        count: c_uint,
        mode: c_uint,
        platform: *const c_void,
        database: *mut *mut c_void,
        error: *mut *mut c_void,
    ) -> c_int;
    fn hs_free_compile_error(error: *mut c_void) -> c_int;
    fn hs_alloc_scratch(database: *const c_void, scratch: *mut *mut c_void) -> c_int;
    fn hs_free_scratch(scratch: *mut c_void) -> c_int;
    fn hs_free_database(database: *mut c_void) -> c_int;
    fn hs_scan(
        database: *const c_void,
        data: *const c_char,
        length: c_uint,
        flags: c_uint,
        scratch: *mut c_void,
        on_match: OnMatch,
        context: *mut c_void,
    ) -> c_int;
}

const BLOCK_MODE: c_uint = 1;
const SOM_LEFTMOST: c_uint = 256;

/// A compiled database and its scratch space.
pub(crate) struct Vectorscan {
    database: *mut c_void,
    scratch: *mut c_void,
    /// Patterns that it refuses in any form: it has that much less to do.
    pub(crate) left_out: usize,
}

/// Stands for a pattern that is left out, so that the others keep their numbers.
const NEVER: &str = r"\x00\x01\x02\x03\x04\x05\x06\x07";

impl Vectorscan {
    /// Compiles the same patterns. Word boundaries are added where they lose nothing: without them Vectorscan would
    /// report every slice of every long token. What it finds too large with start-of-match gets unbounded repeats, or is left out, in its favour.
    pub(crate) fn new(patterns: &[PeerPattern]) -> Self {
        let expression = |pattern: &PeerPattern| {
            let (open, close) = (
                if pattern.begins_word { r"\b" } else { "" },
                if pattern.ends_word { r"\b" } else { "" },
            );
            format!("{open}(?:{}){close}", pattern.regex)
        };
        let mut expressions: Vec<String> = patterns.iter().map(expression).collect();
        let mut left_out = 0;
        for expression in &mut expressions {
            if compile(std::slice::from_ref(expression)).is_none() {
                let relaxed = relax(expression);
                *expression = if compile(std::slice::from_ref(&relaxed)).is_some() {
                    relaxed
                } else {
                    left_out += 1;
                    NEVER.to_owned()
                };
            }
        }
        let database = compile(&expressions).expect("each compiles alone");
        let mut scratch = ptr::null_mut();
        // SAFETY: the database is valid; the scratch pointer is written before it is read.
        assert_eq!(unsafe { hs_alloc_scratch(database, &mut scratch) }, 0, "scratch space");
        Self {
            database,
            scratch,
            left_out,
        }
    }

    /// Findings of one text: its matches, judged by our judge.
    pub(crate) fn findings(&self, detector: &Detector, peer: &mut Peer, text: &[u8]) -> usize {
        extern "C" fn collect(id: c_uint, from: c_ulonglong, to: c_ulonglong, _: c_uint, out: *mut c_void) -> c_int {
            // SAFETY: `scan` passes a vector of this type, and nothing else uses it during the call.
            let out = unsafe { &mut *out.cast::<Vec<(u16, usize, usize)>>() };
            out.push((id as u16, from as usize, to as usize));
            0
        }
        peer.scan(detector, text, |text, out| {
            self.scan(text, collect, ptr::from_mut(out).cast())
        })
    }

    /// How many matches it reports, judged by nobody.
    pub(crate) fn matches(&self, text: &[u8]) -> usize {
        extern "C" fn count(_: c_uint, _: c_ulonglong, _: c_ulonglong, _: c_uint, out: *mut c_void) -> c_int {
            // SAFETY: `scan` passes a counter of this type.
            unsafe { *out.cast::<usize>() += 1 };
            0
        }
        let mut matches = 0usize;
        self.scan(text, count, ptr::from_mut(&mut matches).cast());
        matches
    }

    fn scan(&self, text: &[u8], on_match: OnMatch, context: *mut c_void) {
        // SAFETY: database and scratch are valid and used by this thread alone; the text outlives the call.
        let status = unsafe {
            hs_scan(
                self.database,
                text.as_ptr().cast(),
                text.len() as c_uint,
                0,
                self.scratch,
                on_match,
                context,
            )
        };
        assert_eq!(status, 0, "Vectorscan scans");
    }
}

impl Drop for Vectorscan {
    fn drop(&mut self) {
        // SAFETY: both were made by Vectorscan and are not used again.
        unsafe {
            hs_free_scratch(self.scratch);
            hs_free_database(self.database);
        }
    }
}

fn compile(expressions: &[String]) -> Option<*mut c_void> {
    let texts: Vec<CString> = expressions
        .iter()
        .map(|text| CString::new(text.as_str()).expect("no NUL"))
        .collect();
    let pointers: Vec<*const c_char> = texts.iter().map(|text| text.as_ptr()).collect();
    let flags = vec![SOM_LEFTMOST; texts.len()];
    let ids: Vec<c_uint> = (0..texts.len() as c_uint).collect();
    let (mut database, mut error) = (ptr::null_mut(), ptr::null_mut());
    // SAFETY: all arrays have `count` elements and outlive the call.
    let status = unsafe {
        hs_compile_multi(
            pointers.as_ptr(),
            flags.as_ptr(),
            ids.as_ptr(),
            texts.len() as c_uint,
            BLOCK_MODE,
            ptr::null(),
            &mut database,
            &mut error,
        )
    };
    if status != 0 {
        // SAFETY: Vectorscan made the error, and nobody reads it.
        unsafe { hs_free_compile_error(error) };
        return None;
    }
    Some(database)
}

/// Bounded repeats of ten and more become unbounded.
fn relax(expression: &str) -> String {
    let mut out = String::with_capacity(expression.len());
    let mut rest = expression;
    while let Some(open) = rest.find('{') {
        let close = open + rest[open..].find('}').expect("a closed repeat");
        out.push_str(&rest[..open]);
        let large = rest[open + 1..close]
            .split_once(',')
            .filter(|(_, most)| most.len() >= 2);
        match large {
            Some((least, _)) => out.push_str(&format!("{{{least},}}")),
            None => out.push_str(&rest[open..=close]),
        }
        rest = &rest[close + 1..];
    }
    out + rest
}
