//! Conditional statements of Windows Installer, with a third truth value for properties that nobody knows here
//! (<https://learn.microsoft.com/windows/win32/msi/conditional-statement-syntax>).

mod parse;
mod reduce;
mod token;

use std::borrow::Cow;
use std::cmp::Ordering;

/// What is known of a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'v> {
    /// Its text; empty means that it is not set.
    Known(&'v str),
    /// It is set, to what only the machine knows: a search has found something.
    Found,
    /// Depends on the machine.
    Unknown,
}

/// The outcome of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Truth {
    /// Holds.
    True,
    /// Does not hold.
    False,
    /// Depends on something that is not known here.
    Unknown,
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Truth {
        if holds { Truth::True } else { Truth::False }
    }
}

impl Truth {
    fn not(self) -> Truth {
        match self {
            Truth::True => Truth::False,
            Truth::False => Truth::True,
            Truth::Unknown => Truth::Unknown,
        }
    }

    fn and(self, other: Truth) -> Truth {
        match (self, other) {
            (Truth::False, _) | (_, Truth::False) => Truth::False,
            (Truth::True, Truth::True) => Truth::True,
            _ => Truth::Unknown,
        }
    }

    fn or(self, other: Truth) -> Truth {
        self.not().and(other.not()).not()
    }

    fn same(self, other: Truth) -> Truth {
        match (self, other) {
            (Truth::Unknown, _) | (_, Truth::Unknown) => Truth::Unknown,
            _ => (self == other).into(),
        }
    }
}

/// What a condition asks of its surroundings.
pub trait Lookup {
    /// The property `name`.
    fn property<'v>(&'v self, name: &'v str) -> Value<'v>;
    /// The state that `prefix` (`$` `?` component action and state, `&` `!` feature action and state) asks for;
    /// nothing before costing.
    fn state(&self, prefix: char, name: &str) -> Option<i32>;
}

/// A part of a condition's text: where it is, and how long. There may be hundreds of thousands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Part {
    at: u32,
    length: u32,
}

impl Part {
    fn of(self, text: &str) -> &str {
        &text[self.at as usize..][..self.length as usize]
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Operand {
    Property(Part),
    Environment,
    State(char, Part),
    Literal(Part),
    Number(i64),
}

/// One step of the evaluation, which keeps truth values on a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Value(Operand),
    Compare(Box<(Operand, Operator, Operand)>),
    Not,
    Logic(Logic),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Operator {
    ignore_case: bool,
    kind: Comparison,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Contains,
    StartsWith,
    EndsWith,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Logic {
    Imp,
    Eqv,
    Xor,
    Or,
    And,
}

/// A parsed condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    text: String,
    steps: Vec<Step>,
}

/// The text is not a condition.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a condition: {problem}")]
pub struct ConditionError {
    text: String,
    problem: token::Problem,
}

impl std::str::FromStr for Condition {
    type Err = ConditionError;
    fn from_str(text: &str) -> Result<Self, ConditionError> {
        Reduced::of(text).parse()
    }
}

/// The text of a condition; where it is long, without what it repeats. What is no condition is none afterwards either.
pub struct Reduced<'t>(Cow<'t, str>);

impl<'t> Reduced<'t> {
    /// Takes `text` apart where it is long.
    #[must_use]
    pub fn of(text: &'t str) -> Reduced<'t> {
        Reduced(reduce::reduced(text))
    }

    /// What is left.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The condition.
    ///
    /// # Errors
    /// The text is none.
    pub fn parse(self) -> Result<Condition, ConditionError> {
        let text = self.0.into_owned();
        match parse::steps(&text) {
            Ok(mut steps) => {
                steps.shrink_to_fit();
                Ok(Condition { text, steps })
            }
            Err(problem) => Err(ConditionError { text, problem }),
        }
    }
}

impl Condition {
    /// As it stands in the table; where it is long, without what it repeats ([`Reduced`]).
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it holds; an empty condition does.
    #[must_use]
    pub fn evaluate(&self, lookup: &dyn Lookup) -> Truth {
        // most conditions come to one truth after the other, and need no room for more
        let (mut below, mut top): (Vec<Truth>, Option<Truth>) = (Vec::new(), None);
        for step in &self.steps {
            let truth = match step {
                Step::Value(operand) => operand.truth(&self.text, lookup),
                Step::Compare(comparison) => {
                    let (left, operator, right) = &**comparison;
                    operator.compare(&left.value(&self.text, lookup), &right.value(&self.text, lookup))
                }
                Step::Not => top.take().unwrap_or(Truth::True).not(),
                Step::Logic(logic) => {
                    let right = top.take().unwrap_or(Truth::True);
                    let left = below.pop().unwrap_or(Truth::True);
                    match logic {
                        Logic::And => left.and(right),
                        Logic::Or => left.or(right),
                        Logic::Xor => left.same(right).not(),
                        Logic::Eqv => left.same(right),
                        Logic::Imp => left.not().or(right),
                    }
                }
            };
            below.extend(top.replace(truth));
        }
        top.unwrap_or(Truth::True)
    }

