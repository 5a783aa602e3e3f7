//! `cargo xtask wix extension`, and `-ext` of what it keeps.

use crate::made::{said, xtask};
use crate::server::{Request, Server, answer, serve};
use std::path::{Path, PathBuf};
use std::process::Output;
use xtask::cmd::wix::extension::find;

fn data(below: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/wix-library").join(below)
}

/// `cargo xtask wix` in `folder`, whose user has a home in it.
fn wix(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = xtask();
    command.current_dir(folder).env("WIX_EXTENSIONS", folder.join("home")).env_remove("WIX_EXTENSION_SOURCE");
    command.env("HOME", folder.join("home")).env_remove("APPDATA");
    command.arg("wix").args(arguments).output().expect("it starts")
}

fn build(folder: &Path, extension: &str) -> Output {
    let (source, payload) = (data("consume/actions.wxs"), data("payload"));
    let [source, payload] = [&source, &payload].map(|path| path.to_str().expect("Unicode"));
    wix(folder, &["build", source, "-b", payload, "-ext", extension, "-o", "x.msi"])
}

#[test]
fn an_extension_is_added_listed_used_and_removed() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    let source = data("");
    let source = source.to_str().expect("Unicode");
    for (switches, root) in [(&[][..], ".wix/extensions"), (&["-g"], "home/.wix/extensions")] {
        let with = |words: &[&str]| wix(here, &[&["extension"], words, switches].concat());
        let failed = build(here, "acme.WIXEXT");
        assert!(!failed.status.success());
        assert!(said(&failed).contains("WIX0144"), "{}", said(&failed));
        assert!(said(&failed).contains("wix extension add acme.WIXEXT"), "{}", said(&failed));

        let added = with(&["add", "acme.wixext/1.2.3", "-source", source]);
        assert!(added.status.success(), "{}", said(&added));
        let kept = here.join(root).join("Acme.wixext/1.2.3");
        assert!(kept.join("wixext6/Acme.wixext.dll").is_file());
        let hash = std::fs::read_to_string(kept.join("Acme.wixext.1.2.3.nupkg.sha512")).expect("noted");
        assert!(said(&added).contains(&hash) && hash.len() == 128, "{hash}");
        let listed = String::from_utf8(with(&["list"]).stdout).expect("Unicode");
        assert_eq!(listed, "Acme.wixext 1.2.3\n");

        for name in ["acme.WIXEXT", "Acme.wixext/1.2.3"] {
            let built = build(here, name);
            assert!(built.status.success(), "{}", said(&built));
        }
        assert!(!build(here, "acme.wixext/1.2.4").status.success());
        let removed = with(&["remove", "ACME.wixext"]);
        assert!(removed.status.success(), "{}", said(&removed));
        assert!(!here.join(root).join("Acme.wixext").exists());
    }
}

#[test]
fn a_package_is_added_from_its_file_and_what_is_none_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    let package = data("acme.wixext.1.2.3.nupkg");
    let added = wix(here, &["extension", "add", package.to_str().expect("Unicode")]);
    assert!(added.status.success(), "{}", said(&added));
    assert!(build(here, "Acme.wixext").status.success());
    let source = data("");
    let source = source.to_str().expect("Unicode");
    let library = data("acme-bound.wixlib");
    for (words, expected) in [
        (vec!["add", "acme.wixext"], "nothing says where packages are"),
        (vec!["add", "acme.wixext/9", "-source", source], "there is no package `acme.wixext` 9"),
        (vec!["add", library.to_str().expect("Unicode")], "it has no `.nuspec`"),
        (vec!["remove", "other.wixext"], "is not in"),
        (vec!["frobnicate"], "is no command"),
    ] {
        let output = wix(here, &[&["extension"], words.as_slice()].concat());
        assert!(!output.status.success() && said(&output).contains(expected), "{}", said(&output));
    }
}

/// Sources that NuGet knows count where none is named: the nearest configuration last, those that are switched off not at all.
#[test]
fn sources_are_those_of_nuget_where_none_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path().join("project");
    std::fs::create_dir_all(here.join("packages")).expect("room");
    std::fs::copy(data("acme.wixext.1.2.3.nupkg"), here.join("packages/acme.wixext.1.2.3.nupkg"))
        .expect("room");
    let config = |place: &Path, inside: &str| {
        std::fs::write(place.join("NuGet.Config"), format!("<configuration>{inside}</configuration>"))
            .expect("room");
    };
    let add = || {
        let added = wix(&here, &["extension", "add", "acme.wixext"]);
        let _ = wix(&here, &["extension", "remove", "acme.wixext"]);
        (added.status.success(), said(&added))
    };
    let own = "<packageSources><clear /><add key=\"Own\" value=\"packages\" /></packageSources>";
    let off = "<disabledPackageSources><add key=\"own\" value=\"true\" /></disabledPackageSources>";
    config(&here, own);
    assert!(add().0, "{}", add().1);
    config(&here, &format!("{own}{off}"));
    assert!(!add().0 && add().1.contains("nothing says where packages are"), "{}", add().1);
    // a folder above names one beside itself, which this one takes away
    config(
        folder.path(),
        "<packageSources><clear /><add key=\"above\" value=\"project/packages\" /></packageSources>",
    );
    config(&here, "");
    assert!(add().0, "{}", add().1);
    config(&here, "<packageSources><clear /></packageSources>");
    assert!(!add().0);
    std::fs::write(here.join("NuGet.Config"), "<configuration>").expect("room");
    let (is_added, told) = add();
    assert!(!is_added && told.contains("NuGet.Config` cannot be read"), "{told}");
}

