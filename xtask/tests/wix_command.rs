//! How `wix` is told what to build, and how what it says is read.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use xtask::tool::wix::build::{response_file, shown};
use xtask::tool::wix::messages::Messages;

fn read(text: &str) -> (Vec<String>, Vec<String>) {
    let mut messages = Messages::default();
    messages.read(text);
    (messages.diagnostics.iter().map(ToString::to_string).collect(), messages.others)
}

#[test]
fn messages_have_their_place_level_and_number() {
    let said = "C:\\a b (x86)\\p.wxs(12) : error WIX0005: The Wix element : error WIX9 is odd.\r\n\
                wix.exe : warning WIX1156: The definition.\r\n\
                C:\\p(1).wxs : information WIX12345: no line\r\n\
                C:\\a : b.wxs(3) : error WIX0103: Cannot find 'x : error WIX0001: y'\r\n";
    let expected = [
        "C:\\a b (x86)\\p.wxs:12: error[WIX0005]: The Wix element : error WIX9 is odd.",
        "warning[WIX1156]: The definition.",
        "C:\\p(1).wxs: note[WIX12345]: no line",
        "C:\\a : b.wxs:3: error[WIX0103]: Cannot find 'x : error WIX0001: y'",
    ];
    assert_eq!(read(said), (expected.map(str::to_owned).to_vec(), vec![]));
}

#[test]
fn what_follows_a_message_belongs_to_it() {
    let mut messages = Messages::default();
    messages.read("Unhandled exception.\n");
    messages.read(
        "a.wxs(1) : error WIX0001: first\n\nException Type: X\n   at Y()\nb.wxs(2) : error WIX0092: second\n\
         Source trace: c.wxi: line 7\nSource trace: b.wxs: line 1\n",
    );
    assert_eq!(messages.others, ["Unhandled exception."]);
    assert_eq!(messages.diagnostics[0].message, "first\nException Type: X\n   at Y()");
    let related: Vec<String> = messages.diagnostics[1].related.iter().map(|(at, _)| at.to_string()).collect();
    assert_eq!(related, ["c.wxi:7", "b.wxs:1"]);
    // another stream's first lines belong to no message of this one
    messages.read("stray\n");
    assert_eq!((messages.others.len(), messages.has_errors()), (2, true));
}

#[test]
fn lines_that_only_look_like_messages_are_none() {
    for line in [": error WIX0001: x", "a : error WIX01: x", "a : error CNDL0001: x", "a : fatal WIX0001: x"]
    {
        assert_eq!(read(line).1, [line], "{line}");
    }
}

#[test]
fn a_response_file_holds_what_wix_reads_unchanged() {
    let arguments =
        ["build", "-nologo", "-d", "A=100%", "-d", "B=two words", "-b", "C:\\", "a.wxs", "50%.wxs"];
    let (file, rest) = response_file(&arguments.map(OsString::from));
    assert_eq!(file, "\"-nologo\"\n\"-d\"\n\"B=two words\"\n\"a.wxs\"\n");
    assert_eq!(rest, ["-d", "A=100%", "-b", "C:\\", "50%.wxs"]);
}

#[test]
fn a_command_is_shown_as_one_would_type_it() {
    let arguments = ["-d", "A=b c", "", "say \"x\""].map(OsStr::new);
    assert_eq!(shown(Path::new("wix"), arguments.into_iter()), "wix -d \"A=b c\" \"\" \"say \\\"x\\\"\"");
}
