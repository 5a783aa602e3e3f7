//! The lossless editor of `applicationHost.config`, seen from outside.

use crate::support;
use ancm_installer::apphost::{Change, Error, Inverse, edit, global_module_image, redirection, undo};

const IIS75: &str = include_str!("apphost/iis75.config");
const IIS10: &str = include_str!("apphost/iis10.config");
const EXPRESS: &str = include_str!("apphost/express.config");
const BARE: &str = include_str!("apphost/bare.config");
const ALL: [&str; 4] = [IIS75, IIS10, EXPRESS, BARE];

const NAME: &str = "AspNetCoreModuleV2";
const IMAGE: &str = r"%ProgramFiles%\IIS\Asp.Net Core Module\V2\aspnetcorev2.dll";

fn register() -> Vec<Change> {
    vec![
        Change::HandlersUnlocked,
        Change::GlobalModule { name: NAME.into(), image: IMAGE.into() },
        Change::RootModule { name: NAME.into(), locked: false },
        Change::Section { name: "aspNetCore".into() },
        Change::TraceArea {
            provider: "WWW Server".into(),
            guid: "{3a2a4e84-4c21-4981-ae10-3fda0d9b0f83}".into(),
            area: "ANCM".into(),
            value: 65536,
        },
        Change::DynamicType { mime: "text/event-stream".into() },
    ]
}

fn unregister() -> Vec<Change> {
    vec![
        Change::NoModule { name: NAME.into() },
        Change::NoSection { name: "aspNetCore".into() },
        Change::NoTraceArea { provider: "WWW Server".into(), area: "ANCM".into() },
    ]
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("UTF-8 came in")
}

/// The lines that only `b` has and the lines that only `a` has, by the longest common subsequence.
fn difference(a: &str, b: &str) -> Vec<String> {
    let (a, b): (Vec<&str>, Vec<&str>) = (a.split('\n').collect(), b.split('\n').collect());
    let mut longest = vec![vec![0usize; b.len() + 1]; a.len() + 1];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            longest[i][j] = if a[i] == b[j] {
                longest[i + 1][j + 1] + 1
            } else {
                longest[i + 1][j].max(longest[i][j + 1])
            };
        }
    }
    let (mut i, mut j, mut lines) = (0, 0, Vec::new());
    while i < a.len() || j < b.len() {
        if i < a.len() && j < b.len() && a[i] == b[j] {
            (i, j) = (i + 1, j + 1);
        } else if i < a.len() && (j == b.len() || longest[i + 1][j] >= longest[i][j + 1]) {
            lines.push(format!("-{}", a[i]));
            i += 1;
        } else {
            lines.push(format!("+{}", b[j]));
            j += 1;
        }
    }
    lines
}

#[test]
fn a_registration_adds_these_lines_and_nothing_else() {
    let made = edit(IIS10.as_bytes(), &register()).expect("editable");
    assert_eq!(
        difference(IIS10, text(&made.bytes)),
        [
            "-            <section name=\"handlers\" overrideModeDefault=\"Deny\" />\r",
            "+            <section name=\"handlers\" overrideModeDefault=\"Allow\" />\r",
            "+            <section name=\"aspNetCore\" overrideModeDefault=\"Allow\" />\r",
            &format!("+            <add name=\"{NAME}\" image=\"{IMAGE}\" />\r"),
            "+                <add mimeType=\"text/event-stream\" enabled=\"false\" />\r",
            "+                        <add name=\"ANCM\" value=\"65536\" />\r",
            &format!("+                <add name=\"{NAME}\" />\r"),
        ]
    );
}

