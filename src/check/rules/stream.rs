//! check::stream: streams and rows belong together.

use crate::Subject;
use crate::msi::ColumnKind;
use crate::rule::{Findings, Rule};
use std::collections::BTreeSet;

/// Every stream is of a row or a cabinet, and every row has its stream.
pub(super) const RULE: Rule = Rule {
    code: "check::stream",
    title: "every stream is of a row or a cabinet, and every row has its stream",
    explanation: "A stream that nothing refers to is carried along for ever, and may be what was meant to be used; a row without its stream fails when it is used. https://learn.microsoft.com/windows/win32/msi/ole-limitations-on-streams",
    fix: "remove the stream, or add the row that refers to it",
    example: "Stream: Binary.Gone",
    check,
};

fn check(package: &Subject<'_>, found: &mut Findings) {
    let mut known: BTreeSet<String> = BTreeSet::new();
    for media in package.rows("Media") {
        known.extend(media.text("Cabinet").strip_prefix('#').map(str::to_owned));
    }
    for table in package.tables() {
        for column in table.columns.iter().filter(|column| column.kind == ColumnKind::Stream) {
            for row in package.rows(&table.name).filter(|row| !row.is_null(&column.name)) {
                let name = format!("{}.{}", table.name, row.key().join("."));
                if !package.has_stream(&name) {
                    found.error(row.at(&column.name), format!("there is no stream `{name}`"));
                }
                known.insert(name);
            }
        }
    }
    // names that begin with a character below the blank are Windows' own: signatures, document properties
    for name in package.streams().filter(|name| !name.starts_with(|first: char| first < ' ')) {
        if !known.contains(name) {
            found.warning("_Streams", format!("nothing refers to the stream `{name}`"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn a_stream_of_nobody_and_a_row_without() {
        finds(&RULE, RULE.example, &["warning _Streams"]);
        finds(&RULE, "Binary: b | x", &["error Binary.Data[b]"]);
        finds(
            &RULE,
            "Binary: b | x
Stream: Binary.b",
            &[],
        );
    }
}
