//! `SummaryInformation`.

use super::Compiler;
use super::elements::{Rule, Within};
use crate::source::Element;
use crate::symbol::{Kind, Summary};

pub(super) const ELEMENTS: &[Rule] = &[("SummaryInformation", Within::Package(summary_information))];

/// `SummaryInformation`: <https://docs.firegiant.com/wix/schema/wxs/summaryinformation/>.
fn summary_information(c: &mut Compiler, element: &Element) {
    let a = c.attributes(element);
    let summary = Summary {
        codepage: a.codepage("Codepage", true),
        comments: a.text("Comments"),
        description: a.text("Description"),
        keywords: a.text("Keywords"),
        manufacturer: a.text("Manufacturer"),
    };
    c.no_children(element);
    c.add(None, &element.at, Kind::Summary(summary));
}