/// The picture of docs/registration.md: what an installation, an upgrade and a removal do to a file of Windows.
#[test]
fn the_life_of_a_configuration_is_as_the_book_shows_it() {
    let shown = |from: &[u8], to: &[u8]| -> Vec<String> {
        let lines = difference(text(from), text(to));
        let tidy = |line: &String| {
            let (sign, line) = line.split_at(1);
            format!("{sign} {}", line.trim())
        };
        lines.iter().map(tidy).collect()
    };
    let new = IIS10.as_bytes();
    let installed = edit(new, &register()).expect("editable");
    let upgraded = edit(&installed.bytes, &register()).expect("editable");
    let removed = undo(&installed.bytes, &installed.inverse).expect("editable");
    let same = |is_it: bool| assert!(is_it, "the picture would be wrong");
    same(upgraded.bytes == installed.bytes && removed.bytes == new);
    let mut picture = vec!["  an installation, in the file that Windows brings".to_owned()];
    picture.extend(shown(new, &installed.bytes));
    picture.push("  an upgrade or a repair: the same bytes".to_owned());
    picture.push("  a removal".to_owned());
    picture.extend(shown(&installed.bytes, &removed.bytes));
    picture.push("  what is left: byte for byte the file that Windows brought".to_owned());
    support::golden::picture("registration.md", "life", "diff", &picture);
}

#[test]
fn missing_sections_are_made_where_iis_wants_them() {
    let made = edit(BARE.as_bytes(), &register()).expect("editable");
    assert_eq!(
        text(&made.bytes),
        format!(
            r#"<configuration>
  <configSections>
    <sectionGroup name="system.webServer">
      <section name="aspNetCore" overrideModeDefault="Allow" />
    </sectionGroup>
  </configSections>
  <system.webServer>
    <globalModules>
      <add name="{NAME}" image="{IMAGE}" />
    </globalModules>
  </system.webServer>
  <location path="" overrideMode="Allow">
    <system.webServer>
      <modules>
        <add name="{NAME}" />
      </modules>
    </system.webServer>
  </location>
</configuration>
"#
        )
    );
    assert_eq!(text(&undo(&made.bytes, &made.inverse).expect("readable").bytes), BARE);
}

#[test]
fn tracing_is_left_alone_where_iis_has_none() {
    let made = edit(IIS75.as_bytes(), &register()).expect("editable");
    assert!(!text(&made.bytes).contains("traceProviderDefinitions"));
    let made = edit(EXPRESS.as_bytes(), &register()).expect("editable");
    let text = text(&made.bytes);
    assert!(
        text.contains("<add name=\"WWW Server\" guid=\"{3a2a4e84-4c21-4981-ae10-3fda0d9b0f83}\">"),
        "{text}"
    );
    assert!(text.contains("<add name=\"ANCM\" value=\"65536\" />"), "{text}");
}

/// A file in every encoding that IIS reads.
fn encodings(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    vec![
        ("UTF-8", text.as_bytes().to_vec()),
        ("UTF-8 with mark", [&[0xEF, 0xBB, 0xBF], text.as_bytes()].concat()),
        ("UTF-16 LE", little.clone()),
        ("UTF-16 LE with mark", [&[0xFF, 0xFE][..], &little].concat()),
        ("UTF-16 BE", big.clone()),
        ("UTF-16 BE with mark", [&[0xFE, 0xFF][..], &big].concat()),
    ]
}

#[test]
fn apply_then_inverse_is_identity_in_every_encoding_and_line_end() {
    for file in ALL {
        for file in [file.replace("\r\n", "\n"), file.replace("\r\n", "\n").replace('\n', "\r\n")] {
            for (encoding, bytes) in encodings(&file) {
                let made = edit(&bytes, &register()).expect("editable");
                assert_ne!(made.bytes, bytes, "{encoding}");
                let record = Inverse::parse(&made.inverse.to_text()).expect("our own record");
                assert_eq!(record, made.inverse, "{encoding}");
                let back = undo(&made.bytes, &record).expect("readable");
                assert!(back.bytes == bytes, "{encoding}");
                let again = undo(&back.bytes, &back.inverse).expect("readable");
                assert!(again.bytes == made.bytes, "{encoding}: the inverse of the inverse");
            }
        }
    }
}

#[test]
fn apply_twice_is_apply_once() {
    for file in ALL {
        let once = edit(file.as_bytes(), &register()).expect("editable");
        let twice = edit(&once.bytes, &register()).expect("editable");
        assert_eq!(text(&once.bytes), text(&twice.bytes));
        assert!(twice.inverse.is_empty());
    }
}

