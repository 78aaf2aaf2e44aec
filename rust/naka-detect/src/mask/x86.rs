//! Masks with AVX2 and AVX-512BW.
//! The functions carry no `target_feature` themselves: they are inlined into callers that do
//! (`mask::dispatch!`), and only there do the intrinsics become instructions.

use super::{BLOCK, Classes, Leads, Masks, Window};
use crate::heads::{self, Heads};
use std::arch::x86_64::*;

/// 32 bytes at a time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Avx2;

/// 64 bytes at a time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Avx512;

/// Bits of the bytes in `low..=low + span`.
///
/// # Safety
/// Needs AVX2.
#[inline(always)]
unsafe fn within(v: __m256i, low: u8, span: u8) -> __m256i {
    // SAFETY: the caller has AVX2.
    unsafe {
        let t = _mm256_sub_epi8(v, _mm256_set1_epi8(low as i8));
        _mm256_cmpeq_epi8(_mm256_min_epu8(t, _mm256_set1_epi8(span as i8)), t)
    }
}

/// # Safety
/// Needs AVX2.
#[inline(always)]
unsafe fn equal(v: __m256i, byte: u8) -> __m256i {
    // SAFETY: the caller has AVX2.
    unsafe { _mm256_cmpeq_epi8(v, _mm256_set1_epi8(byte as i8)) }
}

/// # Safety
/// Needs AVX2.
#[inline(always)]
unsafe fn bits(v: __m256i, half: usize) -> u64 {
    // SAFETY: the caller has AVX2.
    u64::from(unsafe { _mm256_movemask_epi8(v) } as u32) << (32 * half)
}

impl Masks for Avx2 {
    #[inline(always)]
    unsafe fn classes(block: &[u8; BLOCK]) -> Classes {
        let mut out = Classes::default();
        // SAFETY: both loads lie inside the block; the caller has AVX2.
        unsafe {
            for half in 0..2 {
                let v = _mm256_loadu_si256(block.as_ptr().add(32 * half).cast());
                out.digit |= bits(within(v, b'0', 9), half);
                let lower = _mm256_or_si256(v, _mm256_set1_epi8(0x20));
                out.alpha |= bits(within(lower, b'a', 25), half);
                out.upper |= bits(within(v, b'A', 25), half);
                out.at |= bits(equal(v, b'@'), half);
                out.hex |= bits(within(lower, b'a', 5), half);
                let dashes = _mm256_or_si256(within(v, b'-', 1), equal(v, b':')); // - and .
                out.separator |= bits(_mm256_or_si256(dashes, equal(v, b' ')), half);
                out.high |= bits(v, half);
            }
        }
        out.hex |= out.digit;
        out
    }

    #[inline(always)]
    unsafe fn equal(block: &[u8; BLOCK], byte: u8) -> u64 {
        // SAFETY: both loads lie inside the block; the caller has AVX2.
        unsafe {
            let half = |half: usize| {
                bits(
                    equal(_mm256_loadu_si256(block.as_ptr().add(32 * half).cast()), byte),
                    half,
                )
            };
            half(0) | half(1)
        }
    }

    #[inline(always)]
    unsafe fn leads(block: &[u8; BLOCK]) -> Leads {
        let mut out = Leads::default();
        // SAFETY: both loads lie inside the block; the caller has AVX2.
        unsafe {
            for half in 0..2 {
                let v = _mm256_loadu_si256(block.as_ptr().add(32 * half).cast());
                out.all |= bits(within(v, 0xC0, 0x3F), half);
                out.c2 |= bits(equal(v, 0xC2), half);
                out.e2 |= bits(equal(v, 0xE2), half);
                out.f0 |= bits(equal(v, 0xF0), half);
                out.danda |= bits(within(v, 0xA4, 1), half);
            }
        }
        out
    }

