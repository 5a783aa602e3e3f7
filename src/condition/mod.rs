//! Conditional statements of Windows Installer, with a third truth value for properties that nobody knows here
//! (<https://learn.microsoft.com/windows/win32/msi/conditional-statement-syntax>).

use std::cmp::Ordering;

/// What is known of a property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Its text; empty means that it is not set.
    Known(String),
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
    fn property(&self, name: &str) -> Value;
    /// The state that `prefix` (`$` `?` component action and state, `&` `!` feature action and state) asks for;
    /// nothing before costing.
    fn state(&self, prefix: char, name: &str) -> Option<i32>;
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Operand {
    Property(String),
    Environment(String),
    State(char, String),
    Literal(String),
    Number(i64),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Node {
    Operand(Operand),
    Compare(Operand, Operator, Operand),
    Not(Box<Node>),
    Logic(Box<Node>, Logic, Box<Node>),
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
    root: Option<Node>,
}

/// The text is not a condition.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a condition: {problem}")]
pub struct ConditionError {
    text: String,
    problem: String,
}

/// Nested parentheses and `NOT`s beyond this are refused; real conditions have a handful.
const DEEPEST: usize = 64;

impl std::str::FromStr for Condition {
    type Err = ConditionError;
    fn from_str(text: &str) -> Result<Self, ConditionError> {
        let fail = |problem: String| ConditionError { text: text.to_owned(), problem };
        let tokens = tokens(text).map_err(fail)?;
        if tokens.is_empty() {
            return Ok(Condition { text: text.to_owned(), root: None });
        }
        let mut parser = Parser { tokens: &tokens, at: 0 };
        let root = parser.logic(Logic::Imp, 0).map_err(fail)?;
        if parser.at < tokens.len() {
            return Err(fail(format!("`{}` is not expected there", tokens[parser.at].shown())));
        }
        Ok(Condition { text: text.to_owned(), root: Some(root) })
    }
}

impl Condition {
    /// As it stands in the table.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What it asks for: properties, and with their prefix the states of components (`$` `?`) and features (`&` `!`),
    /// from left to right.
    #[must_use]
    pub fn references(&self) -> Vec<(Option<char>, &str)> {
        let mut found = Vec::new();
        if let Some(root) = &self.root {
            root.references(&mut found);
        }
        found
    }

    /// Whether it holds; an empty condition does.
    #[must_use]
    pub fn evaluate(&self, lookup: &dyn Lookup) -> Truth {
        self.root.as_ref().map_or(Truth::True, |root| root.evaluate(lookup))
    }
}

impl Node {
    fn references<'a>(&'a self, found: &mut Vec<(Option<char>, &'a str)>) {
        let operand = |operand: &'a Operand| match operand {
            Operand::Property(name) => Some((None, name.as_str())),
            Operand::State(prefix, name) => Some((Some(*prefix), name.as_str())),
            Operand::Environment(_) | Operand::Literal(_) | Operand::Number(_) => None,
        };
        match self {
            Node::Operand(one) => found.extend(operand(one)),
            Node::Compare(left, _, right) => found.extend([left, right].into_iter().filter_map(operand)),
            Node::Not(node) => node.references(found),
            Node::Logic(left, _, right) => {
                left.references(found);
                right.references(found);
            }
        }
    }

    fn evaluate(&self, lookup: &dyn Lookup) -> Truth {
        match self {
            Node::Operand(operand) => match operand.value(lookup) {
                Value::Unknown => Truth::Unknown,
                Value::Known(text) => match operand {
                    Operand::Number(number) => (*number != 0).into(),
                    Operand::State(..) => (text != "0").into(),
                    _ => (!text.is_empty()).into(),
                },
            },
            Node::Compare(left, operator, right) => match (left.value(lookup), right.value(lookup)) {
                (Value::Known(left), Value::Known(right)) => operator.holds(&left, &right).into(),
                _ => Truth::Unknown,
            },
            Node::Not(node) => node.evaluate(lookup).not(),
            Node::Logic(left, logic, right) => {
                let (left, right) = (left.evaluate(lookup), right.evaluate(lookup));
                match logic {
                    Logic::And => left.and(right),
                    Logic::Or => left.or(right),
                    Logic::Xor => left.same(right).not(),
                    Logic::Eqv => left.same(right),
                    Logic::Imp => left.not().or(right),
                }
            }
        }
    }
}

