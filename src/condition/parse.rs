//! Text → steps in the order in which they are evaluated. Nothing recurses, so that no length and no depth is too much.

use super::token::{Problem, Token, Tokens};
use super::{Logic, Step};

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
    let (mut steps, mut waiting) = (Vec::new(), Vec::new());
    let mut wants_value = true;
    let mut tokens = Tokens::of(text)?;
    let mut next = tokens.next().transpose()?;
    if next.is_none() {
        return Ok(steps);
    }
    while let Some(token) = next.take() {
        next = tokens.next().transpose()?;
        match token {
            Token::Not if wants_value => waiting.push(Waiting::Not),
            Token::Open if wants_value => waiting.push(Waiting::Open),
            Token::Operand(left) if wants_value => {
                wants_value = false;
                steps.push(match next {
                    Some(Token::Operator(operator)) => {
                        let Some(Token::Operand(right)) = tokens.next().transpose()? else {
                            return Err(Problem::NoRight);
                        };
                        next = tokens.next().transpose()?;
                        Step::Compare(Box::new((left, operator, right)))
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
