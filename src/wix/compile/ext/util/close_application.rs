//! `CloseApplication`: a program that is asked to end, or made to.

use crate::compile::Compiler;
use crate::compile::elements::{Rule, Within};
use crate::compile::ext::shape::{Cell, Reading, Shape};
use crate::symbol::Field;

pub(super) const ELEMENTS: &[Rule] = &[("CloseApplication", Within::DefinitionRow(&SHAPE))];

/// Bits of Attributes.
const REBOOT_PROMPT: i32 = 2;
const TERMINATE: i32 = 32;
const PROMPT: i32 = 64;

/// The columns that [`also`] looks at.
const DESCRIPTION: usize = 2;
const ATTRIBUTES: usize = 4;
const EXIT_CODE: usize = 7;
const TIMEOUT: usize = 8;

/// The greatest number of seconds whose milliseconds the column can hold. WiX takes more, and what it stores is another time.
const MOST_SECONDS: i32 = i32::MAX / 1000;

/// <https://docs.firegiant.com/wix/schema/util/closeapplication/>.
pub(super) static SHAPE: Shape = Shape {
    table: "Wix4CloseApplication",
    cells: &[
        Cell::Id,
        Cell::Needed(&Cell::Text("Target")),
        Cell::Text("Description"),
        Cell::Text("Condition"),
        Cell::Bits(
            REBOOT_PROMPT,
            &[
                ("CloseMessage", 1, true),
                ("RebootPrompt", REBOOT_PROMPT, true),
                ("ElevatedCloseMessage", 4, true),
                ("EndSessionMessage", 8, true),
                ("ElevatedEndSessionMessage", 16, true),
                ("PromptToContinue", PROMPT, true),
            ],
        ),
        Cell::Number("Sequence", 0, i32::MAX),
        Cell::Name("Property"),
        Cell::Number("TerminateProcess", 0, i32::MAX),
        Cell::Number("Timeout", 0, MOST_SECONDS),
    ],
    id: Some(("ca", |row| vec![row.text(1)])),
    actions: &["Wix4CloseApplications"],
    also,
};

fn also(_: &mut Compiler, row: &mut Reading<'_>) {
    if row.has_bit(ATTRIBUTES, PROMPT) && !row.has(DESCRIPTION) {
        row.a.illegal(38, "PromptToContinue", "needs `@Description`, which says what is asked");
    }
    if row.has(EXIT_CODE) {
        row.set_bits(ATTRIBUTES, TERMINATE);
        if row.has_bit(ATTRIBUTES, REBOOT_PROMPT) {
            row.a.illegal(35, "TerminateProcess", "cannot be used unless `@RebootPrompt` is `no`");
        }
    }
    if let Field::Int(seconds) = &mut row.cells[TIMEOUT] {
        *seconds *= 1000;
    }
}
