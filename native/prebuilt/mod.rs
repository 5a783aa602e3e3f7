//! DLLs and objects that come with the source, since a bare machine has no compiler for them. `provenance.toml` says how they
//! were made; tests make them again.

/// The custom actions of x86 and ARM64 packages.
pub const CONFIGACTION_X86: &[u8] = include_bytes!("configaction-x86.dll");
/// The custom actions of x64 packages.
pub const CONFIGACTION_X64: &[u8] = include_bytes!("configaction-x64.dll");
/// The loader for ARM64 processes.
pub const LOADER_ARM64: &[u8] = include_bytes!("loader-arm64.obj");
/// The loader for x64 processes, in ARM64EC code.
pub const LOADER_ARM64EC: &[u8] = include_bytes!("loader-arm64ec.obj");
/// The loader for x64 processes, in x64 code.
pub const LOADER_X64: &[u8] = include_bytes!("loader-x64.obj");
/// What the loaders were compiled from.
pub const LOADER_SOURCE: &[u8] = include_bytes!("loader.c");
/// How all of them were made: compilers, flags, hashes of sources and of what came out.
pub const PROVENANCE: &str = include_str!("provenance.toml");
