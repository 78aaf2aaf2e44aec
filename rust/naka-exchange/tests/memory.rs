//! What judging a body takes at its peak, in bytes asked of the allocator: the body and all that is made of it.

mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use support::{Shell, piece, post, rules};

struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is passed on to the system's allocator unchanged; counting touches no memory of it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let held = HELD.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        MOST.fetch_max(held, Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: `at` came from `alloc` above, with this layout.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// The peak of one chat of `turns` texts of `bytes` each, as a multiple of its size.
fn peak(turns: usize, bytes: usize, value: &str) -> f64 {
    let mut shell = Shell::new(rules("Enforce", "Mask"));
    let text = format!("{value}{}", "x ".repeat((bytes - value.len()) / 2));
    let turn = format!(r#"{{"role":"user","content":"{text}"}}"#);
    let length = 13 + turns * (turn.len() + 1) - 1 + 2;
    let held = HELD.load(Ordering::Relaxed);
    MOST.store(held, Ordering::Relaxed);
    shell.tell(post("/v1/chat/completions", Some(length as u64)));
    shell.tell(piece(&b"{\"messages\":["[..], false));
    for at in 0..turns {
        shell.tell(piece(format!("{turn}{}", if at + 1 < turns { "," } else { "" }), false));
    }
    let commands = shell.tell(piece(&b"]}"[..], true));
    assert!(commands.len() > 1, "it went on");
    (MOST.load(Ordering::Relaxed) - held) as f64 / length as f64
}

#[test] // the only test of this binary: another one's thread would count too
fn a_dense_body_takes_at_most_three_times_its_size() {
    for (turns, bytes) in [(10_000, 1_000), (25_000, 400), (50_000, 200)] {
        let most = peak(turns, bytes, "aadhaar 5109 8027 4087. ");
        assert!(most <= 3.0, "a value every {bytes} bytes: {most:.2}");
    }
}
