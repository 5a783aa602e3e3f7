//! The custom actions that register a native module in the configuration files of IIS and IIS Express, and take the
//! registration back; and those that put a DLL in the place of another installer's.
//!
//! Each exported function is the entry of a custom action (type 1). [`schedule`] runs at once: it reads the table
//! `AncmConfiguration` and hands each action that changes something its jobs as `CustomActionData`. [`work`] carries the
//! jobs out. [`handlers`] and [`swap`] are about files, not configurations: the one finds what upgrades have left behind, the
//! other swaps DLLs. What is decided from bytes alone is in the crate `registration`; here is all there is of Windows.
//!
//! No standard library and no C runtime: the DLL imports nothing but what every Windows has.

#![no_std]

extern crate alloc;

mod advapi;
mod choice;
mod disk;
mod failure;
mod handlers;
mod machine;
mod place;
mod runtime;
mod schedule;
mod session;
mod swap;
mod work;

use session::Session;

/// `MSIHANDLE`, of the installation that a custom action belongs to.
type Install = u32;

/// Finds folders of the handler that no product owns, and has RemoveFiles take them away. Immediate.
#[unsafe(no_mangle)]
pub extern "system" fn FindAbandonedHandlers(install: Install) -> u32 {
    Session::of(install).run(handlers::find_abandoned)
}

/// Decides what is to be done, and tells the other actions. Immediate.
#[unsafe(no_mangle)]
pub extern "system" fn ScheduleConfiguration(install: Install) -> u32 {
    Session::of(install).run(schedule::schedule)
}

/// Finds out whether everything that is to be done can be done; changes nothing. Deferred.
#[unsafe(no_mangle)]
pub extern "system" fn CheckConfiguration(install: Install) -> u32 {
    Session::of(install).run(work::check)
}

/// Registers or unregisters. Deferred.
#[unsafe(no_mangle)]
pub extern "system" fn ApplyConfiguration(install: Install) -> u32 {
    Session::of(install).run(work::apply)
}

/// Takes back what [`ApplyConfiguration`] did. Rollback.
#[unsafe(no_mangle)]
pub extern "system" fn RollBackConfiguration(install: Install) -> u32 {
    Session::of(install).run(work::roll_back)
}

/// Removes what only a rollback needs. Commit.
#[unsafe(no_mangle)]
pub extern "system" fn CommitConfiguration(install: Install) -> u32 {
    Session::of(install).run(work::commit)
}

/// Decides which DLLs are swapped or come back, and tells the other actions. Immediate.
#[unsafe(no_mangle)]
pub extern "system" fn ScheduleSwap(install: Install) -> u32 {
    Session::swapping(install).run(swap::schedule)
}

/// Finds out whether every DLL can be swapped; changes nothing. Deferred.
#[unsafe(no_mangle)]
pub extern "system" fn CheckSwap(install: Install) -> u32 {
    Session::swapping(install).run(swap::check)
}

/// Swaps DLLs, or puts back what was there. Deferred.
#[unsafe(no_mangle)]
pub extern "system" fn ApplySwap(install: Install) -> u32 {
    Session::swapping(install).run(swap::apply)
}

/// Takes back what [`ApplySwap`] did. Rollback.
#[unsafe(no_mangle)]
pub extern "system" fn RollBackSwap(install: Install) -> u32 {
    Session::swapping(install).run(swap::roll_back)
}

/// Removes what only a rollback needs. Commit.
#[unsafe(no_mangle)]
pub extern "system" fn CommitSwap(install: Install) -> u32 {
    Session::swapping(install).run(swap::commit)
}