    /// What it asks for: properties, and with their prefix the states of components (`$` `?`) and features (`&` `!`),
    /// from left to right.
    pub fn references(&self) -> impl Iterator<Item = (Option<char>, &str)> {
        let operands = self.steps.iter().flat_map(|step| match step {
            Step::Value(operand) => [Some(operand), None],
            Step::Compare(comparison) => [Some(&comparison.0), Some(&comparison.2)],
            Step::Not | Step::Logic(_) => [None, None],
        });
        operands.flatten().filter_map(|operand| match operand {
            Operand::Property(name) => Some((None, name.of(&self.text))),
            Operand::State(prefix, name) => Some((Some(*prefix), name.of(&self.text))),
            Operand::Environment | Operand::Literal(_) | Operand::Number(_) => None,
        })
    }

    /// The properties that it names.
    pub fn properties(&self) -> impl Iterator<Item = &str> {
        self.references().filter_map(|(prefix, name)| prefix.is_none().then_some(name))
    }
}

/// What is compared: numbers in the text of a condition and states are integers; properties and literals are texts,
/// which count as integers beside one, where they can.
enum Comparand<'v> {
    Integer(i64),
    Text(&'v str),
    Found,
    Unknown,
}

impl Operand {
    fn value<'v>(&self, text: &'v str, lookup: &'v dyn Lookup) -> Comparand<'v> {
        match self {
            Operand::Property(name) => match lookup.property(name.of(text)) {
                Value::Known(text) => Comparand::Text(text),
                Value::Found => Comparand::Found,
                Value::Unknown => Comparand::Unknown,
            },
            Operand::Environment => Comparand::Unknown,
            Operand::State(prefix, name) => lookup
                .state(*prefix, name.of(text))
                .map_or(Comparand::Unknown, |state| Comparand::Integer(state.into())),
            Operand::Literal(part) => Comparand::Text(part.of(text)),
            Operand::Number(number) => Comparand::Integer(*number),
        }
    }

    fn truth(&self, text: &str, lookup: &dyn Lookup) -> Truth {
        match self.value(text, lookup) {
            Comparand::Integer(number) => (number != 0).into(),
            Comparand::Text(text) => (!text.is_empty()).into(),
            Comparand::Found => Truth::True,
            Comparand::Unknown => Truth::Unknown,
        }
    }
}

impl Comparand<'_> {
    fn integer(&self) -> Option<i64> {
        match self {
            Comparand::Integer(number) => Some(*number),
            Comparand::Text(text) => text.trim().parse().ok(),
            Comparand::Found | Comparand::Unknown => None,
        }
    }
}

impl Operator {
    /// An integer beside something that is none: only `<>` is true.
    fn compare(self, left: &Comparand, right: &Comparand) -> Truth {
        match (left, right) {
            (Comparand::Unknown, _) | (_, Comparand::Unknown) => Truth::Unknown,
            (Comparand::Found, Comparand::Text(text)) | (Comparand::Text(text), Comparand::Found)
                if text.is_empty() && matches!(self.kind, Comparison::Equal | Comparison::NotEqual) =>
            {
                (self.kind == Comparison::NotEqual).into()
            }
            (Comparand::Found, _) | (_, Comparand::Found) => Truth::Unknown,
            (Comparand::Text(left), Comparand::Text(right)) if self.ignore_case => {
                self.texts(&left.to_lowercase(), &right.to_lowercase()).into()
            }
            (Comparand::Text(left), Comparand::Text(right)) => self.texts(left, right).into(),
            (left, right) => match (left.integer(), right.integer()) {
                (Some(left), Some(right)) => self.integers(left, right).into(),
                _ => (self.kind == Comparison::NotEqual).into(),
            },
        }
    }

    fn texts(self, left: &str, right: &str) -> bool {
        match self.kind {
            Comparison::Contains => left.contains(right),
            Comparison::StartsWith => left.starts_with(right),
            Comparison::EndsWith => left.ends_with(right),
            _ => self.orders(left.cmp(right)),
        }
    }

    /// `><` asks for common bits, `<<` and `>>` compare the high and the low half of the left number.
    fn integers(self, left: i64, right: i64) -> bool {
        match self.kind {
            Comparison::Contains => left & right != 0,
            Comparison::StartsWith => (left >> 16) & 0xFFFF == right,
            Comparison::EndsWith => left & 0xFFFF == right,
            _ => self.orders(left.cmp(&right)),
        }
    }

