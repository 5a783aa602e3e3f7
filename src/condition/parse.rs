//! Text → steps in the order in which they are evaluated. Nothing recurses, so that no length and no depth is too much.

use super::{Comparison, Logic, Operand, Operator, Part, Step};

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
    fn shown(&self, text: &str) -> String {
        match self {
            Token::Open => "(".to_owned(),
            Token::Close => ")".to_owned(),
            Token::Not => "NOT".to_owned(),
            Token::Logic(logic) => format!("{logic:?}").to_uppercase(),
            Token::Operator(operator) => format!("{:?}", operator.kind),
            Token::Operand(Operand::Number(number)) => number.to_string(),
            Token::Operand(Operand::Environment) => "%".to_owned(),
            Token::Operand(Operand::Property(part) | Operand::State(_, part) | Operand::Literal(part)) => {
                part.of(text).to_owned()
            }
        }
    }
}

/// What is wrong with a text that is no condition.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Problem {
    #[error("an operator has nothing on its right")]
    NoRight,
    #[error("`{0}` is not expected there")]
    Unexpected(String),
    #[error("it ends too early")]
    TooEarly,
    #[error("a parenthesis is not closed")]
    OpenParenthesis,
    #[error("it is too long")]
    TooLong,
    #[error("a string literal is not closed")]
    OpenLiteral,
    #[error("`{0}` begins no operator")]
    NoOperator(char),
    #[error("`-` is not a number")]
    NoNumber,
    #[error("`{0}` stands without a name")]
    NoName(char),
}

/// What waits for its right side.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Waiting {
    Open,
    Not,
    Logic(Logic),
}

impl Waiting {
    fn step(self) -> Option<Step> {
        match self {
            Waiting::Open => None,
            Waiting::Not => Some(Step::Not),
            Waiting::Logic(logic) => Some(Step::Logic(logic)),
        }
    }
}

/// The steps of the condition `text`, none for an empty one: an operator stands behind what it is about.
pub(super) fn steps(text: &str) -> Result<Vec<Step>, Problem> {
    let tokens = tokens(text)?;
    let (mut steps, mut waiting) = (Vec::new(), Vec::new());
    let mut wants_value = true;
    let mut tokens = tokens.into_iter().peekable();
    if tokens.peek().is_none() {
        return Ok(steps);
    }
    while let Some(token) = tokens.next() {
        match token {
            Token::Not if wants_value => waiting.push(Waiting::Not),
            Token::Open if wants_value => waiting.push(Waiting::Open),
            Token::Operand(left) if wants_value => {
                wants_value = false;
                steps.push(match tokens.peek() {
                    Some(Token::Operator(operator)) => {
                        let operator = *operator;
                        tokens.next();
                        match tokens.next() {
                            Some(Token::Operand(right)) => Step::Compare(Box::new((left, operator, right))),
                            _ => return Err(Problem::NoRight),
                        }
                    }
                    _ => Step::Value(left),
                });
            }
            Token::Close if !wants_value => loop {
                match waiting.pop() {
                    None => return Err(Problem::Unexpected(")".to_owned())),
                    Some(Waiting::Open) => break,
                    Some(other) => steps.extend(other.step()),
                }
            },
            Token::Logic(logic) if !wants_value => {
                while let Some(stronger) = waiting.pop_if(|waiting| match waiting {
                    Waiting::Open => false,
                    Waiting::Not => true,
                    Waiting::Logic(other) => *other >= logic,
                }) {
                    steps.extend(stronger.step());
                }
                waiting.push(Waiting::Logic(logic));
                wants_value = true;
            }
            other => return Err(Problem::Unexpected(other.shown(text).to_owned())),
        }
    }
    if wants_value {
        return Err(Problem::TooEarly);
    }
    while let Some(last) = waiting.pop() {
        steps.push(last.step().ok_or(Problem::OpenParenthesis)?);
    }
    Ok(steps)
}

fn tokens(text: &str) -> Result<Vec<Token>, Problem> {
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
    u32::try_from(text.len()).map_err(|_| Problem::TooLong)?;
    // of a text that is a part of it
    let part = |of: &str| {
        let number = |number: usize| u32::try_from(number).expect("no longer than the text");
        Part { at: number(of.as_ptr() as usize - text.as_ptr() as usize), length: number(of.len()) }
    };
    while let Some(first) = rest.chars().next() {
        let used = match first {
            '(' | ')' => {
                found.push(if first == '(' { Token::Open } else { Token::Close });
                1
            }
            '"' => {
                let end = rest[1..].find('"').ok_or(Problem::OpenLiteral)?;
                found.push(Token::Operand(Operand::Literal(part(&rest[1..=end]))));
                end + 2
            }
            '~' | '<' | '>' | '=' => {
                let ignore_case = first == '~';
                let bare = rest.trim_start_matches('~');
                let (sign, kind) = OPERATORS
                    .iter()
                    .find(|(sign, _)| bare.starts_with(sign))
                    .ok_or(Problem::NoOperator(first))?;
                found.push(Token::Operator(Operator { ignore_case, kind: *kind }));
                rest.len() - bare.len() + sign.len()
            }
            '-' | '0'..='9' => {
                let end =
                    rest[1..].find(|c: char| !c.is_ascii_digit()).map_or(rest.len(), |position| position + 1);
                let digits = &rest[..end];
                if digits == "-" {
                    return Err(Problem::NoNumber);
                }
                // a number that no integer holds is as large as the largest, or as small as the smallest
                let number = digits.parse().unwrap_or(if first == '-' { i64::MIN } else { i64::MAX });
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
                    return Err(Problem::NoName(first));
                }
                found.push(match first {
                    '%' => Token::Operand(Operand::Environment),
                    '$' | '?' | '&' | '!' => Token::Operand(Operand::State(first, part(word))),
                    _ => match word.to_ascii_uppercase().as_str() {
                        "NOT" => Token::Not,
                        "AND" => Token::Logic(Logic::And),
                        "OR" => Token::Logic(Logic::Or),
                        "XOR" => Token::Logic(Logic::Xor),
                        "EQV" => Token::Logic(Logic::Eqv),
                        "IMP" => Token::Logic(Logic::Imp),
                        _ => Token::Operand(Operand::Property(part(word))),
                    },
                });
                end
            }
            other => return Err(Problem::Unexpected(other.to_string())),
        };
        rest = rest[used..].trim_start();
    }
    Ok(found)
}
