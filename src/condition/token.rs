//! Text → tokens, one after the other.

use super::{Comparison, Logic, Operand, Operator, Part};

/// The smallest piece of a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Open,
    Close,
    Not,
    Logic(Logic),
    Operator(Operator),
    Operand(Operand),
}

impl Token {
    /// As a message has it.
    pub(super) fn shown(&self, text: &str) -> String {
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

const WORDS: [(&str, Token); 6] = [
    ("NOT", Token::Not),
    ("AND", Token::Logic(Logic::And)),
    ("OR", Token::Logic(Logic::Or)),
    ("XOR", Token::Logic(Logic::Xor)),
    ("EQV", Token::Logic(Logic::Eqv)),
    ("IMP", Token::Logic(Logic::Imp)),
];

/// The tokens of a text; what none can begin with is an error, and the last that is given.
pub(super) struct Tokens<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Tokens<'t> {
    /// Of a text whose places are numbers of 32 bits.
    pub(super) fn of(text: &'t str) -> Result<Tokens<'t>, Problem> {
        u32::try_from(text.len()).map_err(|_| Problem::TooLong)?;
        Ok(Tokens { text, at: 0 })
    }

    /// How much of the text was read.
    pub(super) fn end(&self) -> usize {
        self.at
    }

    /// The token that `rest` begins with, and how long it is.
    fn read(rest: &'t str, first: char, part: impl Fn(&str) -> Part) -> Result<(Token, usize), Problem> {
        Ok(match first {
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            '"' => {
                let end = rest[1..].find('"').ok_or(Problem::OpenLiteral)?;
                (Token::Operand(Operand::Literal(part(&rest[1..=end]))), end + 2)
            }
            '~' | '<' | '>' | '=' => {
                let ignore_case = first == '~';
                let bare = rest.trim_start_matches('~');
                let found = OPERATORS.iter().find(|(sign, _)| bare.starts_with(sign));
                let (sign, kind) = found.ok_or(Problem::NoOperator(first))?;
                let operator = Operator { ignore_case, kind: *kind };
                (Token::Operator(operator), rest.len() - bare.len() + sign.len())
            }
            '-' | '0'..='9' => {
                let digits = rest.bytes().skip(1).take_while(u8::is_ascii_digit).count();
                let digits = &rest[..=digits];
                if digits == "-" {
                    return Err(Problem::NoNumber);
                }
                // a number that no integer holds is as large as the largest, or as small as the smallest
                let number = digits.parse().unwrap_or(if first == '-' { i64::MIN } else { i64::MAX });
                (Token::Operand(Operand::Number(number)), digits.len())
            }
            '$' | '?' | '&' | '!' | '%' | 'a'..='z' | 'A'..='Z' | '_' => {
                let start = usize::from(!(first.is_ascii_alphabetic() || first == '_'));
                let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.');
                let end = start + rest.bytes().skip(start).take_while(is_name).count();
                let word = &rest[start..end];
                if word.is_empty() {
                    return Err(Problem::NoName(first));
                }
                let known = || WORDS.iter().find(|(known, _)| word.eq_ignore_ascii_case(known));
                let token = match first {
                    '%' => Token::Operand(Operand::Environment),
                    '$' | '?' | '&' | '!' => Token::Operand(Operand::State(first, part(word))),
                    _ => known().map_or_else(
                        || Token::Operand(Operand::Property(part(word))),
                        |(_, token)| token.clone(),
                    ),
                };
                (token, end)
            }
            other => return Err(Problem::Unexpected(other.to_string())),
        })
    }
}

impl Iterator for Tokens<'_> {
    type Item = Result<Token, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.text[self.at..].trim_start();
        let first = rest.chars().next()?;
        let text = self.text;
        // of a text that is a part of it
        let part = |of: &str| {
            let number = |number: usize| u32::try_from(number).expect("no longer than the text");
            Part { at: number(of.as_ptr() as usize - text.as_ptr() as usize), length: number(of.len()) }
        };
        let read = Tokens::read(rest, first, part);
        self.at = match &read {
            Ok((_, length)) => text.len() - rest.len() + length,
            Err(_) => text.len(),
        };
        Some(read.map(|(token, _)| token))
    }
}