    #[inline(always)]
    unsafe fn foldable(window: &Window) -> u64 {
        let mut out = 0;
        // SAFETY: the loads read at most 64 + 2 bytes of the window; the caller has AVX2.
        unsafe {
            let p = window.as_ptr();
            let first: __m256i = _mm256_loadu_si256(p.cast());
            let second: __m256i = _mm256_loadu_si256(p.add(32).cast());
            if bits(_mm256_or_si256(first, second), 0) == 0 {
                return 0; // ASCII: the common case costs two loads
            }
            for (half, a) in [first, second].into_iter().enumerate() {
                let b = _mm256_loadu_si256(p.add(32 * half + 1).cast());
                let c = _mm256_loadu_si256(p.add(32 * half + 2).cast());
                // odd and in A5..=B5 is the same as: (b - A5) even and at most 10
                let t = _mm256_sub_epi8(b, _mm256_set1_epi8(0xA5u8 as i8));
                let even = equal(_mm256_and_si256(t, _mm256_set1_epi8(1)), 0);
                let script = _mm256_and_si256(even, within(b, 0xA5, 0x10));
                let indic = _mm256_and_si256(equal(a, 0xE0), _mm256_and_si256(script, within(c, 0xA6, 9)));
                let arabic = _mm256_and_si256(equal(a, 0xD9), within(b, 0xA0, 9));
                let urdu = _mm256_and_si256(equal(a, 0xDB), within(b, 0xB0, 9));
                let mut others = within(a, 0xE1, 2); // E1 E2 E3
                for lead in [0xC2, 0xEA, 0xEF, 0xF0] {
                    others = _mm256_or_si256(others, equal(a, lead));
                }
                let all = _mm256_or_si256(_mm256_or_si256(indic, arabic), _mm256_or_si256(urdu, others));
                out |= bits(all, half);
            }
        }
        out
    }
}

/// # Safety
/// Needs AVX-512BW.
#[inline(always)]
unsafe fn within512(v: __m512i, low: u8, span: u8) -> u64 {
    // SAFETY: the caller has AVX-512BW.
    unsafe {
        let t = _mm512_sub_epi8(v, _mm512_set1_epi8(low as i8));
        _mm512_cmple_epu8_mask(t, _mm512_set1_epi8(span as i8))
    }
}

/// # Safety
/// Needs AVX-512BW.
#[inline(always)]
unsafe fn equal512(v: __m512i, byte: u8) -> u64 {
    // SAFETY: the caller has AVX-512BW.
    unsafe { _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8(byte as i8)) }
}

impl Masks for Avx512 {
    #[inline(always)]
    unsafe fn classes(block: &[u8; BLOCK]) -> Classes {
        // SAFETY: one load of 64 bytes; the caller has AVX-512BW.
        unsafe {
            let v = _mm512_loadu_si512(block.as_ptr().cast());
            let lower = _mm512_or_si512(v, _mm512_set1_epi8(0x20));
            let digit = within512(v, b'0', 9);
            Classes {
                digit,
                alpha: within512(lower, b'a', 25),
                upper: within512(v, b'A', 25),
                at: equal512(v, b'@'),
                hex: digit | within512(lower, b'a', 5),
                separator: within512(v, b'-', 1) | equal512(v, b':') | equal512(v, b' '),
                high: _mm512_movepi8_mask(v),
            }
        }
    }

    #[inline(always)]
    unsafe fn equal(block: &[u8; BLOCK], byte: u8) -> u64 {
        // SAFETY: one load of 64 bytes; the caller has AVX-512BW.
        unsafe { equal512(_mm512_loadu_si512(block.as_ptr().cast()), byte) }
    }

    #[inline(always)]
    unsafe fn leads(block: &[u8; BLOCK]) -> Leads {
        // SAFETY: one load of 64 bytes; the caller has AVX-512BW.
        unsafe {
            let v = _mm512_loadu_si512(block.as_ptr().cast());
            Leads {
                all: within512(v, 0xC0, 0x3F),
                c2: equal512(v, 0xC2),
                e2: equal512(v, 0xE2),
                f0: equal512(v, 0xF0),
                danda: within512(v, 0xA4, 1),
            }
        }
    }

