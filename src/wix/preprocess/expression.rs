//! Conditions of `<?if?>`: values compared by `=`, `!=`, `~=`, `<`, `<=`, `>`, `>=`, joined by `not`, `and`, `or` and
//! parentheses. As in WiX, `and` and `or` bind alike and from left to right, a `not` after one of them reaches over
//! all that follows, and every part is evaluated whatever the others say.

use super::variables::{Problem, Variables, variable};

/// Parentheses and `not`s within one another.
const DEPTH: u32 = 100;

/// Longest first, so that `<=` is not read as `<`.
const OPERATORS: [&str; 8] = ["==", "!=", "~=", "<=", ">=", "=", "<", ">"];

/// Whether `text` holds. `note` hears of deprecated variables.
pub(super) fn holds(text: &str, variables: &Variables, note: &mut dyn FnMut(&str)) -> Result<bool, Problem> {
    let mut parser = Parser { text, rest: text.trim(), variables, note, depth: 0 };
    let value = parser.expression(Joint::And, true)?;
    match parser.rest {
        "" => Ok(value),
        rest => Err(parser.problem(145, format!("invalid subexpression `{rest}`"))),
    }
}

/// What joins a value to the one before it.
#[derive(Clone, Copy)]
enum Joint {
    And,
    Or,
    Not,
}

struct Parser<'a> {
    text: &'a str,
    rest: &'a str,
    variables: &'a Variables<'a>,
    note: &'a mut dyn FnMut(&str),
    depth: u32,
}

/// One side of a comparison.
struct Operand {
    value: String,
    is_variable: bool,
}

impl Parser<'_> {
    fn problem(&self, number: u16, what: impl std::fmt::Display) -> Problem {
        let whole: String = self.text.trim().chars().take(200).collect();
        Problem::new(number, format!("{what} in expression `{whole}`"))
    }

    fn skip(&mut self, length: usize) {
        self.rest = self.rest[length..].trim_start();
    }

    /// Takes the word `word`, in any case, where it stands alone.
    fn word(&mut self, word: &str) -> bool {
        let Some(head) = self.rest.get(..word.len()) else { return false };
        let next = self.rest[word.len()..].chars().next();
        let found = head.eq_ignore_ascii_case(word) && next.is_some_and(|c| c.is_whitespace() || c == '(');
        if found {
            self.skip(word.len());
        }
        found
    }

    /// Reads up to the end or a closing parenthesis, beginning with what is `joint`ly true with `before`.
    fn expression(&mut self, mut joint: Joint, mut before: bool) -> Result<bool, Problem> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(Problem::new(145, format!("the expression nests deeper than {DEPTH}")));
        }
        let value = loop {
            let value = self.part()?;
            before = match joint {
                Joint::And => before && value,
                Joint::Or => before || value,
                Joint::Not => !value,
            };
            joint = if self.word("and") {
                Joint::And
            } else if self.word("or") {
                Joint::Or
            } else {
                break before;
            };
        };
        self.depth -= 1;
        Ok(value)
    }

    fn part(&mut self) -> Result<bool, Problem> {
        if self.rest.is_empty() {
            return Err(self.problem(164, "something is missing"));
        }
        if self.word("not") {
            if self.rest.is_empty() {
                return Err(self.problem(148, "nothing follows `not`"));
            }
            return self.expression(Joint::Not, true);
        }
        if !self.rest.starts_with('(') {
            return self.comparison();
        }
        self.skip(1);
        let value = self.expression(Joint::And, true)?;
        if !self.rest.starts_with(')') {
            return Err(self.open_parenthesis());
        }
        self.skip(1);
        Ok(value)
    }

    fn open_parenthesis(&self) -> Problem {
        let mut problem = self.problem(159, "a parenthesis has no partner");
        problem.help = Some("close every parenthesis".to_owned());
        problem
    }

    fn operator(&self) -> Option<&'static str> {
        OPERATORS.into_iter().find(|operator| self.rest.starts_with(operator))
    }

    fn comparison(&mut self) -> Result<bool, Problem> {
        let left = self.operand()?;
        let Some(operator) = self.operator() else {
            if !left.is_variable {
                let mut problem = self.problem(161, format!("`{}` is neither true nor false", left.value));
                problem.help = Some("compare it with something, or write `$(Name)`".to_owned());
                return Err(problem);
            }
            return Ok(!["", "0", "false", "no"].contains(&left.value.as_str()));
        };
        self.skip(operator.len());
        let right = self.operand()?;
        let (left, right) = (left.value.trim(), right.value.trim());
        let number = |text: &str| {
            let parsed = text.parse::<i32>();
            parsed.map_err(|_| self.problem(162, format!("`{text}` is not a number")))
        };
        Ok(match operator {
            "=" | "==" => left == right,
            "!=" => left != right,
            "~=" => left.to_uppercase() == right.to_uppercase(),
            "<" => number(left)? < number(right)?,
            "<=" => number(left)? <= number(right)?,
            ">" => number(left)? > number(right)?,
            _ => number(left)? >= number(right)?,
        })
    }

    /// A quoted text, a variable, or a bare word; an operator stands for itself where a value is expected.
    fn operand(&mut self) -> Result<Operand, Problem> {
        let rest = self.rest;
        if let Some(after) = rest.strip_prefix('"') {
            let Some(end) = after.find('"') else { return Err(self.problem(158, "a quote has no partner")) };
            self.skip(end + 2);
            let value = self.variables.expand(&after[..end], |name| (self.note)(name))?;
            return Ok(Operand { value, is_variable: false });
        }
        if rest.starts_with("$(") {
            let Some(length) = variable(rest) else { return Err(self.open_parenthesis()) };
            self.skip(length);
            let value = self.variables.expand(&rest[..length], |name| (self.note)(name))?;
            return Ok(Operand { value, is_variable: true });
        }
        let ends = |c: char| c.is_whitespace() || "()=!<>~\"".contains(c);
        let length = match rest.find(ends).unwrap_or(rest.len()) {
            0 => self.operator().map_or(0, str::len),
            length => length,
        };
        match rest[length..].chars().next() {
            Some('(') => return Err(self.open_parenthesis()),
            Some('"') => return Err(self.problem(158, "a quote stands in the middle of a word")),
            _ if length == 0 && rest.is_empty() => return Err(self.problem(164, "something is missing")),
            _ if length == 0 => return Err(self.problem(145, format!("invalid subexpression `{rest}`"))),
            _ => {}
        }
        self.skip(length);
        Ok(Operand { value: rest[..length].to_owned(), is_variable: false })
    }
}