#[test]
fn removal_has_an_exact_inverse_too() {
    for file in ALL {
        let made = edit(file.as_bytes(), &register()).expect("editable");
        let gone = edit(&made.bytes, &unregister()).expect("editable");
        assert!(!text(&gone.bytes).contains(NAME) && !text(&gone.bytes).contains("aspNetCore"));
        assert_eq!(text(&undo(&gone.bytes, &gone.inverse).expect("readable").bytes), text(&made.bytes));
        let nothing = edit(file.as_bytes(), &unregister()).expect("editable");
        assert!(nothing.inverse.is_empty() && nothing.bytes == file.as_bytes());
    }
}

/// Edits that others make between ours and its undoing: each replaces text that stands in the file once.
const OTHERS: [(&str, &str); 7] = [
    ("<!-- end of the list -->", "<!-- end of the list --><!-- really -->"),
    (
        "<add name=\"HttpCacheModule\"   image",
        "<add name=\"Before\" image=\"b.dll\"/>\r\n            <add name=\"HttpCacheModule\"   image",
    ),
    ("</globalModules>", "    <add name=\"Behind\" image=\"a.dll\" />\r\n        </globalModules>"),
    (
        "<section name=\"httpCompression\"",
        "<section name=\"new\" />\r\n            <section name=\"httpCompression\"",
    ),
    (
        "<location path=\"Default Web Site/shop\">",
        "<location path=\"new\"><system.webServer/></location><location path=\"Default Web Site/shop\">",
    ),
    ("allowDoubleEscaping='false'", "allowDoubleEscaping='true'"),
    (
        "<areas>\r\n                        <clear />\r\n                        <add name=\"Authentication\"",
        "<areas>\r\n                        <clear /><add name=\"Mine\" value=\"9\" />\r\n                        <add name=\"Authentication\"",
    ),
];

#[test]
fn inverse_commutes_with_unrelated_edits() {
    for others in 1u32..1 << OTHERS.len() {
        let change = |text: &str| {
            let chosen = OTHERS.iter().enumerate().filter(|(at, _)| others >> at & 1 == 1);
            chosen.fold(text.to_owned(), |text, (_, (old, new))| {
                assert_eq!(text.matches(old).count(), 1, "{old}");
                text.replace(old, new)
            })
        };
        let made = edit(IIS10.as_bytes(), &register()).expect("editable");
        let changed = change(text(&made.bytes));
        let back = undo(changed.as_bytes(), &made.inverse).expect("readable");
        assert_eq!(text(&back.bytes), change(IIS10), "{others:b}");
    }
}

#[test]
fn what_others_put_into_our_elements_stays() {
    let made = edit(BARE.as_bytes(), &register()).expect("editable");
    let theirs =
        text(&made.bytes).replace("      </modules>", "        <add name=\"Theirs\" />\n      </modules>");
    let back = undo(theirs.as_bytes(), &made.inverse).expect("readable");
    let back = text(&back.bytes);
    assert!(back.contains("<modules>\n        <add name=\"Theirs\" />\n      </modules>"), "{back}");
    assert!(!back.contains(NAME) && !back.contains("configSections"), "{back}");
    assert!(back.contains("<globalModules />"), "{back}");
}

#[test]
fn a_wrong_entry_is_corrected_and_a_surplus_one_removed() {
    let good = edit(IIS10.as_bytes(), &register()).expect("editable").bytes;
    let good = text(&good);
    let wrong = good.replace(IMAGE, r"C:\old\aspnetcorev2.dll");
    let made = edit(wrong.as_bytes(), &register()).expect("editable");
    assert_eq!(text(&made.bytes), good);
    assert_eq!(text(&undo(&made.bytes, &made.inverse).expect("readable").bytes), wrong);
    let entry = format!("                <add name=\"{NAME}\" />\r\n");
    let twice = good.replace(&entry, &entry.repeat(3));
    let made = edit(twice.as_bytes(), &register()).expect("editable");
    assert_eq!(text(&made.bytes), good);
    assert_eq!(text(&undo(&made.bytes, &made.inverse).expect("readable").bytes), twice);
}

