//! Payloads that are fetched, from servers of this machine that are as bad as servers are. Nothing here asks the network.

use crate::bundle::cabinet;
use crate::made::{files, noise, said, xtask};
use crate::modules::{VERSION, stand_in_files};
use crate::server::{Request, Server, answer, serve};
use crate::support::{data, tool};
use ancm_installer::id::hexadecimal;
use serde_json::{Value, json};
use sha2::{Digest, Sha512};
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

fn sha512(bytes: &[u8]) -> String {
    hexadecimal(Sha512::digest(bytes))
}

/// A user with a cache of its own.
struct User(TempDir);

impl User {
    fn new() -> User {
        User(tempfile::tempdir().expect("a folder"))
    }

    fn command(&self, arguments: &[&str], lists: &str) -> Command {
        let mut command = xtask();
        command.args(arguments).arg("--json").env("ANCM_CACHE", self.0.path()).env("ANCM_RELEASES", lists);
        command.env_remove("http_proxy").env_remove("all_proxy").env_remove("ALL_PROXY");
        command
    }

    fn run(&self, arguments: &[&str], lists: &str, code: i32) -> Value {
        let output = self.command(arguments, lists).output().expect("it starts");
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", said(&output));
        if output.stdout.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&output.stdout).expect("JSON")
        }
    }

    /// Looks into the file at `url`, which must be `bytes`.
    fn inspect(&self, url: &str, bytes: &[u8], code: i32) -> Value {
        self.run(&["payload", "inspect", &format!("{url}#sha512={}", sha512(bytes))], "", code)
    }

    /// What is kept, but for locks.
    fn kept(&self) -> Vec<(String, usize)> {
        let kept = files(self.0.path()).into_iter().filter(|(name, _)| !name.ends_with("lock"));
        kept.map(|(name, bytes)| (name.rsplit('/').next().unwrap_or_default().to_owned(), bytes.len()))
            .collect()
    }
}

/// Code, message and help of the only finding.
fn finding(answer: &Value) -> (String, String) {
    let [finding] = answer["diagnostics"].as_array().expect("findings").as_slice() else {
        panic!("{answer}")
    };
    let text = |key: &str| finding[key].as_str().unwrap_or_else(|| panic!("{key} of {finding}")).to_owned();
    (text("code"), format!("{} | {}", text("message"), text("help")))
}

/// A list in the form of .NET's `releases.json`, which it imitates: the fields that matter and a few that do not, with
/// the hosting bundle at `url`.
fn releases(url: &str, bundle: &[u8]) -> String {
    let file = |name: &str, url: &str, hash: &str| json!({"name": name, "rid": "", "url": url, "hash": hash});
    let release = |version: &str, url: &str, hash: &str| {
        json!({
            "release-date": "2025-07-08", "release-version": version, "security": false,
            "runtime": {"version": version, "files": [file("dotnet-runtime-win-x64.exe", "https://example.org/", "")]},
            "aspnetcore-runtime": {
                "version": version, "version-aspnetcoremodule": ["19.0.25168.7"],
                "files": [file("aspnetcore-runtime-win-x64.zip", "https://example.org/", ""), file("dotnet-hosting-win.exe", url, hash)],
            },
        })
    };
    // a release of the SDK alone has no runtime
    let sdk = json!({"release-version": "9.0.6-sdk", "aspnetcore-runtime": null});
    let list =
        [release("9.0.8", "https://example.org/other.exe", ""), sdk, release("9.0.7", url, &sha512(bundle))];
    json!({"channel-version": "9.0", "releases": list}).to_string()
}

#[test]
fn a_hosting_bundle_is_found_by_its_version_and_fetched_once() {
    let Some(_) = tool("curl") else { return };
    let bundle = std::fs::read(data("bundles").join("hosting-attached.exe")).expect("readable");
    let files = Server::with(bundle.clone());
    let list = releases(&format!("{}/9.0.7/dotnet-hosting-9.0.7-win.exe", files.at), &bundle);
    let lists = Server::with(list.into_bytes());
    let user = User::new();
    let inspect = ["payload", "inspect", "hosting-bundle@9.0.7"];
    let (code, text) = finding(&user.run(&[&inspect[..], &["--offline"]].concat(), &lists.at, 10));
    assert!(
        code == "payload::offline" && text.contains("/9.0/releases.json` was not fetched before"),
        "{text}"
    );

    let first = user.run(&inspect, &lists.at, 0);
    assert_eq!(first["archives"][0]["path"], "dotnet-hosting-9.0.7-win.exe");
    assert_eq!(first["archives"][0]["kind"], "bundle");
    assert_eq!(user.run(&inspect, &lists.at, 0), first);
    assert_eq!(user.run(&[&inspect[..], &["--offline"]].concat(), "http://127.0.0.1:1", 0), first);
    let asked = |server: &Server| {
        server.asked().into_iter().map(|asked| (asked.path, asked.from)).collect::<Vec<_>>()
    };
    let request = |path: &str| (path.to_owned(), None);
    assert_eq!(asked(&lists), [request("/9.0/releases.json")]);
    assert_eq!(asked(&files), [request("/9.0.7/dotnet-hosting-9.0.7-win.exe")]);

    let (code, text) = finding(&user.run(&["payload", "inspect", "hosting-bundle@9.0.99"], &lists.at, 10));
    assert!(
        code == "payload::release"
            && text.contains("no hosting bundle of 9.0.99")
            && text.contains("9.0.8, 9.0.7"),
        "{text}"
    );
    let (_, text) = finding(&user.run(&["payload", "inspect", "hosting-bundle@9.0.8"], &lists.at, 10));
    assert!(text.contains("no hash for the hosting bundle of 9.0.8"), "{text}");
    let page = Server::with(b"<html>sign in</html>".to_vec());
    let (_, text) = finding(&user.run(&["payload", "inspect", "hosting-bundle@8.0.1"], &page.at, 10));
    assert!(text.contains("is not a list of .NET's releases"), "{text}");
}

