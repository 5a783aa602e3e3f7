//! Debian's packages, fetched and unpacked below a folder: nothing of the system is changed, and nobody has to be root.

use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

/// What is fetched, and for whom.
pub(super) struct Wanted<'a> {
    /// As `apt-get download` takes them.
    pub packages: &'a [&'a str],
    /// Another architecture than the system's.
    pub architecture: Option<&'a str>,
    /// Another suite than the system's, of the archive that the system has its packages from.
    pub suite: Option<&'a str>,
}

/// Has apt-get fetch the packages into `scratch`, which is emptied first, with lists and caches there and the keys of the system, and unpacks all of
/// them into its folder `all`.
pub(super) fn unpack(wanted: &Wanted, scratch: &Path) -> io::Result<()> {
    if scratch.exists() {
        fs::remove_dir_all(scratch)?;
    }
    let packages = scratch.join("packages");
    for folder in ["state/lists/partial", "cache/archives/partial", "packages"] {
        fs::create_dir_all(scratch.join(folder))?;
    }
    let at = scratch.display();
    let mut settings = format!(
        "APT::Sandbox::User \"\";\nAcquire::Languages \"none\";\nAcquire::Retries \"3\";\n\
         Dir::State \"{at}/state\";\nDir::State::status \"{at}/status\";\nDir::Cache \"{at}/cache\";\n"
    );
    if let Some(name) = wanted.architecture {
        settings += &format!("APT::Architecture \"{name}\";\nAPT::Architectures {{ \"{name}\"; }};\n");
    }
    if let Some(suite) = wanted.suite {
        fs::write(scratch.join("sources.list"), format!("deb {} {suite} main\n", archive()?))?;
        settings +=
            &format!("Dir::Etc::SourceList \"{at}/sources.list\";\nDir::Etc::SourceParts \"/dev/null\";\n");
    }
    let file = scratch.join("apt.conf");
    fs::write(&file, settings)?;
    fs::write(scratch.join("status"), "")?;
    let apt = |arguments: &[&str]| {
        said(Command::new("apt-get").args(arguments).current_dir(&packages).env("APT_CONFIG", &file))
    };
    // one list of several may fail, and another one have the packages
    let listed = apt(&["update", "-qq"]);
    apt(&[&["download", "-qq"], wanted.packages].concat()).map_err(|why| listed.err().unwrap_or(why))?;
    for entry in fs::read_dir(packages)? {
        said(Command::new("dpkg-deb").arg("-x").arg(entry?.path()).arg(scratch.join("all")))?;
    }
    Ok(())
}

/// The mirror of Debian's archive that the system has its packages from.
fn archive() -> io::Result<String> {
    let sites = said(Command::new("apt-get").args(["indextargets", "--format", "$(SITE)"]))?;
    let site = sites.lines().find(|site| site.trim_end_matches('/').ends_with("/debian"));
    site.map(str::to_owned).ok_or_else(|| io::Error::other("none of apt's sources is Debian's archive"))
}

/// What a program says that succeeds.
fn said(command: &mut Command) -> io::Result<String> {
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| io::Error::other(format!("{command:?}: {error}")))?;
    let [out, err] =
        [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    output.status.success().then_some(out).ok_or_else(|| io::Error::other(err.trim().to_owned()))
}
