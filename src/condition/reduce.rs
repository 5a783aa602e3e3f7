//! Text → the same without what it repeats: `A OR B OR A` is `A OR B`.
//!
//! What stands twice in a chain of `OR` or of `AND` changes nothing, with three truth values as with two. A condition may have any
//! length, but one of some megabytes says the same again and again.

use super::Logic;
use super::token::{Token, Tokens};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Texts that are no longer, in bytes, stay as they are in the table.
const SHORT: usize = 256;

/// A text of which so many bytes are not repeated stays as it is.
const MOST: usize = 4 << 20;

/// What is longer is not looked for again.
const LONGEST_TERM: usize = 1024;

/// Parentheses within so many others are not looked into.
const DEEPEST: usize = 16;

/// Terms between the same operators.
struct Chain<'t> {
    /// The last two that differ; most chains have no more.
    last: [&'t str; 2],
    /// Those before them.
    seen: BTreeSet<&'t str>,
    /// Where the term begins that is read.
    start: usize,
    /// How much is kept before its operator; nothing has none.
    kept: Option<usize>,
}

impl<'t> Chain<'t> {
    fn at(start: usize) -> Chain<'t> {
        Chain { last: [""; 2], seen: BTreeSet::new(), start, kept: None }
    }

    /// Its term ends at `end`, and goes where it was there before.
    fn ends(&mut self, text: &'t str, end: usize, kept: &mut String) {
        let term = text[self.start..end].trim();
        let [before, last] = self.last;
        let is_known = term == last || term == before || self.seen.contains(term);
        if term != last {
            if term != before && (1..=LONGEST_TERM).contains(&before.len()) {
                self.seen.insert(before);
            }
            self.last = [last, term];
        }
        match self.kept {
            // an operator with nothing behind it is a mistake, and stays one
            Some(length) if is_known && !term.is_empty() => kept.truncate(length),
            _ => {}
        }
    }

    fn goes_on(&mut self, start: usize, kept: usize) {
        (self.start, self.kept) = (start, Some(kept));
    }
}

/// What stands in the same parentheses: terms of `OR`, each of terms of `AND`.
struct Level<'t> {
    or: Chain<'t>,
    and: Chain<'t>,
}

impl<'t> Level<'t> {
    fn at(start: usize) -> Level<'t> {
        Level { or: Chain::at(start), and: Chain::at(start) }
    }

    fn ends(&mut self, text: &'t str, end: usize, kept: &mut String) {
        if self.and.kept.is_some() {
            self.and.ends(text, end, kept);
        }
        self.or.ends(text, end, kept);
    }
}

/// `text`, without what it repeats where it is long. What is no condition is none afterwards either.
pub(super) fn reduced(text: &str) -> Cow<'_, str> {
    if text.len() <= SHORT {
        return Cow::Borrowed(text);
    }
    without_repetitions(text).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// Nothing where a text cannot be taken apart, or stays too long.
fn without_repetitions(text: &str) -> Option<String> {
    let mut tokens = Tokens::of(text).ok()?;
    let mut kept = String::new();
    let mut levels = vec![Level::at(0)];
    // how many parentheses are open that are not looked into
    let mut below = 0;
    loop {
        let start = tokens.end();
        let Some(token) = tokens.next() else { break };
        let (token, end) = (token.ok()?, tokens.end());
        let depth = levels.len();
        let level = levels.last_mut()?;
        match token {
            Token::Open if below > 0 || depth > DEEPEST => below += 1,
            Token::Open => levels.push(Level::at(end)),
            Token::Close if below > 0 => below -= 1,
            Token::Close => {
                level.ends(text, start, &mut kept);
                levels.pop();
            }
            Token::Logic(logic) if below == 0 => {
                match logic {
                    Logic::And => level.and.ends(text, start, &mut kept),
                    _ => level.ends(text, start, &mut kept),
                }
                let length = kept.len();
                match logic {
                    Logic::And => level.and.goes_on(end, length),
                    Logic::Or => {
                        level.or.goes_on(end, length);
                        level.and = Chain::at(end);
                    }
                    Logic::Xor | Logic::Eqv | Logic::Imp => *level = Level::at(end),
                }
            }
            _ => {}
        }
        kept.push_str(&text[start..end]);
        if kept.len() > MOST {
            return None;
        }
    }
    let mut last = levels.pop().filter(|_| levels.is_empty() && below == 0)?;
    last.ends(text, text.len(), &mut kept);
    Some(kept)
}

