//! Errors that cross a module are types: whoever gets one can ask what went wrong, and need not read a text.

use super::circles::words;
use super::sources;
use std::path::Path;

/// The items of a source (as words) that give a text as their error where others get it.
fn textual<'w>(words: &[&'w str]) -> Vec<Vec<&'w str>> {
    let items = words.split(|word| matches!(*word, ";" | "{" | "}"));
    let crosses = |item: &&[&str]| {
        item.ends_with(&["type", "Err", "=", "String"]) || (item.contains(&"pub") && has_text(item))
    };
    items.filter(crosses).map(<[_]>::to_vec).collect()
}

/// Whether a `Result` in the item has `String` as its last argument.
fn has_text(item: &[&str]) -> bool {
    let results =
        item.iter().enumerate().filter(|(_, word)| **word == "Result").map(|(at, _)| &item[at + 1..]);
    results.into_iter().any(|rest| {
        let mut depth = 0_usize;
        let end = rest.iter().enumerate().position(|(at, word)| {
            match *word {
                "<" => depth += 1,
                // not that of an arrow
                ">" if rest[at - 1] != "-" => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        let within = &rest[..end.unwrap_or(0)];
        let within = within.strip_suffix(&[","]).unwrap_or(within);
        within.ends_with(&[",", "String"])
    })
}

#[test]
fn errors_that_cross_a_module_are_types() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for room in ["src", "xtask/src", "native/registration/src", "native/configaction/src"] {
        sources(&top.join(room), &mut files);
    }
    assert!(files.len() > 300, "{} sources", files.len());
    let mut found = Vec::new();
    for file in &files {
        let shown = file.strip_prefix(top).expect("inside").display().to_string().replace('\\', "/");
        let text = std::fs::read_to_string(file).expect("readable");
        let own = words(super::own_code(&text));
        found.extend(textual(&own).into_iter().map(|item| (shown.clone(), item.join(" "))));
    }
    assert!(found.is_empty(), "these say what is wrong in words alone; make it a type: {found:#?}");
}

#[test]
fn a_text_as_an_error_is_seen_wherever_it_stands() {
    let seen = |text: &str| textual(&words(text)).len();
    for bad in [
        "pub fn a() -> Result<(), String> {}",
        "pub(super) fn a<T>(b: &T) -> Option<Result<Vec<u8>, String>>;",
        "pub(crate) fn a(b: impl FnMut(&str) -> Result<B, String>) {}",
        "impl FromStr for A { type Err = String; }",
        "struct A { pub b: BTreeMap<String, Result<Vec<String>, String>> }",
        "pub fn a() -> Result<(A, B),\n    String,\n> {}",
    ] {
        assert_eq!(seen(bad), 1, "{bad}");
    }
    for good in [
        "fn a() -> Result<(), String> {}",
        "pub fn a() -> Result<String, A> {}",
        "pub fn a() -> Result<BTreeMap<String, String>, A> {}",
        "pub fn a(b: BTreeMap<String, String>) -> io::Result<String> {}",
        "// pub fn a() -> Result<(), String> {}",
    ] {
        assert_eq!(seen(good), 0, "{good}");
    }
}
