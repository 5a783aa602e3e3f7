//! Follows Burn's own log: what a bundle did with its packages, and the first error of the failure that ended it. Burn writes
//! error lines in runs that succeed, too; only what stands before a failed package, or before the end, counts.

use super::facts::short;
use crate::known::codes;
use crate::line::BurnLine;
use crate::story::{Bounded, Bundle, BundlePackage, Evidence, EvidenceKind};
use std::collections::BTreeMap;

/// So many bundles, and packages of each, are kept.
const BUNDLES: usize = 60;
const PACKAGES: usize = 200;

pub(super) struct Burn {
    pub bundles: Vec<Bundle>,
    logs: BTreeMap<String, String>,
    /// The package at work.
    at_work: Option<String>,
    /// The place in the errors where those of the work at hand begin.
    since: usize,
    ended: bool,
    /// The last line was an error, which may go on in lines without a prefix.
    goes_on: bool,
}

impl Burn {
    pub(super) fn new() -> Burn {
        Burn {
            bundles: Vec::new(),
            logs: BTreeMap::new(),
            at_work: None,
            since: 0,
            ended: true,
            goes_on: false,
        }
    }

    /// Words after a line of Burn that was broken in the middle, as mail does it, or that came to an end in the middle.
    pub(super) fn continues(&mut self, words: &str) -> bool {
        let Some(bundle) = self.bundles.last_mut() else { return false };
        if let Some(last) = bundle.errors.items.last_mut()
            && self.goes_on
            && last.text.len() < 400
        {
            last.text.push(' ');
            last.text.push_str(&short(words.trim_start_matches(['>', ' '])));
            last.number = last.number.or_else(|| error_code(&last.text).map(i64::from));
            return true;
        }
        !self.ended
    }

    /// An empty line: what comes after it belongs to nothing before it.
    pub(super) fn pauses(&mut self) {
        self.goes_on = false;
    }

    pub(super) fn line(&mut self, number: u64, line: &BurnLine) {
        let text = line.text.trim();
        self.goes_on = line.level == b'e' && line.signed;
        // `i001: Burn v3.11.2.4516, Windows v10.0 …`: the elevated part of a bundle writes one, too
        let begins = line.number == 1 && text.starts_with("Burn ");
        let goes_on = |bundle: &Bundle| bundle.result.is_none();
        if (begins && !self.bundles.last().is_some_and(goes_on))
            || self.bundles.is_empty()
            || (self.ended && !after(line))
        {
            self.begin(number);
        }
        let Some(bundle) = self.bundles.last_mut() else { return };
        bundle.lines.1 = number;
        match line.number {
            1 if begins && bundle.engine.is_empty() => {
                let version = text.trim_start_matches("Burn ").split(',').next().unwrap_or("");
                version.clone_into(&mut bundle.engine);
            }
            101 => detected(bundle, number, text),
            200 => text.rsplit("action: ").next().unwrap_or("").trim().clone_into(&mut bundle.action),
            201 => planned(bundle, number, text),
            301 | 302 => {
                let id =
                    text.split(": ").nth(1).unwrap_or("").split(", action").next().unwrap_or("").to_owned();
                // what came before belongs to caching, and did not stop this package from being applied
                if bundle.first.is_none() && line.number == 301 && self.at_work.as_deref() != Some(&id) {
                    self.since = bundle.errors.items.len();
                }
                let action = text.split("action: ").nth(1).unwrap_or("").split(',').next().unwrap_or("");
                let package = package(bundle, number, &id);
                package.line = number;
                action.clone_into(&mut package.action);
                self.at_work = Some(id);
            }
            319 | 329 => self.applied(text),
            399 => {
                self.finished(text, true);
            }
            7 | 500 => {
                self.finished(text, false);
            }
            348 => bundle.retries += 1,
            52 if text.ends_with("evaluates to false.") => {
                bundle.conditions.push_late((short(text), number));
            }
            410 => variable(bundle, &mut self.logs, text.trim_start_matches("Variable: "), " = "),
            _ if line.level == b'e' => {
                // codes that Burn does not end with, such as what a user interface says of itself
                let evidence = Evidence {
                    line: number,
                    kind: EvidenceKind::Error,
                    number: error_code(text).map(i64::from),
                    who: self.at_work.clone().unwrap_or_default(),
                    text: short(text),
                };
                bundle.errors.push(evidence);
            }
            0 if text.starts_with("Setting string variable '") => {
                let rest = text.trim_start_matches("Setting string variable '");
                variable(bundle, &mut self.logs, rest, "' to value '");
            }
            _ => {}
        }
    }

    fn begin(&mut self, number: u64) {
        if self.bundles.len() >= BUNDLES {
            self.bundles.remove(0);
        }
        self.bundles.push(Bundle {
            lines: (number, number),
            name: String::new(),
            engine: String::new(),
            action: String::new(),
            packages: Vec::new(),
            errors: Bounded::new(400),
            first: None,
            failed_package: None,
            result: None,
            conditions: Bounded::new(30),
            retries: 0,
        });
        self.at_work = None;
        self.since = 0;
        self.ended = false;
        self.logs.clear();
    }

