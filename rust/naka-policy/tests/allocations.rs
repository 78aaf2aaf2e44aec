//! A body without findings costs nothing: `decide` does not allocate. (Most bodies have none.)

mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use naka_policy::FieldFindings;
use serde_json::json;
use support::{chat, load, pack, rule};

struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is passed on to the system's allocator unchanged; counting touches no memory of it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: `at` came from `alloc` above, with this layout.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

#[test] // the only test of this binary: another one's thread would count too
fn deciding_about_no_findings_allocates_nothing() {
    let rules = load(json!([pack("p", json!([rule("r", json!(["IN_PAN"]), "Block")]))]));
    let fields: Vec<FieldFindings<'_>> = (0..100)
        .map(|field| FieldFindings {
            field,
            record: field,
            text: b"good morning",
            findings: &[],
        })
        .collect();
    let before = ALLOCATIONS.load(Ordering::Relaxed);
    let decision = rules.decide(&chat(), &fields);
    let unscannable = rules.unscannable(&chat());
    let after = ALLOCATIONS.load(Ordering::Relaxed);
    assert_eq!(after - before, 0);
    assert!(decision.clusters.is_empty() && unscannable.enforced == naka_policy::Handling::Audit);
}
