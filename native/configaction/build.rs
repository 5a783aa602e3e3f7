//! The names that Windows Installer asks for are undecorated ones, also on x86 with the linker of mingw-w64.

#[expect(clippy::disallowed_methods, reason = "a build script hears of its target through the environment")]
fn main() {
    let of = |name| std::env::var(name).unwrap_or_default();
    println!("cargo::rerun-if-changed=build.rs");
    if of("CARGO_CFG_TARGET_ENV") == "gnu" && of("CARGO_CFG_TARGET_ARCH") == "x86" {
        println!("cargo::rustc-cdylib-link-arg=-Wl,--kill-at");
    }
}
