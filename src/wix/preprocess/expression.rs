//! Conditions of `<?if?>`: values compared by `=`, `!=`, `~=`, `<`, `<=`, `>`, `>=`, joined by `not`, `and`, `or` and
//! parentheses.

use super::variables::{Problem, Variables};

/// Parentheses and `not`s within one another.
const DEPTH: u32 = 100;

/// Whether `text` holds. `note` hears of deprecated variables.
pub(super) fn holds(text: &str, variables: &Variables, note: &mut dyn FnMut(&str)) -> Result<bool, Problem> {
    let mut parser = Parser { text, rest: text, variables, note, depth: 0 };
    let value = parser.either(true)?;
    match parser.rest.trim_start() {
        "" => Ok(value),
        rest => Err(parser.invalid(rest)),
    }
}

struct Parser<'a> {
    text: &'a str,
    rest: &'a str,
    variables: &'a Variables<'a>,
    note: &'a mut dyn FnMut(&str),
    depth: u32,
}

/// Longest first, so that `<=` is not read as `<`.
const OPERATORS: [&str; 7] = ["!=", "~=", "<=", ">=", "=", "<", ">"];

impl<'a> Parser<'a> {
    fn invalid(&self, part: &str) -> Problem {
        let (part, whole) = (part.trim(), self.text.trim());
        Problem::new(145, format!("invalid subexpression `{part}` in expression `{whole}`"))
    }

    /// Takes the word `word`, in any case, where it stands alone.
    fn word(&mut self, word: &str) -> bool {
        let rest = self.rest.trim_start();
        let Some(head) = rest.get(..word.len()) else { return false };
        let after = &rest[word.len()..];
        let alone = after.chars().next().is_none_or(|c| c.is_whitespace() || c == '(');
        if head.eq_ignore_ascii_case(word) && alone {
            self.rest = after;
            return true;
        }
        false
    }

    fn symbol(&mut self, symbol: char) -> bool {
        match self.rest.trim_start().strip_prefix(symbol) {
            Some(after) => {
                self.rest = after;
                true
            }
            None => false,
        }
    }

    /// `live` is off where the outcome is known already: what stands there is read, and not evaluated.
    fn either(&mut self, live: bool) -> Result<bool, Problem> {
        let mut value = self.both(live)?;
        while self.word("or") {
            let other = self.both(live && !value)?;
            value = value || other;
        }
        Ok(value)
    }

    fn both(&mut self, live: bool) -> Result<bool, Problem> {
        let mut value = self.one(live)?;
        while self.word("and") {
            let other = self.one(live && value)?;
            value = value && other;
        }
        Ok(value)
    }

    fn one(&mut self, live: bool) -> Result<bool, Problem> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(Problem::new(145, format!("the expression nests deeper than {DEPTH}")));
        }
        let value = if self.word("not") {
            !self.one(live)?
        } else if self.symbol('(') {
            let value = self.either(live)?;
            if !self.symbol(')') {
                return Err(self.invalid("(")).map_err(|mut problem| {
                    problem.help = Some("close every parenthesis".to_owned());
                    problem
                });
            }
            value
        } else {
            self.comparison(live)?
        };
        self.depth -= 1;
        Ok(value)
    }

    fn comparison(&mut self, live: bool) -> Result<bool, Problem> {
        let left = self.operand(live)?;
        let rest = self.rest.trim_start();
        let Some(operator) = OPERATORS.iter().find(|operator| rest.starts_with(**operator)) else {
            return Ok(left.is_some());
        };
        self.rest = &rest[operator.len()..];
        let right = self.operand(live)?;
        if !live {
            return Ok(false);
        }
        let (Some(left), Some(right)) = (left, right) else {
            return Err(self.invalid(operator)).map_err(|mut problem| {
                problem.help =
                    Some("a variable in a comparison must be defined; ask with `<?ifdef?>`".to_owned());
                problem
            });
        };
        let numbers = || {
            let number = |text: &str| text.trim().parse::<i32>().map_err(|_| self.invalid(text));
            Ok((number(&left)?, number(&right)?))
        };
        Ok(match *operator {
            "=" => left == right,
            "!=" => left != right,
            "~=" => left.to_lowercase() == right.to_lowercase(),
            "<" => numbers().map(|(left, right)| left < right)?,
            "<=" => numbers().map(|(left, right)| left <= right)?,
            ">" => numbers().map(|(left, right)| left > right)?,
            _ => numbers().map(|(left, right)| left >= right)?,
        })
    }

    /// A quoted text, a variable, or a bare word; none for a variable that is not defined.
    fn operand(&mut self, live: bool) -> Result<Option<String>, Problem> {
        let rest = self.rest.trim_start();
        if let Some(after) = rest.strip_prefix('"') {
            let Some(end) = after.find('"') else { return Err(self.invalid(rest)) };
            self.rest = &after[end + 1..];
            return if live { self.expand(&after[..end]).map(Some) } else { Ok(None) };
        }
        if let Some(after) = rest.strip_prefix("$(") {
            let Some(end) = after.find(')') else { return Err(self.invalid(rest)) };
            self.rest = &after[end + 1..];
            let value = self.variables.get(&after[..end]);
            if value.as_ref().is_some_and(|value| value.deprecated) {
                (self.note)(&after[..end]);
            }
            return Ok(value.map(|value| value.text));
        }
        let end = rest.find(|c: char| c.is_whitespace() || "()=!<>~\"".contains(c)).unwrap_or(rest.len());
        if end == 0 {
            let next = rest.trim_start_matches(|c: char| "=!<>~".contains(c)).trim_start();
            return Err(self.invalid(if next.is_empty() { rest } else { next }));
        }
        self.rest = &rest[end..];
        Ok(Some(rest[..end].to_owned()))
    }

    fn expand(&mut self, text: &str) -> Result<String, Problem> {
        self.variables.expand(text, |name| (self.note)(name))
    }
}