/// What WiX's installer keeps for everybody is found, after the project's and the user's.
#[test]
fn extensions_of_the_machine_are_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    let package = data("acme.wixext.1.2.3.nupkg");
    let added = wix(here, &["extension", "add", package.to_str().expect("Unicode")]);
    assert!(added.status.success(), "{}", said(&added));
    std::fs::create_dir(here.join("common")).expect("room");
    std::fs::rename(here.join(".wix"), here.join("common/WixToolset")).expect("room");
    let (source, payload) = (data("consume/actions.wxs"), data("payload"));
    let mut command = xtask();
    command
        .current_dir(here)
        .env("WIX_EXTENSIONS", here.join("home"))
        .env("CommonProgramFiles", here.join("common"));
    command.args(["wix", "build", "-ext", "Acme.wixext", "-o", "x.msi", "-b"]).arg(payload).arg(source);
    let built = command.output().expect("it starts");
    assert!(built.status.success(), "{}", said(&built));
}

/// A server of this machine that answers as NuGet's documentation has it; no feed is asked.
#[test]
fn a_feed_gives_the_newest_ready_package_and_what_is_wrong_with_it_is_told() {
    let package = std::fs::read(data("acme.wixext.1.2.3.nupkg")).expect("readable");
    let feed = Server::new(move |request, _, stream| {
        let Request { path, .. } = request;
        let base = request.host.clone();
        let index = format!(
            r#"{{"version":"3.0.0","resources":[{{"@id":"http://{base}/flat/","@type":"PackageBaseAddress/3.0.0"}}]}}"#
        );
        let bytes: &[u8] = match path.as_str() {
            "/index.json" => index.as_bytes(),
            "/page" => b"<!doctype html><title>Sign in</title>",
            "/flat/acme.wixext/index.json" => br#"{"versions":["1.0.0","1.2.3","2.0.0-rc1"]}"#,
            "/flat/acme.wixext/1.2.3/acme.wixext.1.2.3.nupkg" => &package,
            // another package than the one that was asked for
            "/flat/other.wixext/1.0.0/other.wixext.1.0.0.nupkg" => &package,
            _ => return answer(stream, "404 Not Found", "Content-Length: 0\r\n", b""),
        };
        serve(request, bytes, stream);
    });
    let index = format!("{}/index.json", feed.at);
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    let added = wix(here, &["extension", "add", "Acme.wixext", "-source", &index]);
    assert!(added.status.success(), "{}", said(&added));
    assert!(here.join(".wix/extensions/Acme.wixext/1.2.3/wixext6/Acme.wixext.dll").is_file());
    assert!(build(here, "Acme.wixext").status.success());
    let page = format!("{}/page", feed.at);
    for (name, source, expected) in [
        ("acme.wixext/9.9.9", &index, "404"),
        ("none.wixext", &index, "404"),
        ("other.wixext/1.0.0", &index, "it is `Acme.wixext/1.2.3`, and not `other.wixext/1.0.0`"),
        ("acme.wixext", &page, "does not answer as a feed of NuGet"),
        ("../../x", &index, "is no name of a package"),
    ] {
        let output = wix(here, &["extension", "add", name, "-source", source]);
        assert!(!output.status.success() && said(&output).contains(expected), "{name}: {}", said(&output));
    }
    let kept = std::fs::read_dir(here.join(".wix/extensions")).expect("kept").count();
    assert_eq!(kept, 1);
}

/// The newest is the one that `-ext` takes where no version is named.
#[test]
fn versions_are_compared_by_their_numbers() {
    let folder = tempfile::tempdir().expect("a folder");
    for version in ["6.0.10", "6.0.2", "6.0.2-rc.1", "5.9"] {
        let kept = folder.path().join(".wix/extensions/Acme.wixext").join(version);
        std::fs::create_dir_all(kept).expect("room");
    }
    let listed = String::from_utf8(wix(folder.path(), &["extension", "list"]).stdout).expect("Unicode");
    let versions: Vec<&str> = listed.lines().filter_map(|line| line.strip_prefix("Acme.wixext ")).collect();
    assert_eq!(versions, ["5.9", "6.0.2-rc.1", "6.0.2", "6.0.10"]);
}

#[test]
fn the_name_of_an_extension_is_that_of_its_file_without_a_version() {
    let folder = tempfile::tempdir().expect("a folder");
    for below in ["a", "b", "x/WixToolset.UI.wixext"] {
        std::fs::create_dir_all(folder.path().join(below)).expect("room");
    }
    for file in ["a/WixToolset.UI.wixext.6.0.2.nupkg", "WixToolset.UI.wixext.dll", "b/acme.wixlib"] {
        std::fs::write(folder.path().join(file), "").expect("room");
    }
    let name_of =
        |below: &str| find(&format!("{}/{below}", folder.path().display())).expect("it is there").name;
    for value in
        ["a/WixToolset.UI.wixext.6.0.2.nupkg", "WixToolset.UI.wixext.dll", "x\\WixToolset.UI.wixext/"]
    {
        assert_eq!(name_of(value), "WixToolset.UI.wixext");
    }
    assert_eq!(name_of("b/acme.wixlib"), "acme");
}