    /// `Applied execute package: X, result: 0x80070643, restart: None`
    fn applied(&mut self, text: &str) {
        let Some(bundle) = self.bundles.last_mut() else { return };
        let id = text.split(": ").nth(1).unwrap_or("").split(", result").next().unwrap_or("").to_owned();
        let result = error_code(text.split("result: ").nth(1).unwrap_or("")).unwrap_or(0);
        let line = bundle.lines.1;
        let log = self.logs.get(&id).cloned();
        let package = package(bundle, line, &id);
        package.result = Some(result);
        package.log = log;
        if !succeeded(result) {
            if bundle.first.is_none() {
                bundle.first = first_of(bundle, self.since, result);
                bundle.failed_package.get_or_insert(id);
            }
        } else if bundle.first.is_none() {
            self.since = bundle.errors.items.len();
        }
        self.at_work = None;
    }

    fn finished(&mut self, text: &str, is_apply: bool) {
        let mark = if is_apply { "result: " } else { "ode: " };
        let result = text.split(mark).nth(1).and_then(error_code);
        let at_work = self.at_work.clone();
        if let (Some(bundle), Some(result)) = (self.bundles.last_mut(), result) {
            if bundle.result.is_none_or(succeeded) {
                bundle.result = Some(result);
            }
            if !succeeded(result) && bundle.first.is_none() && !bundle.errors.items.is_empty() {
                bundle.first = first_of(bundle, self.since, result);
                bundle.failed_package = bundle.failed_package.take().or(at_work);
            }
        }
        self.ended |= !is_apply;
    }
}

/// The place of the first error of a failure with `result`: all of its lines carry the same code. Others that came since the
/// last success are the second choice.
fn first_of(bundle: &Bundle, since: usize, result: u32) -> Option<usize> {
    let has_code = |evidence: &Evidence| evidence.number == Some(i64::from(result));
    let errors = &bundle.errors.items;
    let late = errors.iter().skip(since).position(has_code).map(|at| at + since);
    late.or_else(|| errors.iter().position(has_code)).or_else(|| (since < errors.len()).then_some(since))
}

/// Whether a line may come after the exit code.
fn after(line: &BurnLine) -> bool {
    matches!(line.number, 7 | 410 | 500) || line.level == b'e'
}

/// Whether a result of Burn means that all went well.
pub(crate) fn succeeded(result: u32) -> bool {
    result == 0 || codes::is_success(result) || codes::is_success(result & 0xFFFF) && result >> 16 == 0x8007
}

/// `0x80070643` at the start, or after `Error `, or after `error: `.
pub(super) fn error_code(text: &str) -> Option<u32> {
    let at = text.find("0x")?;
    let digits = &text[at + 2..];
    let length = digits.bytes().take_while(u8::is_ascii_hexdigit).count();
    u32::from_str_radix(digits.get(..length.min(8))?, 16).ok()
}

fn package<'a>(bundle: &'a mut Bundle, line: u64, id: &str) -> &'a mut BundlePackage {
    if let Some(at) = bundle.packages.iter().position(|package| package.id == id) {
        return &mut bundle.packages[at];
    }
    if bundle.packages.len() >= PACKAGES {
        bundle.packages.remove(0);
    }
    bundle.packages.push(BundlePackage { id: id.to_owned(), line, ..BundlePackage::default() });
    bundle.packages.last_mut().expect("just pushed")
}

/// `Detected package: X, state: Absent, cached: None`
fn detected(bundle: &mut Bundle, line: u64, text: &str) {
    if let Some(rest) = text.strip_prefix("Detected package: ") {
        package(bundle, line, rest.split(", state").next().unwrap_or(rest));
    }
}

/// `Planned package: X, state: Absent, …, execute: Install, …`
fn planned(bundle: &mut Bundle, line: u64, text: &str) {
    if let Some(rest) = text.strip_prefix("Planned package: ") {
        let action = rest.split("execute: ").nth(1).unwrap_or("").split(',').next().unwrap_or("");
        let package = package(bundle, line, rest.split(", state").next().unwrap_or(rest));
        action.clone_into(&mut package.action);
    }
}

/// The bundle's name, and the log of each package.
fn variable(bundle: &mut Bundle, logs: &mut BTreeMap<String, String>, text: &str, between: &str) {
    let Some((name, value)) = text.split_once(between) else { return };
    let value = value.trim_end_matches('\'');
    if name == "WixBundleName" && !value.is_empty() {
        bundle.name = short(value);
    }
    if let Some(id) = name.strip_prefix("WixBundleLog_") {
        if let Some(package) = bundle.packages.iter_mut().find(|package| package.id == id) {
            package.log = Some(short(value));
        }
        if logs.len() < PACKAGES {
            logs.insert(id.to_owned(), short(value));
        }
    }
}