impl Operand {
    fn value(&self, lookup: &dyn Lookup) -> Value {
        match self {
            Operand::Property(name) => lookup.property(name),
            Operand::Environment(_) => Value::Unknown,
            Operand::State(prefix, name) => {
                lookup.state(*prefix, name).map_or(Value::Unknown, |state| Value::Known(state.to_string()))
            }
            Operand::Literal(text) => Value::Known(text.clone()),
            Operand::Number(number) => Value::Known(number.to_string()),
        }
    }
}

impl Operator {
    /// Numbers are compared as numbers; a text against a number only ever differs, which Windows Installer shows as
    /// `<>` being true and every other comparison false.
    fn holds(self, left: &str, right: &str) -> bool {
        let order = match (left.parse::<i64>(), right.parse::<i64>()) {
            (Ok(left), Ok(right)) => Some(left.cmp(&right)),
            _ => None,
        };
        let (left, right) = if self.ignore_case {
            (left.to_lowercase(), right.to_lowercase())
        } else {
            (left.to_owned(), right.to_owned())
        };
        let order = order.unwrap_or_else(|| left.cmp(&right));
        match self.kind {
            Comparison::Equal => order == Ordering::Equal,
            Comparison::NotEqual => order != Ordering::Equal,
            Comparison::Less => order == Ordering::Less,
            Comparison::LessEqual => order != Ordering::Greater,
            Comparison::Greater => order == Ordering::Greater,
            Comparison::GreaterEqual => order != Ordering::Less,
            Comparison::Contains => left.contains(&right),
            Comparison::StartsWith => left.starts_with(&right),
            Comparison::EndsWith => left.ends_with(&right),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Open,
    Close,
    Not,
    Logic(Logic),
    Operator(Operator),
    Operand(Operand),
}

impl Token {
    fn shown(&self) -> String {
        match self {
            Token::Open => "(".to_owned(),
            Token::Close => ")".to_owned(),
            Token::Not => "NOT".to_owned(),
            Token::Logic(logic) => format!("{logic:?}").to_uppercase(),
            Token::Operator(operator) => format!("{:?}", operator.kind),
            Token::Operand(operand) => format!("{operand:?}"),
        }
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    const OPERATORS: [(&str, Comparison); 9] = [
        ("<>", Comparison::NotEqual),
        ("<=", Comparison::LessEqual),
        (">=", Comparison::GreaterEqual),
        ("><", Comparison::Contains),
        ("<<", Comparison::StartsWith),
        (">>", Comparison::EndsWith),
        ("=", Comparison::Equal),
        ("<", Comparison::Less),
        (">", Comparison::Greater),
    ];
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let used = match first {
            '(' | ')' => {
                found.push(if first == '(' { Token::Open } else { Token::Close });
                1
            }
            '"' => {
                let end = rest[1..].find('"').ok_or("a string literal is not closed")?;
                found.push(Token::Operand(Operand::Literal(rest[1..=end].to_owned())));
                end + 2
            }
            '~' | '<' | '>' | '=' => {
                let ignore_case = first == '~';
                let bare = rest.trim_start_matches('~');
                let (sign, kind) = OPERATORS
                    .iter()
                    .find(|(sign, _)| bare.starts_with(sign))
                    .ok_or_else(|| format!("`{first}` begins no operator"))?;
                found.push(Token::Operator(Operator { ignore_case, kind: *kind }));
                rest.len() - bare.len() + sign.len()
            }
            '-' | '0'..='9' => {
                let end =
                    rest[1..].find(|c: char| !c.is_ascii_digit()).map_or(rest.len(), |position| position + 1);
                let number =
                    rest[..end].parse().map_err(|_| format!("`{}` is not a number", &rest[..end]))?;
                found.push(Token::Operand(Operand::Number(number)));
                end
            }
            '$' | '?' | '&' | '!' | '%' | 'a'..='z' | 'A'..='Z' | '_' => {
                let start = usize::from(!(first.is_ascii_alphabetic() || first == '_'));
                let end = rest[start..]
                    .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.'))
                    .map_or(rest.len(), |position| position + start);
                let word = &rest[start..end];
                if word.is_empty() {
                    return Err(format!("`{first}` stands without a name"));
                }
                found.push(match first {
                    '%' => Token::Operand(Operand::Environment(word.to_owned())),
                    '$' | '?' | '&' | '!' => Token::Operand(Operand::State(first, word.to_owned())),
                    _ => match word.to_ascii_uppercase().as_str() {
                        "NOT" => Token::Not,
                        "AND" => Token::Logic(Logic::And),
                        "OR" => Token::Logic(Logic::Or),
                        "XOR" => Token::Logic(Logic::Xor),
                        "EQV" => Token::Logic(Logic::Eqv),
                        "IMP" => Token::Logic(Logic::Imp),
                        _ => Token::Operand(Operand::Property(word.to_owned())),
                    },
                });
                end
            }
            other => return Err(format!("`{other}` is not expected there")),
        };
        rest = rest[used..].trim_start();
    }
    Ok(found)
}

struct Parser<'a> {
    tokens: &'a [Token],
    at: usize,
}

impl Parser<'_> {
    fn next(&mut self) -> Option<&Token> {
        let token = self.tokens.get(self.at);
        self.at += 1;
        token
    }

