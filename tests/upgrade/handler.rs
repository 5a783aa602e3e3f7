//! HttpPlatformHandler v2 beside ANCM: a product of others whose packages have 25 ComponentIds of ANCM's at other paths.

use super::ancm::baseline;
use super::fixture::guid;
use super::tables;
use ancm_installer::upgrade::{
    Confidence, Headline, Outcome, Package, Report, Resource, Scenario, Then, Verdict,
};

const FLAVOURS: [&str; 2] = ["iis", "iisexpress"];
const ARCHS: [&str; 3] = ["x86", "x64", "arm64"];

fn handler(kind: &str) -> Package {
    tables::package(&format!("handler/hph-{kind}"), &guid(0x4A00_0001), &[])
}

/// A release of the next month.
fn later_handler(kind: &str) -> Package {
    tables::package(&format!("handler/hph-{kind}"), &guid(0x4A00_0002), &[("19.0.24348", "19.0.24380")])
}

fn kinds() -> impl Iterator<Item = String> {
    FLAVOURS.iter().flat_map(|flavour| ARCHS.iter().map(move |arch| format!("{flavour}-{arch}")))
}

fn codes(report: &Report) -> Vec<&'static str> {
    report.findings.iter().map(|finding| finding.code()).collect()
}

fn losses(report: &Report) -> Vec<&Outcome> {
    report.outcomes.iter().filter(|outcome| outcome.verdict.is_loss()).collect()
}

/// Neither is the other's predecessor, nothing is lost, and what they share is named when the second one comes.
#[test]
fn what_both_share_is_named_at_install_whichever_comes_first() {
    for kind in kinds() {
        for era in ["old", "fixed"] {
            let (ancm, handler) = (baseline(&format!("{era}-{kind}")), handler(&kind));
            for (first, second) in [(&ancm, &handler), (&handler, &ancm)] {
                let report = Report::of(&Scenario::upgrade(first, second));
                assert_eq!(report.headline(), Headline::SideBySide, "{kind}, {era}");
                assert!(losses(&report).is_empty(), "{kind}, {era}: {:#?}", losses(&report));
                let shared = report.findings.iter().find(|finding| finding.code() == "U044");
                let message = &shared.unwrap_or_else(|| panic!("{kind}, {era}: nothing is named")).message;
                assert!(message.contains("at other key path(s)"), "{kind}, {era}: {message}");
                for code in ["U016", "U016c", "U017", "U041"] {
                    assert!(!codes(&report).contains(&code), "{kind}, {era}: {code}");
                }
            }
        }
    }
}

/// Of full IIS, the entry stays and its DLL goes: Microsoft's action wants the component absent, and it is not. Where the
/// component is the handler's alone (ARM64), and for IIS Express, whose entries a command takes away, nothing dangles.
#[test]
fn the_entry_that_is_left_without_its_dll_is_a_regression() {
    for kind in kinds() {
        let (ancm, handler) = (baseline(&format!("fixed-{kind}")), handler(&kind));
        for is_last in [false, true] {
            let (first, second) = if is_last { (&ancm, &handler) } else { (&handler, &ancm) };
            let mut scenario = Scenario::upgrade(first, second);
            scenario.then.push(Then::Remove(handler.product_code));
            let report = Report::of(&scenario);
            let dangling: Vec<&Outcome> =
                report.outcomes.iter().filter(|o| o.verdict == Verdict::Dangling).collect();
            if kind.starts_with("iis-x") {
                assert_eq!(report.headline(), Headline::Regression, "{kind}, last: {is_last}");
                let [entry] = dangling.as_slice() else { panic!("{kind}: {dangling:#?}") };
                assert_eq!(entry.resource, Resource::Module("httpPlatformHandler (IIS)".to_owned()));
                assert_eq!((entry.owner, entry.confidence), (handler.product_code, Confidence::B));
                assert!(codes(&report).contains(&"U048"));
            } else {
                assert!(dangling.is_empty(), "{kind}: {dangling:#?}");
                assert_eq!(report.headline(), Headline::Ok, "{kind}, last: {is_last}");
            }
            // that files go where the ComponentId has a client elsewhere, and the rest stays, is not proven
            for left in report.outcomes.iter().filter(|o| o.verdict == Verdict::LeftBehind) {
                assert!(left.is_uncertain(), "{kind}: {left:#?}");
            }
            let ours = losses(&report).into_iter().filter(|o| o.owner == ancm.product_code).count();
            assert_eq!(ours, 0, "{kind}: ANCM loses nothing");
        }
    }
}

/// Three clients, of which one has the same path: the component is fully shared with that one.
#[test]
fn the_next_release_shares_what_has_one_path_though_the_other_product_is_elsewhere() {
    for kind in kinds() {
        let (ancm, first, next) = (baseline(&format!("fixed-{kind}")), handler(&kind), later_handler(&kind));
        for chain in [vec![&ancm, &first], vec![&first, &ancm]] {
            let report = Report::of(&Scenario::chain(chain, &next));
            assert!(losses(&report).is_empty(), "{kind}: {:#?}", losses(&report));
            assert_eq!(report.removed, [first.product_code], "{kind}");
        }
        // and the other way round: ANCM's next release over both
        let newest = baseline(&format!("net11rc1-{kind}"));
        let files = |report: &Report| -> Vec<String> {
            let files = losses(report).into_iter().filter(|o| matches!(o.resource, Resource::File(_)));
            files.map(|outcome| outcome.resource.to_string()).collect()
        };
        let report = Report::of(&Scenario::chain(vec![&first, &ancm], &newest));
        assert!(files(&report).is_empty(), "{kind}: {:?}", files(&report));
        let spared = report.outcomes.iter().flat_map(|outcome| &outcome.chain);
        let reasons: Vec<String> = spared.map(|link| link.event.rule.to_string()).collect();
        assert!(reasons.iter().any(|rule| rule == "A35"), "{kind}: {reasons:?}");
    }
}