#[test]
fn what_is_right_in_another_manner_is_left_alone() {
    let good = edit(IIS10.as_bytes(), &register()).expect("editable").bytes;
    let other = text(&good)
        .replace(IMAGE, &IMAGE.to_uppercase().replace("%PROGRAMFILES%", "&#37;ProgramFiles%"))
        .replace("\"text/event-stream\" enabled=\"false\"", "\"text/event-stream\" enabled=\"true\"")
        .replace("\"aspNetCore\" overrideModeDefault=\"Allow\"", "\"aspNetCore\"");
    let made = edit(other.as_bytes(), &register()).expect("editable");
    assert_eq!(text(&made.bytes), other);
}

#[test]
fn a_lock_is_added_where_it_is_wanted() {
    let plain = edit(EXPRESS.as_bytes(), &register()).expect("editable").bytes;
    let locked = Change::RootModule { name: NAME.into(), locked: true };
    let made = edit(&plain, std::slice::from_ref(&locked)).expect("editable");
    assert!(text(&made.bytes).contains(&format!("<add name=\"{NAME}\" lockItem=\"true\" />")));
    assert_eq!(undo(&made.bytes, &made.inverse).expect("readable").bytes, plain);
}

#[test]
fn a_section_with_data_stays_declared() {
    let made = edit(IIS10.as_bytes(), &register()).expect("editable").bytes;
    let data = text(&made)
        .replace("<system.webServer />", "<system.webServer><aspNetCore x=\"1\"/></system.webServer>");
    let gone = edit(data.as_bytes(), &unregister()).expect("editable").bytes;
    assert!(text(&gone).contains("<section name=\"aspNetCore\""));
    assert!(!text(&gone).contains(NAME));
}

