//! A Wine for i386, for the test of the x86 custom actions: unpacked below the target folder out of Debian's packages, and no
//! more of it than Windows Installer needs. On the system, beside the one for x64, it would double every Windows that tests
//! make; and foreign architectures are the owner's to allow.

use super::apt::{self, Wanted};
use super::probe::is_debian;
use crate::workspace;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What `doctor` calls it.
pub const NAME: &str = "wine (i386)";

/// What is fetched, 98 MB: Wine, and the C library that a system without i386 programs has not.
pub const PACKAGES: [&str; 5] = ["wine32", "libwine", "libc6", "libgcc-s1", "libz-mingw-w64"];

/// Its DLLs and programs that an installation without a window comes to load.
const NEEDED: &str = "actxprxy.dll advapi32.dll advpack.dll bcrypt.dll cabinet.dll combase.dll comctl32.dll comdlg32.dll \
    compstui.dll conhost.exe crypt32.dll cryptnet.dll dbghelp.dll dnsapi.dll explorer.exe gdi32.dll imagehlp.dll imm32.dll \
    iphlpapi.dll kernel32.dll kernelbase.dll mpr.dll msi.dll msiexec.exe mspatcha.dll msvcrt.dll newdev.dll nsi.dll \
    ntdll.dll odbccp32.dll ole32.dll oleaut32.dll propsys.dll reg.exe rpcrt4.dll rpcss.exe rsaenh.dll rundll32.exe \
    sechost.dll services.exe setupapi.dll shcore.dll shell32.dll shlwapi.dll start.exe svchost.exe sxs.dll ucrtbase.dll \
    urlmon.dll user32.dll userenv.dll uxtheme.dll version.dll win32u.dll windowscodecs.dll wineboot.exe wininet.dll \
    winspool.drv wintrust.dll ws2_32.dll";

/// The DLL of another package that Debian's Wine loads as one of its own, marked as such when it is installed.
const ZLIB: &str = "zlib1.dll";
const MARK: &[u8; 32] = b"Wine builtin DLL\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
const MARK_AT: usize = 64;

/// Starts a program with the tree's own loader of programs: the system has none for i386.
const START: &str = r#"#!/bin/sh
here=$(dirname "$0")
lib="$here/../../../lib/i386-linux-gnu"
exec "$here/ld-linux.so.2" --library-path "$lib:$here/../i386-linux-gnu" "$here/i386/$(basename "$0")" "$@"
"#;

/// Where it is, or would be.
#[must_use]
pub fn folder(root: &Path) -> PathBuf {
    workspace::target(root).join("wine32")
}

/// What starts a Windows program.
#[must_use]
pub fn program(root: &Path) -> PathBuf {
    folder(root).join("usr/lib/wine/wine")
}

/// What ends all of them.
#[must_use]
pub fn server(root: &Path) -> PathBuf {
    folder(root).join("usr/lib/wine/wineserver32")
}

/// Whether it can be made and runs here.
#[must_use]
pub fn can_be_made() -> bool {
    cfg!(all(target_os = "linux", target_arch = "x86_64")) && is_debian()
}

/// Fetches and unpacks it; all or nothing.
///
/// # Errors
/// What did not work.
pub fn make(root: &Path) -> io::Result<()> {
    let scratch = folder(root).with_extension("part");
    apt::unpack(&Wanted { packages: &PACKAGES, architecture: Some("i386"), suite: None }, &scratch)?;
    let (all, tree) = (scratch.join("all"), scratch.join("tree"));
    assemble(&all, &tree)
        .map_err(|error| io::Error::other(format!("Debian's Wine is not as expected: {error}")))?;
    fs::rename(&tree, folder(root))?;
    fs::remove_dir_all(&scratch)
}

/// Puts what is needed of `all` into `tree`.
fn assemble(all: &Path, tree: &Path) -> io::Result<()> {
    let (wine, bin) = ("usr/lib/i386-linux-gnu/wine", "usr/lib/wine");
    for folder in ["usr/share", bin, wine, &format!("{wine}/i386-windows"), &format!("{bin}/i386")] {
        fs::create_dir_all(tree.join(folder))?;
    }
    let take = |from: &str, to: &str| {
        let what = |error| io::Error::other(format!("`{from}`: {error}"));
        fs::rename(all.join(from), tree.join(to)).map_err(what)
    };
    for name in ["lib", "usr/share/wine", &format!("{wine}/i386-unix")] {
        take(name, name)?;
    }
    // another Wine may have other names for some
    for name in NEEDED.split_whitespace().map(|name| format!("{wine}/i386-windows/{name}")) {
        if all.join(&name).is_file() {
            take(&name, &name)?;
        }
    }
    let mut zlib = fs::read(all.join("usr/i686-w64-mingw32/lib").join(ZLIB))?;
    if let Some(place) = zlib.get_mut(MARK_AT..MARK_AT + MARK.len()) {
        place.copy_from_slice(MARK);
    }
    fs::write(tree.join(wine).join("i386-windows").join(ZLIB), zlib)?;
    // Wine looks for what belongs to it from the folder of the program that the kernel has started, which is this one
    fs::copy(tree.join("lib/ld-linux.so.2"), tree.join(bin).join("ld-linux.so.2"))?;
    for name in ["wine", "wineserver32"] {
        take(&format!("{bin}/{name}"), &format!("{bin}/i386/{name}"))?;
        let script = tree.join(bin).join(name);
        fs::write(&script, START)?;
        #[cfg(unix)]
        fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    }
    Ok(())
}
