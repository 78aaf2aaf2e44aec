//! The allocator's one setting.

/// Blocks of this many bytes and more are the kernel's again as soon as they are freed.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const LARGE: std::ffi::c_int = 512 << 10;

/// Makes memory follow the bodies. glibc by itself takes the size of a large block that was freed for one to be kept from then
/// on, so that what reading a body left behind stayed while it was written anew: half of its size, and more.
pub(crate) fn give_back_large_blocks() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: it takes two numbers and changes one of the allocator's, under its lock.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE); // refused only for sizes that are over the allocator's limit
    }
}