#[test]
fn a_section_is_declared_again_where_the_file_has_data_of_it() {
    let wanted = [Change::SectionOfData { name: "aspNetCore".into() }];
    let plain = edit(IIS10.as_bytes(), &wanted).expect("editable");
    assert_eq!(text(&plain.bytes), IIS10);
    let data = IIS10.replace(
        "<system.webServer />",
        "<system.webServer><aspNetCore processPath=\"dotnet\" /></system.webServer>",
    );
    let made = edit(data.as_bytes(), &wanted).expect("editable");
    assert!(text(&made.bytes).contains(r#"<section name="aspNetCore" overrideModeDefault="Allow" />"#));
    assert_eq!(text(&undo(&made.bytes, &made.inverse).expect("readable").bytes), data);
}

#[test]
fn a_shared_configuration_is_where_the_redirection_says() {
    let file = |attributes: &str| {
        format!("<configuration><configSections /><configurationRedirection{attributes} /></configuration>")
    };
    let asked = |attributes: &str| redirection(file(attributes).as_bytes());
    assert_eq!(asked(""), Ok(None));
    assert_eq!(asked(r#" enabled="false" path="\\server\share""#), Ok(None));
    assert_eq!(asked(r#" enabled="true" path="""#), Ok(None));
    assert_eq!(asked(r#" enabled="TRUE" path="\\server\a &amp; b""#), Ok(Some(r"\\server\a & b".to_owned())));
    assert_eq!(redirection(b"<configuration />"), Ok(None));
    let encrypted = asked(r#" configProtectionProvider="P""#).expect_err("unreadable");
    assert_eq!(encrypted, Error::Encrypted("configurationRedirection".into()));
    redirection(b"<configuration>").expect_err("malformed");
}

#[test]
fn the_record_of_several_edits_gives_back_what_was_there_before_the_first() {
    let first = edit(IIS10.as_bytes(), &register()).expect("editable");
    let damaged = text(&first.bytes)
        .replace(IMAGE, r"C:\wrong.dll")
        .replace(&format!("                <add name=\"{NAME}\" />\r\n"), "");
    let repaired = edit(damaged.as_bytes(), &register()).expect("editable");
    assert_eq!(text(&repaired.bytes), text(&first.bytes));
    let record = repaired.inverse.added_since(first.inverse);
    let gone = undo(&repaired.bytes, &record).expect("readable");
    assert_eq!(text(&gone.bytes), IIS10);
}

#[test]
fn the_image_of_a_module_can_be_asked_for() {
    let v1 = BARE.replace(
        "<globalModules />",
        r#"<globalModules><add name="AspNetCoreModule" image="%SystemRoot%\a&amp;b.dll"/></globalModules>"#,
    );
    let image = global_module_image(v1.as_bytes(), "AspNetCoreModule").expect("readable");
    assert_eq!(image.as_deref(), Some(r"%SystemRoot%\a&b.dll"));
    assert_eq!(global_module_image(v1.as_bytes(), NAME).expect("readable"), None);
}

/// The error of registering in `file`, as text.
fn refusal(file: &[u8]) -> String {
    edit(file, &register()).expect_err("not editable").to_string()
}

#[test]
fn files_that_cannot_be_edited_are_refused_by_name() {
    let refused = |old: &str, new: &str| {
        assert!(IIS10.contains(old), "{old}");
        refusal(IIS10.replacen(old, new, 1).as_bytes())
    };
    assert_eq!(refused("</globalModules>", ""), "line 61: malformed XML: an end tag without its start tag");
    assert_eq!(
        refused("path=\"Default Web Site/shop\"", "path=\"a\" path=\"b\""),
        "line 62: malformed XML: an attribute is given twice"
    );
    assert_eq!(
        refused("<!-- sites", "<!- sites"),
        "line 18: malformed XML: a document type or declaration, which no IIS configuration has"
    );
    assert_eq!(
        refused("</configuration>", ""),
        "line 88: malformed XML: the file ends before its elements do"
    );
    assert_eq!(
        refused("</configuration>", "</configuration><a/>"),
        "line 87: malformed XML: a second root element"
    );
    assert_eq!(refusal(b""), "line 1: malformed XML: no element at all");
    assert_eq!(
        refusal(b"<configurationRedirection/>"),
        "the root element is `configurationRedirection`, expected `configuration`: not an IIS configuration"
    );
    assert_eq!(refusal(b"<configuration>\xFF</configuration>"), "not readable as text: no UTF-8 at byte 15");
    assert_eq!(
        refused("encoding=\"UTF-8\"", "encoding=\"UTF-16\""),
        "not readable as text: it declares encoding `UTF-16`, but is not in it"
    );
    assert_eq!(refusal(&[0xFF, 0xFE, b'<']), "not readable as text: UTF-16 with an odd number of bytes");
    assert!(
        refused("<globalModules>", "<globalModules configProtectionProvider=\"P\">")
            .starts_with("section `system.webServer/globalModules` is encrypted;")
    );
    assert_eq!(
        refused("<globalModules>", "<globalModules configSource=\"modules.config\">"),
        "section `system.webServer/globalModules` is kept in another file, `modules.config` (configSource)"
    );
    let lock =
        "section `location/system.webServer/modules` is locked; remove its lock attribute and install again";
    assert_eq!(refused("<globalModules>", "<modules lockElements=\"clear, add\" /><globalModules>"), lock);
    assert_eq!(
        refused("<globalModules>", "<modules lockAllElementsExcept=\"clear\" /><globalModules>"),
        lock
    );
    assert_eq!(refused("<globalModules>", "<modules lockItem=\"true\" /><globalModules>"), lock);
    let deep = format!("{}{}", "<configuration>".repeat(100_000), "</configuration>".repeat(100_000));
    assert_eq!(refusal(deep.as_bytes()), "line 1: malformed XML: elements nested deeper than 200");
}

#[test]
fn damaged_records_are_refused() {
    let record = edit(IIS10.as_bytes(), &register()).expect("editable").inverse.to_text();
    assert_eq!(Inverse::parse(""), Err(Error::Record { line: 1 }));
    assert_eq!(Inverse::parse(&record.replacen("set\t", "sat\t", 1)), Err(Error::Record { line: 7 }));
    assert_eq!(Inverse::parse(&record.replacen("remove\t", "remove\\", 1)), Err(Error::Record { line: 2 }));
}
