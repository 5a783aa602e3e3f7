//! What is no conversion: encodings, line ends, layout, sources that are none; and the layout by itself.

use super::{codes, converted, old};
use ancm_installer::convert::{Options, convert, format};
use ancm_installer::diag::Severity;
use std::path::Path;

#[test]
fn encoding_line_ends_and_byte_order_mark_stay() {
    let source = old("<!-- Grüße -->\n    <Property\n        Id = 'A' >\u{FC}</Property>");
    let (_, plain) = converted(&source);
    assert!(plain.contains("Id = 'A' Value='ü' />"), "{plain}");
    let units =
        |text: &str, bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let latin =
        |text: &str| text.chars().map(|c| u8::try_from(u32::from(c)).expect("Latin")).collect::<Vec<u8>>();
    let windows = |text: &str| text.replace('\n', "\r\n");
    let mark = |text: &str| format!("\u{FEFF}{text}");
    let declared = |text: &str| format!("<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>\n{text}");
    for (before, after) in [
        (windows(&source).into_bytes(), windows(&plain).into_bytes()),
        (mark(&source).into_bytes(), mark(&plain).into_bytes()),
        (units(&mark(&source), u16::to_le_bytes), units(&mark(&plain), u16::to_le_bytes)),
        (units(&mark(&source), u16::to_be_bytes), units(&mark(&plain), u16::to_be_bytes)),
        (units(&source, u16::to_le_bytes), units(&plain, u16::to_le_bytes)),
        (latin(&declared(&source)), latin(&declared(&plain))),
    ] {
        let outcome = convert("a.wxs", &before, &Options::default());
        assert!(
            outcome.bytes == Some(after),
            "{:?}",
            outcome.bytes.map(|b| String::from_utf8_lossy(&b).into_owned())
        );
    }
}

#[test]
fn sources_of_wix_4_stay_byte_for_byte() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut seen = 0;
    for folder in ["tests/data/wix/cases", "tests/data/wix-core/cases", "wix", "wix/products/ancm"] {
        for entry in std::fs::read_dir(root.join(folder)).expect("readable") {
            let path = entry.expect("readable").path();
            let is_source =
                path.extension().is_some_and(|e| ["wxs", "wxi", "wxl"].iter().any(|known| e == *known));
            if !is_source {
                continue;
            }
            seen += 1;
            let bytes = std::fs::read(&path).expect("readable");
            let outcome = convert("a", &bytes, &Options::default());
            // GUIDs and texts of rows that WiX 4 takes, and its converter takes away
            let is_redundant =
                codes(&outcome.findings).split(' ').all(|code| matches!(code, "WIX0022" | "WIX0023"));
            assert!(outcome.bytes.is_none() || is_redundant, "{}: {:#?}", path.display(), outcome.findings);
        }
    }
    assert!(seen > 100, "{seen} sources");
}

#[test]
fn what_is_no_source_is_named_with_its_place_and_left_alone() {
    let deep = "<a>".repeat(300) + &"</a>".repeat(300);
    for (text, place, words) in [
        ("<Wix>\n  <A></B>\n</Wix>", (2, 6), "expected 'A' tag, not 'B'"),
        ("", (1, 1), "not a valid source file"),
        ("<!DOCTYPE x [<!ENTITY a \"b\">]><Wix/>", (1, 1), "DTD"),
        (&*old(&deep), (3, 599), "more than 200 deep"),
        ("<Project />", (1, 1), "the root element is `Project`"),
        ("<Wix xmlns=\"http://schemas.microsoft.com/wix/2003/01/wi\" />", (1, 1), "a source of WiX 2"),
        ("<?xml version='1.0' encoding='klingon'?><Wix/>", (0, 0), "`klingon`"),
    ] {
        let outcome = convert("a.wxs", text.as_bytes(), &Options::default());
        assert!(outcome.bytes.is_none() && !outcome.is_source, "{text}");
        let [finding] = &outcome.findings[..] else { panic!("{:#?}", outcome.findings) };
        let at = finding.at.as_ref().expect("a place");
        assert_eq!((at.line, at.column), place, "{text}: {finding}");
        assert!(finding.message.contains(words) && finding.help.is_some(), "{finding}");
    }
}