#[test]
fn each_file_of_a_payload_that_was_fetched_has_its_address() {
    let Some(_) = tool("curl") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let cabinet = cabinet(&stand_in_files(VERSION));
    let server = Server::with(cabinet.clone());
    let address = format!("{}/drop/module.cab?token=secret#sha512={}", server.at, sha512(&cabinet));
    let user = User::new();
    let config = folder.path().join("ancm.toml");
    std::fs::write(&config, format!("payload = \"{address}\"\n")).expect("room");
    for arguments in [["plan", "--payload", &address], ["plan", "--config", config.to_str().expect("text")]] {
        let output = user.command(&arguments, "").output().expect("it starts");
        assert!(output.status.success(), "{}", said(&output));
        let told = format!("{}{}", String::from_utf8_lossy(&output.stdout), said(&output));
        assert!(!told.contains("secret"), "{told}");
        let plan: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let paths =
            plan["payload"]["files"].as_array().expect("files").iter().map(|file| file["path"].as_str());
        let begin = format!("{}/drop/module.cab!", server.at);
        assert_eq!(
            paths.filter(|path| path.is_some_and(|path| path.starts_with(&begin))).count(),
            7,
            "{plan}"
        );
    }
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn what_breaks_off_goes_on_where_it_broke() {
    let Some(_) = tool("curl") else { return };
    let bytes = [b"PK\x05\x06".to_vec(), vec![0; 18], noise(300_000)].concat();
    let half = bytes.len() / 2;

    // the connection ends in the middle, once
    let whole = bytes.clone();
    let server = Server::new(move |request, before, stream| match before {
        0 => answer(stream, "200 OK", &format!("Content-Length: {}\r\n", whole.len()), &whole[..half]),
        _ => serve(request, &whole, stream),
    });
    let user = User::new();
    user.inspect(&format!("{}/a.bin", server.at), &bytes, 0);
    assert_eq!(server.asked().iter().map(|request| request.from).collect::<Vec<_>>(), [None, Some(half)]);
    assert_eq!(user.kept(), [("a.bin".to_owned(), bytes.len())]);

    // the program ended in the middle: another run goes on; a server that cannot, begins anew
    for goes_on in [true, false] {
        let user = User::new();
        let folder = user.0.path().join(&sha512(&bytes)[..32]);
        std::fs::create_dir_all(&folder).expect("room");
        std::fs::write(folder.join("a.bin.part"), &bytes[..half]).expect("room");
        let whole = bytes.clone();
        let server = Server::new(move |request, _, stream| {
            let from = request.from.filter(|_| goes_on);
            serve(&Request { from, ..request.clone() }, &whole, stream);
        });
        user.inspect(&format!("{}/a.bin", server.at), &bytes, 0);
        let expected = if goes_on { vec![Some(half)] } else { vec![Some(half), None] };
        assert_eq!(server.asked().iter().map(|request| request.from).collect::<Vec<_>>(), expected);
    }

    // what is there is of another file, shorter and longer than this one; or all of it
    for (there, asked) in [(vec![7; half], 2), (vec![7; 2 * bytes.len()], 2), (bytes.clone(), 0)] {
        let user = User::new();
        let folder = user.0.path().join(&sha512(&bytes)[..32]);
        std::fs::create_dir_all(&folder).expect("room");
        std::fs::write(folder.join("a.bin.part"), there).expect("room");
        let server = Server::with(bytes.clone());
        user.inspect(&format!("{}/a.bin", server.at), &bytes, 0);
        assert_eq!(server.asked().len(), asked);
        assert_eq!(user.kept(), [("a.bin".to_owned(), bytes.len())]);
    }
}

#[test]
fn servers_that_are_wrong_are_told_and_leave_nothing() {
    let Some(_) = tool("curl") else { return };
    let bytes = [b"PK\x05\x06".to_vec(), vec![0; 18]].concat();
    let page = b"\r\n<!DOCTYPE html><title>Sign in</title>".to_vec();
    let told = |server: &Server, code| {
        let user = User::new();
        let finding = finding(&user.inspect(&format!("{}/a.zip", server.at), &bytes, code));
        assert!(user.kept().iter().all(|(_, length)| *length == 0), "{:?}", user.kept());
        finding
    };
    let body = page.clone();
    let missing = Server::new(move |_, _, stream| answer(stream, "404 Not Found", "", &body));
    let (code, text) = told(&missing, 10);
    assert!(
        code == "payload::fetch" && text.contains("/a.zip` cannot be fetched") && text.contains("404"),
        "{text}"
    );
    assert_eq!(missing.asked().len(), 1, "it is not asked again");

    let (code, text) = told(&Server::with(page), 10);
    assert!(code == "payload::hash" && text.contains("it is a page"), "{text}");
    let (code, text) = told(&Server::with(b"something else".to_vec()), 10);
    assert!(code == "payload::hash" && text.contains(&sha512(b"something else")), "{text}");

    let whole = bytes.clone();
    let short = Server::new(move |_, _, stream| answer(stream, "200 OK", "Content-Length: 3\r\n", &whole));
    assert_eq!(told(&short, 10).0, "payload::hash");
    let circle = Server::new(|_, _, stream| {
        answer(stream, "302 Found", "Location: /a.zip\r\nContent-Length: 0\r\n", b"")
    });
    assert!(told(&circle, 10).1.contains("redirects"));
    let elsewhere = Server::new(|_, _, stream| {
        answer(stream, "302 Found", "Location: file:///etc/passwd\r\nContent-Length: 0\r\n", b"");
    });
    assert_eq!(told(&elsewhere, 10).0, "payload::fetch");
    let (code, text) = finding(&User::new().inspect("http://127.0.0.1:1/a.zip", &bytes, 10));
    assert!(code == "payload::fetch" && text.contains("--offline"), "{text}");

    // one that promises more than there is, and one that is busy at first and sends elsewhere then
    let whole = bytes.clone();
    let long = Server::new(move |_, _, stream| answer(stream, "200 OK", "Content-Length: 1000\r\n", &whole));
    User::new().inspect(&format!("{}/a.zip", long.at), &bytes, 0);
    let whole = bytes.clone();
    let busy = Server::new(move |request, before, stream| match before {
        0 => answer(stream, "503 Service Unavailable", "Content-Length: 0\r\n", b""),
        1 => answer(stream, "301 Moved Permanently", "Location: /b.zip\r\nContent-Length: 0\r\n", b""),
        _ => serve(request, &whole, stream),
    });
    User::new().inspect(&format!("{}/a.zip", busy.at), &bytes, 0);
    assert_eq!(busy.asked().last().map(|request| request.path.clone()), Some("/b.zip".to_owned()));
}

#[test]
fn what_is_kept_is_looked_at_again_and_fetched_by_one_at_a_time() {
    let Some(_) = tool("curl") else { return };
    let bytes = [b"PK\x05\x06".to_vec(), vec![0; 18]].concat();
    let whole = bytes.clone();
    let server = Server::new(move |request, _, stream| {
        std::thread::sleep(std::time::Duration::from_millis(300));
        serve(request, &whole, stream);
    });
    let user = User::new();
    let address = format!("{}/a.zip#sha512={}", server.at, sha512(&bytes));
    let start = || user.command(&["payload", "inspect", &address], "").output().expect("it starts");
    std::thread::scope(|scope| {
        let runs: Vec<_> = (0..3).map(|_| scope.spawn(start)).collect();
        for run in runs {
            let output = run.join().expect("no panic");
            assert!(output.status.success(), "{}", said(&output));
        }
    });
    assert_eq!(server.asked().len(), 1);
    let path = user.0.path().join(&sha512(&bytes)[..32]).join("a.zip");
    std::fs::write(&path, b"something else").expect("room");
    let offline =
        user.command(&["payload", "inspect", &address, "--offline"], "").output().expect("it starts");
    assert_eq!(offline.status.code(), Some(10), "{}", said(&offline));
    assert!(start().status.success());
    assert_eq!(std::fs::read(&path).expect("readable"), bytes);
}

#[test]
fn an_address_must_say_what_its_file_is() {
    let told = |arguments: &[&str]| {
        let output = User::new().command(arguments, "").output().expect("it starts");
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        said(&output)
    };
    let text = told(&["plan", "--payload", "https://me:secret@example.org/a.exe?secret"]);
    assert!(text.contains("`https://example.org/a.exe`") && text.contains("add `#sha512=`"), "{text}");
    assert!(!text.contains("secret"), "{text}");
    assert!(told(&["payload", "inspect", "ftp://example.org/a.exe"]).contains("`http:` or `https:` only"));
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("ancm.toml");
    std::fs::write(&config, "# mine\npayload = ['x', 'https://example.org/a.exe']\n").expect("room");
    let text = told(&["plan", "--config", path(&config)]);
    assert!(text.contains("ancm.toml:2:") && text.contains("add `#sha512=`"), "{text}");
}

fn path(path: &Path) -> &str {
    path.to_str().expect("our own paths are text")
}
