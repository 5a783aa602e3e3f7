//! Findings as a user reads them.

use crate::support;
use ancm_installer::diag::github::{self, annotations};
use ancm_installer::diag::sarif::{Log, Rule};
use ancm_installer::diag::text::Renderer;
use ancm_installer::diag::{Diagnostic, Location, Place, Severity, meant};

/// As many as there are elements in a generated source, on lines of their own or all on one.
#[test]
fn the_last_of_many_findings_is_shown_as_fast_as_the_first() {
    const COUNT: u32 = 50_000;
    fn lines(_: &str) -> Option<String> {
        Some("<Filé />\n".repeat(COUNT as usize))
    }
    fn line(_: &str) -> Option<String> {
        Some("<Filé />".repeat(COUNT as usize))
    }
    let start = support::processor_time();
    let (mut of_lines, mut of_line) = (Renderer::new(false, lines), Renderer::new(false, line));
    for number in 0..COUNT {
        for (renderer, line, column) in [(&mut of_lines, number + 1, 1), (&mut of_line, 1, 8 * number + 1)] {
            let at = Location { file: "a.wxs".into(), line, column };
            let text = renderer.diagnostic(&Diagnostic::error("WIX0005", "no").at(&at));
            let (_, shown) = text.rsplit_once("| ").expect("a line under the source");
            assert!(text.contains("<Filé />") && shown.contains('^'), "{text}");
        }
    }
    // with the source gone through for each finding, it took minutes
    let took = support::processor_time() - start;
    assert!(took.as_secs() < 30, "{took:?}");
}

fn source(name: &str) -> Option<String> {
    (name == "a.wxs").then(|| "<Wix>\n  <Filee />\n</Wix>\n".to_owned())
}

#[test]
fn a_finding_shows_its_line_and_what_to_do() {
    let at = Location { file: "a.wxs".into(), line: 2, column: 3 };
    let first = Location { file: "a.wxs".into(), line: 1, column: 0 };
    let finding =
        Diagnostic::error("WIX0005", "`Filee` is not known").at(&at).related(&first, "inside").help("look");
    let expected = "error[WIX0005]: `Filee` is not known\n --> a.wxs:2:3\n  |\n2 |   <Filee />\n  |   ^ \n \
                    ::: a.wxs:1\n  |\n1 | <Wix>\n  = inside\n  = help: look\n";
    assert_eq!(Renderer::new(false, source).diagnostic(&finding), expected);
}

#[test]
fn the_caret_stands_under_its_character_on_a_line_of_any_length() {
    fn long(_: &str) -> Option<String> {
        Some(format!("{}<Filee />{}\n", " ".repeat(5000), "x".repeat(5000)))
    }
    for (column, begins, ends) in [(1, " ", "…"), (5001, "…", "…"), (10_009, "…", "x")] {
        let at = Location { file: "a.wxs".into(), line: 1, column };
        let text = Renderer::new(false, long).diagnostic(&Diagnostic::error("WIX0005", "no").at(&at));
        let lines: Vec<&str> = text.lines().collect();
        let (shown, caret) = (&lines[3][4..], &lines[4][4..]);
        assert!(shown.starts_with(begins) && shown.ends_with(ends), "{shown}");
        assert!(shown.chars().count() <= 160);
        let under = shown.chars().nth(caret.find('^').expect("a caret"));
        assert_eq!(
            under,
            [(1, ' '), (5001, '<'), (10_009, 'x')].iter().find(|(c, _)| *c == column).map(|(_, l)| *l)
        );
    }
}

#[test]
fn a_finding_without_a_readable_place_is_still_told() {
    let at = Location { file: "gone.wxs".into(), line: 7, column: 1 };
    let finding = Diagnostic::warning("x::y", "look out").at(&at);
    let text = Renderer::new(false, source).diagnostic(&finding);
    assert_eq!(text, "warning[x::y]: look out\n --> gone.wxs:7:1\n");
    let colored = Renderer::new(true, source).diagnostic(&Diagnostic::warning("x::y", "look out"));
    assert!(colored.contains("\u{1b}["));
}

#[test]
fn a_finding_about_a_package_names_table_column_and_row() {
    let at = Location { file: "a.msi".into(), line: 0, column: 0 };
    let row = vec!["App".to_owned()];
    let place = Place { table: "Component".into(), column: "KeyPath".into(), row };
    let finding = Diagnostic::error("ICE02", "no").at(&at).place(place);
    assert_eq!(finding.to_string(), "a.msi: Component.KeyPath[App]: error[ICE02]: no");
    let text = Renderer::new(false, source).diagnostic(&finding);
    assert_eq!(text, "error[ICE02]: no\n --> a.msi: Component.KeyPath[App]\n");
}

