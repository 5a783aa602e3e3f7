//! What Rust asks of a program without a standard library.

use core::alloc::{GlobalAlloc, Layout};
use core::panic::PanicInfo;
use windows_sys::Win32::System::Memory::{
    GetProcessHeap, HEAP_ZERO_MEMORY, HeapAlloc, HeapFree, HeapReAlloc,
};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, TerminateProcess};

/// The heap of the process.
struct ProcessHeap;

/// What `HeapAlloc` aligns to (`MEMORY_ALLOCATION_ALIGNMENT`).
const ALIGNMENT: usize = 2 * size_of::<usize>();

#[global_allocator]
static HEAP: ProcessHeap = ProcessHeap;

// SAFETY: HeapAlloc gives memory of the size asked for that nobody else has, aligned to ALIGNMENT; more is refused.
unsafe impl GlobalAlloc for ProcessHeap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.align() > ALIGNMENT {
            return core::ptr::null_mut();
        }
        // SAFETY: the process has a heap as long as it runs
        unsafe { HeapAlloc(GetProcessHeap(), 0, layout.size()).cast() }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if layout.align() > ALIGNMENT {
            return core::ptr::null_mut();
        }
        // SAFETY: as above
        unsafe { HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, layout.size()).cast() }
    }

    unsafe fn dealloc(&self, memory: *mut u8, _: Layout) {
        // SAFETY: the caller has it from `alloc`, so from this heap
        unsafe { HeapFree(GetProcessHeap(), 0, memory.cast()) };
    }

    unsafe fn realloc(&self, memory: *mut u8, _: Layout, size: usize) -> *mut u8 {
        // SAFETY: as above; the alignment is that of all memory of this heap
        unsafe { HeapReAlloc(GetProcessHeap(), 0, memory.cast(), size).cast() }
    }
}

/// Ends the process, which Windows Installer runs custom actions in: it reports error 1723 and rolls back. Nothing in
/// here is meant to come this far, not even with an input made to; memory that runs out does.
#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {
        // SAFETY: it is our own process
        unsafe { TerminateProcess(GetCurrentProcess(), 1) };
    }
}