    fn orders(self, order: Ordering) -> bool {
        match self.kind {
            Comparison::Equal => order == Ordering::Equal,
            Comparison::NotEqual => order != Ordering::Equal,
            Comparison::Less => order == Ordering::Less,
            Comparison::LessEqual => order != Ordering::Greater,
            Comparison::Greater => order == Ordering::Greater,
            Comparison::GreaterEqual => order != Ordering::Less,
            Comparison::Contains | Comparison::StartsWith | Comparison::EndsWith => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) struct Known;
    impl Lookup for Known {
        fn property<'v>(&'v self, name: &'v str) -> Value<'v> {
            match name {
                "REMOVE" => Value::Known("All"),
                "VersionNT" => Value::Known("603"),
                "Search" => Value::Unknown,
                "FOUND" => Value::Found,
                "FIVE" => Value::Known("5"),
                _ => Value::Known(""),
            }
        }
        fn state(&self, prefix: char, name: &str) -> Option<i32> {
            (prefix == '$' && name == "C.x64").then_some(3)
        }
    }

    pub(super) fn check(text: &str, expected: Truth) {
        let condition: Condition = text.parse().expect(text);
        assert_eq!(condition.evaluate(&Known), expected, "{text}");
    }

    #[test]
    fn evaluates_what_installers_contain() {
        check("", Truth::True);
        check("(REMOVE~=\"ALL\" AND NOT UPGRADINGPRODUCTCODE)", Truth::True);
        check("REMOVE=\"ALL\"", Truth::False);
        check("NOT REMOVE", Truth::False);
        check("Installed OR (VersionNT >= 601)", Truth::True);
        check("VersionNT < 1000 And $C.x64=3", Truth::True);
        check("NOT ( (VersionNT = 600) AND (Search = \"#4\") )", Truth::True);
        check("Search", Truth::Unknown);
        check("Search OR VersionNT", Truth::True);
        check("Search AND Installed", Truth::False);
        check("NOT Installed IMP Installed", Truth::False);
        check("REMOVE ~>< \"L\" XOR Installed", Truth::True);
        check("?C.x64 = 2", Truth::Unknown);
    }

    /// <https://learn.microsoft.com/windows/win32/msi/conditional-statement-syntax>
    #[test]
    fn compares_as_documented() {
        for text in ["UNDEFINED < 7", "UNDEFINED = 0", "UNDEFINED >= 0", "REMOVE > 1", "REMOVE >< 1"] {
            check(text, Truth::False);
            check(&format!("NOT {text}"), Truth::True);
        }
        check("UNDEFINED <> 7", Truth::True);
        check("7 <> UNDEFINED", Truth::True);
        check("VersionNT > 70", Truth::True);
        check("VersionNT > \"70\"", Truth::False);
        check("\"100\" <= \"12\"", Truth::True);
        check("FIVE = \"5\"", Truth::True);
        check("FIVE = \"05\"", Truth::False);
        check("FIVE = 05", Truth::True);
        check("3 >< 4", Truth::False);
        check("6 >< 2", Truth::True);
        check("FIVE >< 4", Truth::True);
        check("FIVE >< \"4\"", Truth::False);
        check("65537 << 1", Truth::True);
        check("65538 >> 2", Truth::True);
        check("65538 >> 65538", Truth::False);
        check("\"abc\" << \"AB\"", Truth::False);
        check("\"abc\" ~<< \"AB\"", Truth::True);
    }

    #[test]
    fn what_a_search_found_is_set_to_something() {
        check("FOUND", Truth::True);
        check("NOT FOUND", Truth::False);
        check("FOUND = \"\"", Truth::False);
        check("FOUND = \"#1\"", Truth::Unknown);
        check("FOUND <> 1 OR VersionNT", Truth::True);
    }

    #[test]
    fn operators_bind_as_in_basic() {
        check("1 OR 1 AND 0", Truth::True);
        check("NOT 0 AND 0", Truth::False);
        check("1 XOR 1 OR 1", Truth::False);
        check("0 IMP 0 EQV 1", Truth::True);
        check("1 IMP 0 IMP 0", Truth::True);
        check("NOT NOT 1", Truth::True);
        check("NOT (1 AND NOT 0)", Truth::False);
    }

    #[test]
    fn no_length_and_no_depth_is_too_much() {
        check(&vec!["0"; 200_000].join(" OR "), Truth::False);
        check(&vec!["1"; 200_000].join(" AND "), Truth::True);
        check(&format!("{}1{}", "(".repeat(200_000), ")".repeat(200_000)), Truth::True);
        check(&format!("{}1", "NOT ".repeat(200_001)), Truth::False);
        check(&format!("{}1{}", "NOT (0 IMP ".repeat(100_000), ")".repeat(100_000)), Truth::False);
        check("VersionNT < 99999999999999999999999999", Truth::True);
    }

    #[test]
    fn refuses_what_is_no_condition() {
        for text in [
            "(A",
            "A = ",
            "AND B",
            "A B",
            "\"open",
            "A # B",
            "A )",
            "()",
            "A < ",
            "A < B < C",
            "-",
            &"(".repeat(100_000),
        ] {
            assert!(text.parse::<Condition>().is_err());
        }
    }
}