#[test]
fn many_siblings_are_no_trouble() {
    let many = "<Condition Message=\"m\">A</Condition>\n".repeat(20_000);
    let (outcome, _) = converted(&old(&many));
    assert_eq!(outcome.conversions, 20_001);
    let controls =
        format!("<Control Id=\"A\">{}</Control>", "<Condition Action=\"hide\">A</Condition>".repeat(10_000));
    let (outcome, _) = converted(&old(&controls));
    assert_eq!(outcome.conversions, 10_001);
}

#[test]
fn settings_leave_kinds_out() {
    let source = old("<Component Id=\"A\" Guid=\"*\" Directory=\"B\" Win64=\"maybe\" />");
    let mut options = Options::default();
    let settings = "<Settings><IgnoreErrors><Test Id='autoguidunnecessary'/></IgnoreErrors>\
                    <ErrorsAsWarnings><Test Id='Win64AttributeRenameCannotBeAutomatic'/></ErrorsAsWarnings></Settings>";
    options.settings.add(settings).expect("settings");
    let outcome = convert("a.wxs", source.as_bytes(), &options);
    assert_eq!(codes(&outcome.findings), "WIX0042 ?WIX0043");
    let problem =
        options.settings.add("<Settings><IgnoreErrors><Test Id='Nothing'/></IgnoreErrors></Settings>");
    assert!(problem.is_err_and(|problem| problem.to_string().contains("`Nothing` is no kind")));
}

#[test]
fn places_are_those_of_the_new_source_after_it_is_written() {
    let (outcome, text) = converted(&format!("<?xml version=\"1.0\"?>\n{}", old("<Verb Target=\"a\" />")));
    let place = |findings: &[ancm_installer::diag::Diagnostic]| {
        let question =
            findings.iter().find(|finding| finding.severity == Severity::Error).expect("a question");
        question.at.as_ref().map(|at| (at.line, at.column))
    };
    assert_eq!(
        (place(&outcome.findings), place(&outcome.findings_after)),
        (Some((4, 5)), Some((3, 5))),
        "{text}"
    );
}

#[test]
fn layout_is_put_in_order() {
    let cases = [
        (
            "<?xml version='1.0'?>\n<Wix>\n  <Fragment>\n\n    <Property Id='P'\n              Value='V'>\n    </Property>\n  </Fragment>\n</Wix>\n",
            "<Wix>\n    <Fragment>\n\n        <Property Id='P'\n              Value='V' />\n    </Fragment>\n</Wix>\n",
        ),
        ("<Wix><A/> <B/>\n</Wix>", "<Wix><A/>\n    <B/>\n</Wix>"),
        (
            "<Wix>\r\n\t<A>\r\n  <![CDATA[ x ]]>\r\n</A>\r\n\t</Wix>",
            "<Wix>\r\n    <A><![CDATA[ x ]]></A>\r\n</Wix>",
        ),
        (
            "<Wix>\n  <!-- c -->\n  <?if 1?>\n  <A/>\n</Wix>",
            "<Wix>\n    <!-- c -->\n  <?if 1?>\n    <A/>\n</Wix>",
        ),
    ];
    for (from, to) in cases {
        let outcome = format("a.wxs", from.as_bytes(), &Options::default());
        let text = String::from_utf8(outcome.bytes.expect("changed")).expect("UTF-8");
        assert_eq!(text, to);
        assert!(format("a.wxs", to.as_bytes(), &Options::default()).bytes.is_none(), "formatted again: {to}");
    }
    let two = Options { indent: 2, ..Options::default() };
    assert!(format("a.wxs", b"<Wix>\n  <A />\n</Wix>", &two).bytes.is_none());
}