    #[inline(always)]
    unsafe fn foldable(window: &Window) -> u64 {
        // SAFETY: the loads read at most 64 + 2 bytes of the window; the caller has AVX-512BW.
        unsafe {
            let a = _mm512_loadu_si512(window.as_ptr().cast());
            if _mm512_movepi8_mask(a) == 0 {
                return 0;
            }
            let b = _mm512_loadu_si512(window.as_ptr().add(1).cast());
            let c = _mm512_loadu_si512(window.as_ptr().add(2).cast());
            let odd = _mm512_test_epi8_mask(b, _mm512_set1_epi8(1));
            let indic = equal512(a, 0xE0) & odd & within512(b, 0xA5, 0x10) & within512(c, 0xA6, 9);
            let arabic = equal512(a, 0xD9) & within512(b, 0xA0, 9);
            let urdu = equal512(a, 0xDB) & within512(b, 0xB0, 9);
            let others =
                within512(a, 0xE1, 2) | equal512(a, 0xC2) | equal512(a, 0xEA) | equal512(a, 0xEF) | equal512(a, 0xF0);
            indic | arabic | urdu | others
        }
    }

    #[inline(always)]
    unsafe fn window(text: &[u8]) -> [u8; heads::WINDOW] {
        let mut window = [0; heads::WINDOW];
        let [first, rest] = [text.len(), text.len().saturating_sub(BLOCK)].map(|left| match left {
            BLOCK.. => u64::MAX,
            left => (1 << left) - 1,
        });
        // SAFETY: bytes whose bit is not set are neither read nor written; the caller has AVX-512BW.
        unsafe {
            _mm512_storeu_si512(
                window.as_mut_ptr().cast(),
                _mm512_maskz_loadu_epi8(first, text.as_ptr().cast()),
            );
            let rest = rest & ((1 << (heads::WINDOW - BLOCK)) - 1);
            let behind = _mm512_maskz_loadu_epi8(rest, text.as_ptr().wrapping_add(BLOCK).cast());
            _mm512_mask_storeu_epi8(window.as_mut_ptr().add(BLOCK).cast(), rest, behind);
        }
        window
    }

    #[inline(always)]
    unsafe fn passing(window: &[u8; heads::WINDOW], places: u64, ends: [u64; 2], heads: &Heads) -> u64 {
        // SAFETY: as the caller promises.
        unsafe {
            let words = Words::new(window, places);
            let mut passing = 0;
            for from in (0..places.count_ones()).step_by(8) {
                passing |= words.eight(from).held(ends, heads) << from;
            }
            _pdep_u64(passing, places)
        }
    }

    #[inline(always)]
    unsafe fn passing_two(window: &[u8; heads::WINDOW], places: u64, asked: [([u64; 2], &Heads); 2]) -> [u64; 2] {
        // SAFETY: as the caller promises.
        unsafe {
            let words = Words::new(window, places);
            let mut passing = [0, 0];
            for from in (0..places.count_ones()).step_by(8) {
                let eight = words.eight(from);
                passing[0] |= eight.held(asked[0].0, asked[0].1) << from;
                passing[1] |= eight.held(asked[1].0, asked[1].1) << from;
            }
            [_pdep_u64(passing[0], places), _pdep_u64(passing[1], places)]
        }
    }
}

/// The words of a block. All methods need AVX-512 with BW, DQ, VL, VBMI, VBMI2 and VPOPCNTDQ.
#[derive(Clone, Copy)]
struct Words {
    low: __m512i,
    high: __m512i,
    /// Where they begin, a byte each.
    starts: __m512i,
}

/// Eight words, each in its eight bytes.
#[derive(Clone, Copy)]
struct Eight {
    /// Where they begin.
    at: __m512i,
    /// Their first eight bytes.
    raw: __m512i,
}