    /// Operators of the strength `level` or stronger; `Imp` is the weakest, `And` the strongest.
    fn logic(&mut self, level: Logic, depth: usize) -> Result<Node, String> {
        let mut left = match level {
            Logic::Imp => self.logic(Logic::Eqv, depth)?,
            Logic::Eqv => self.logic(Logic::Xor, depth)?,
            Logic::Xor => self.logic(Logic::Or, depth)?,
            Logic::Or => self.logic(Logic::And, depth)?,
            Logic::And => self.unary(depth)?,
        };
        while self.tokens.get(self.at) == Some(&Token::Logic(level)) {
            self.at += 1;
            let right = match level {
                Logic::Imp => self.logic(Logic::Eqv, depth)?,
                Logic::Eqv => self.logic(Logic::Xor, depth)?,
                Logic::Xor => self.logic(Logic::Or, depth)?,
                Logic::Or => self.logic(Logic::And, depth)?,
                Logic::And => self.unary(depth)?,
            };
            left = Node::Logic(Box::new(left), level, Box::new(right));
        }
        Ok(left)
    }

    fn unary(&mut self, depth: usize) -> Result<Node, String> {
        if depth > DEEPEST {
            return Err(format!("nested deeper than {DEEPEST}"));
        }
        match self.next().cloned() {
            Some(Token::Not) => Ok(Node::Not(Box::new(self.unary(depth + 1)?))),
            Some(Token::Open) => {
                let node = self.logic(Logic::Imp, depth + 1)?;
                match self.next() {
                    Some(Token::Close) => Ok(node),
                    _ => Err("a parenthesis is not closed".to_owned()),
                }
            }
            Some(Token::Operand(left)) => match self.tokens.get(self.at).cloned() {
                Some(Token::Operator(operator)) => {
                    self.at += 1;
                    match self.next().cloned() {
                        Some(Token::Operand(right)) => Ok(Node::Compare(left, operator, right)),
                        _ => Err("an operator has nothing on its right".to_owned()),
                    }
                }
                _ => Ok(Node::Operand(left)),
            },
            Some(token) => Err(format!("`{}` is not expected there", token.shown())),
            None => Err("it ends too early".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Known;
    impl Lookup for Known {
        fn property(&self, name: &str) -> Value {
            match name {
                "REMOVE" => Value::Known("All".to_owned()),
                "VersionNT" => Value::Known("603".to_owned()),
                "Search" => Value::Unknown,
                _ => Value::Known(String::new()),
            }
        }
        fn state(&self, prefix: char, name: &str) -> Option<i32> {
            (prefix == '$' && name == "C.x64").then_some(3)
        }
    }

    fn check(text: &str, expected: Truth) {
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

    #[test]
    fn refuses_what_is_no_condition() {
        for text in ["(A", "A = ", "AND B", "A B", "\"open", "A # B", &"(".repeat(100_000)] {
            assert!(text.parse::<Condition>().is_err());
        }
    }
}
