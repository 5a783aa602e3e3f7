//! Findings as a user reads them.

use crate::support;
use ancm_installer::diag::text::Renderer;
use ancm_installer::diag::{Diagnostic, Location};

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
