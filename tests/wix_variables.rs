//! `!(…)` variables: which parts a text has, and what comes in their place.

use ancm_installer::wix::variables::Segment::{self, Bind, BindPath, Localization, Text, Wix};
use ancm_installer::wix::variables::{Endless, Replacement, parse, replace};

fn check(text: &str, expected: &[Segment]) {
    let parts = parse(text);
    assert_eq!(parts.iter().map(|(source, _)| *source).collect::<String>(), text);
    assert_eq!(parts.into_iter().map(|(_, segment)| segment).collect::<Vec<_>>(), expected);
}

#[test]
fn known_prefixes_are_variables_and_all_else_is_text() {
    check("", &[]);
    check("a !(b) (c)", &[Text("a !(b) (c)")]);
    check("!(loc.open", &[Text("!(loc.open")]);
    check(
        "!(bindpath.extra)a-!(loc.X.y)!(wix.A=b=c)",
        &[BindPath("extra"), Text("a-"), Localization("X.y"), Wix { name: "A", default: Some("b=c") }],
    );
    check(
        "v!(bind.fileVersion.My.dll)",
        &[Text("v"), Bind { name: "fileVersion", id: "My.dll", default: None }],
    );
}

#[test]
fn a_doubled_mark_is_an_escape() {
    check("a!!(loc.X)b", &[Text("a"), Text("!(loc.X)b")]);
    check("!!(loc.X)!(loc.Y)", &[Text(""), Text("!(loc.X)"), Localization("Y")]);
    check("!!(nothing)", &[Text("!!(nothing)")]);
}

#[test]
fn values_are_replaced_in_turn_but_not_for_ever() {
    let mut look = |_: &str, segment: &Segment<'_>| match segment {
        Localization("A") => Replacement::Value("<!(loc.B)>"),
        Localization("B") => Replacement::Text("!(loc.B)".to_owned()),
        Localization("Loop") => Replacement::Value("!(loc.Loop)!(loc.Loop)"),
        _ => Replacement::Source,
    };
    assert_eq!(
        replace("a!(loc.A)!(wix.X)!!(loc.A)", &mut look).as_deref(),
        Ok("a<!(loc.B)>!(wix.X)!!(loc.A)")
    );
    assert_eq!(replace("!(loc.Loop)", &mut look), Err(Endless));
}
