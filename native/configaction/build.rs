//! The names that Windows Installer asks for are undecorated ones, also on x86 with the linker of mingw-w64. The version
//! resource is given to linkers that take one as it is.

#[expect(clippy::disallowed_methods, reason = "a build script hears of its target through the environment")]
fn main() {
    let of = |name| std::env::var(name).unwrap_or_default();
    println!("cargo::rerun-if-changed=build.rs");
    if of("CARGO_CFG_TARGET_ENV") == "gnu" && of("CARGO_CFG_TARGET_ARCH") == "x86" {
        println!("cargo::rustc-cdylib-link-arg=-Wl,--kill-at");
    }
    if of("CARGO_CFG_TARGET_ENV") == "msvc" {
        println!("cargo::rerun-if-changed=version.res");
        println!("cargo::rustc-cdylib-link-arg={}/version.res", of("CARGO_MANIFEST_DIR"));
    }
}