impl Words {
    #[inline(always)]
    unsafe fn new(window: &[u8; heads::WINDOW], places: u64) -> Self {
        // SAFETY: the loads lie inside the window and the table; the caller has the instructions.
        unsafe {
            Self {
                low: _mm512_loadu_si512(window.as_ptr().cast()),
                high: _mm512_castsi128_si512(_mm_loadl_epi64(window.as_ptr().add(BLOCK).cast())),
                starts: _mm512_maskz_compress_epi8(places, _mm512_loadu_si512(IOTA.as_ptr().cast())),
            }
        }
    }

    /// Those from the `from`-th on; behind the last one the first place of the block.
    #[inline(always)]
    unsafe fn eight(self, from: u32) -> Eight {
        // SAFETY: the load lies inside the table; the caller has the instructions.
        unsafe {
            let which = _mm512_add_epi8(
                _mm512_loadu_si512(EIGHTHS.as_ptr().cast()),
                _mm512_set1_epi8(from as i8),
            );
            let at = _mm512_permutexvar_epi8(which, self.starts);
            let places = _mm512_add_epi8(at, _mm512_set1_epi64(0x0706_0504_0302_0100));
            Eight {
                at: _mm512_and_si512(at, _mm512_set1_epi64(0xFF)),
                raw: _mm512_permutex2var_epi8(self.low, places, self.high),
            }
        }
    }
}

impl Eight {
    /// A bit for each that `heads` holds.
    #[inline(always)]
    unsafe fn held(self, ends: [u64; 2], heads: &Heads) -> u64 {
        let (bits, shift, mask) = heads.parts();
        // SAFETY: indexes have 64 - shift bits, and so many bits the filter has (`Heads::new`); the caller has the
        // instructions.
        unsafe {
            let [here, behind] = ends.map(|ends| _mm512_set1_epi64(ends as i64));
            // Where each ends, at the latest behind the eighth byte.
            let after = _mm512_srlv_epi64(here, _mm512_add_epi64(self.at, _mm512_set1_epi64(1)));
            let beyond = _mm512_sllv_epi64(behind, _mm512_sub_epi64(_mm512_set1_epi64(63), self.at));
            let end = _mm512_or_si512(_mm512_or_si512(after, beyond), _mm512_set1_epi64(0x80));
            let before = _mm512_andnot_si512(end, _mm512_sub_epi64(end, _mm512_set1_epi64(1)));
            let len = _mm512_popcnt_epi64(before);
            let cut = _mm512_sub_epi64(_mm512_set1_epi64(56), _mm512_slli_epi64::<3>(len));
            let own = _mm512_srlv_epi64(_mm512_set1_epi64(-1), cut);
            let own = _mm512_and_si512(own, _mm512_set1_epi64(mask as i64));
            let folded = _mm512_or_si512(self.raw, _mm512_set1_epi64(0x2020_2020_2020_2020));
            let hash = _mm512_mullo_epi64(_mm512_and_si512(folded, own), _mm512_set1_epi64(heads::MIX as i64));
            let index = _mm512_srl_epi64(hash, _mm_cvtsi32_si128(shift as i32));
            // Eight reads cost less than one gather on some machines, and no more on others.
            let mut places = [0u64; 8];
            _mm512_storeu_si512(places.as_mut_ptr().cast(), index);
            let mut held = 0;
            for (i, place) in places.into_iter().enumerate() {
                let word = *bits.get_unchecked((place >> 5) as usize);
                held |= u64::from(word >> (place & 31) & 1) << i;
            }
            held
        }
    }
}

/// The places of a block.
static IOTA: [u8; BLOCK] = {
    let mut places = [0; BLOCK];
    let mut i = 0;
    while i < BLOCK {
        places[i] = i as u8;
        i += 1;
    }
    places
};

/// Each number of 0..8 eight times.
static EIGHTHS: [u8; BLOCK] = {
    let mut numbers = IOTA;
    let mut i = 0;
    while i < BLOCK {
        numbers[i] = i as u8 / 8;
        i += 1;
    }
    numbers
};