#[test]
fn lines_are_those_of_the_standard_library() {
    fn texts() -> Vec<String> {
        let long = format!("{}ü\r\n{}\n\n\r\r\nä", "é<x>".repeat(500), "y".repeat(256));
        ["", "\n", "a", "a\n", "a\r\nb", "a\rb\n\n", "\u{feff}ä\n漢字\r\n", &long].map(str::to_owned).into()
    }
    /// The text that has the number `name`.
    fn numbered(name: &str) -> Option<String> {
        texts().into_iter().nth(name.parse().ok()?)
    }
    let mut renderer = Renderer::new(false, numbered);
    // what is shown around a place, above the caret
    let mut shown = |name: &str, line: usize, column: usize| {
        let at = Location { file: name.into(), line: line as u32, column: column as u32 };
        let text = renderer.diagnostic(&Diagnostic::error("WIX0005", "no").at(&at));
        let (_, source) = text.split_once(" |\n")?;
        let (_, source) = source.split_once(" | ").expect("a line of the source");
        Some(source.split('\n').next().unwrap_or_default().to_owned())
    };
    for (name, text) in texts().iter().enumerate() {
        let name = name.to_string();
        let mut number = 0;
        for expected in text.lines() {
            number += 1;
            let characters: Vec<char> = expected.chars().collect();
            let last = characters.len().saturating_sub(160);
            for place in [0, 1, 95, 96, 97, 255, 256, 257, 1023, 1024, 1025, last] {
                let place = place.min(last);
                let mut part: Vec<char> = characters[place..].iter().copied().take(160).collect();
                if place > 0 {
                    part[0] = '…';
                }
                if place < last {
                    part[159] = '…';
                }
                let found = shown(&name, number, place + 80);
                assert_eq!(found, Some(part.iter().collect()), "{text:?}: {number}, {place}");
            }
        }
        for none in [0, number + 2] {
            assert_eq!(shown(&name, none, 1), None, "{text:?}: {none}");
        }
    }
}

#[test]
fn a_slip_is_understood_and_another_word_is_not() {
    let known = ["arch", "flavour", "version"];
    assert_eq!(meant("arhc", known), Some("arch"));
    assert_eq!(meant("FLAVOR", known), Some("flavour"));
    assert_eq!(meant("vershion", known), Some("version"));
    assert_eq!(meant("verzhion", known), Some("version"));
    assert_eq!(meant("fla", known), Some("flavour"));
    assert_eq!(meant("fl", known), None);
    assert_eq!(meant("bread", known), None);
    assert_eq!(meant("x", []), None);
    assert_eq!(meant(&"version".repeat(1_000_000), known), None, "at once");
}

fn finding(severity: Severity, code: &str) -> Diagnostic {
    let at = Location { file: "out,1/a.msi".into(), line: 0, column: 0 };
    let place = Place { table: "File".into(), column: String::new(), row: vec!["a|b".into()] };
    Diagnostic::new(severity, code, "100%\nwrong").at(&at).place(place)
}

#[test]
fn a_stranger_s_text_cannot_begin_a_command_of_its_own() {
    let text = annotations(&[finding(Severity::Error, "ICE01")]);
    assert_eq!(text, "::error file=out%2C1/a.msi,title=ICE01::File[a|b]: 100%25%0Awrong\n");
}

#[test]
fn the_worst_ten_are_shown_and_all_are_in_the_summary() {
    let mut all: Vec<Diagnostic> = (0..12).map(|n| finding(Severity::Warning, &format!("W{n}"))).collect();
    all.push(finding(Severity::Error, "E"));
    let shown = annotations(&all);
    assert_eq!(shown.lines().count(), github::SHOWN);
    assert!(shown.starts_with("::error ") && shown.contains("title=W8:") && !shown.contains("title=W9:"));
    let summary = github::summary("a.msi", &all);
    assert_eq!(summary.lines().count(), 4 + all.len());
    assert!(summary.contains(r"| out,1/a.msi: File\[a\|b\] | 100% wrong |"), "{summary}");
}

#[test]
fn a_log_has_what_code_scanning_asks_for() {
    let at = Location { file: r"out\my package.msi".into(), line: 0, column: 0 };
    let place = Place { table: "Feature".into(), column: "Feature".into(), row: vec!["All".into()] };
    let finding = Diagnostic::error("ICE14", "no").at(&at).place(place).help("do this");
    let other =
        Diagnostic::warning("ICE61", "hm").at(&Location { file: "C:/a.wxs".into(), line: 3, column: 7 });
    let log = Log::new(vec![Rule::new("ICE14", "t", "e", "h")], [&finding], [(&other, "wanted")]);
    let json = serde_json::to_value(&log).expect("serializes");
    let run = &json["runs"][0];
    assert_eq!(json["version"], "2.1.0");
    assert_eq!(run["tool"]["driver"]["rules"][0]["shortDescription"]["text"], "t");
    let first = &run["results"][0];
    assert_eq!(first["ruleId"], "ICE14");
    assert_eq!(first["message"]["text"], "no. do this");
    let location = &first["locations"][0];
    assert_eq!(location["physicalLocation"]["artifactLocation"]["uri"], "out/my%20package.msi");
    assert_eq!(location["logicalLocations"][0]["fullyQualifiedName"], "Feature.Feature[All]");
    assert!(location["physicalLocation"].get("region").is_none() && first.get("suppressions").is_none());
    let second = &run["results"][1];
    assert_eq!(second["suppressions"][0]["justification"], "wanted");
    let location = &second["locations"][0]["physicalLocation"];
    assert_eq!(location["artifactLocation"]["uri"], "file:///C:/a.wxs");
    assert_eq!(location["region"]["startLine"], 3);
}