#[cfg(test)]
mod tests {
    use super::reduced;
    use crate::tests::{Known, check};
    use crate::{Condition, parse};

    /// Of a long text: what is short stays as it is.
    fn kept(text: &str) -> String {
        let filling = format!("({}) AND ", vec!["X"; 100].join(" XOR "));
        let long = format!("{filling}({text})");
        reduced(&long)
            .strip_prefix(&format!("{filling}("))
            .and_then(|text| text.strip_suffix(')'))
            .expect("around it")
            .to_owned()
    }

    #[test]
    fn what_is_repeated_is_left_out() {
        for (text, left) in [
            ("A OR A OR A", "A"),
            ("A OR B or A OR C OR B", "A OR B OR C"),
            ("A AND B AND A", "A AND B"),
            ("A AND B AND A OR C OR A AND B AND A", "A AND B OR C"),
            ("A AND B OR A AND C OR A AND B", "A AND B OR A AND C"),
            ("NOT A OR NOT A OR A", "NOT A OR A"),
            ("V>=1 OR V>=1 OR V >= 1", "V>=1 OR V >= 1"),
            ("P=\"A OR A\" OR P=\"A OR A\"", "P=\"A OR A\""),
            ("(A OR A) AND (A OR A)", "(A)"),
            ("$OR OR $OR", "$OR"),
            // neither of these says the same twice
            ("A XOR A", "A XOR A"),
            ("A IMP A OR A", "A IMP A"),
            ("A EQV A AND A", "A EQV A"),
            ("a OR A", "a OR A"),
            ("A OR NOT A", "A OR NOT A"),
            ("A AND B OR B AND A", "A AND B OR B AND A"),
        ] {
            assert_eq!(kept(text).to_lowercase(), left.to_lowercase(), "{text}");
        }
        let short = "A OR A";
        assert_eq!(short.parse::<Condition>().expect("a condition").text(), short);
    }

    /// A condition about three properties, by the digits of a number.
    fn any(mut number: u64, depth: u32) -> String {
        let mut text = String::new();
        loop {
            let mut digit = |base: u64| {
                number =
                    number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (number >> 33) % base
            };
            let term = ["Search", "FIVE", "Installed", "FIVE>4", "Search=1", "("][digit(6) as usize];
            text.push_str(if digit(4) == 0 { "NOT " } else { "" });
            match term {
                "(" if depth < 3 => text.push_str(&format!("({})", any(digit(1 << 30), depth + 1))),
                "(" => text.push_str("FOUND"),
                term => text.push_str(term),
            }
            match digit(12) {
                0 => return text,
                operator => text.push_str(
                    [
                        " AND ", " and ", " AND ", " AND ", " OR ", " OR ", " OR ", " OR ", " XOR ", " EQV ",
                        " IMP ",
                    ][operator as usize - 1],
                ),
            }
        }
    }

    #[test]
    fn without_what_it_repeats_a_condition_comes_to_the_same() {
        let mut shorter = 0;
        for number in 0..2_000 {
            let text = any(number, 0);
            let text = format!("{text} OR {text}");
            let condition =
                Condition { steps: parse::steps(&text).expect("a condition"), text: text.clone() };
            let left = kept(&text);
            shorter += usize::from(left.len() < text.len());
            check(&left, condition.evaluate(&Known));
        }
        assert!(shorter > 400, "{shorter}");
    }

    #[test]
    fn what_is_no_condition_is_none_without_what_it_repeats() {
        let long = |text: &str| vec![text; 1000].join(" OR ");
        for text in ["A B", "A =", "", "(A", "A)", "\"A", "A AND", "()", "A < B < C", "#"] {
            let text = long(text);
            assert!(text.parse::<Condition>().is_err());
        }
    }
}
