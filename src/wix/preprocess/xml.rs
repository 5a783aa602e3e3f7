//! The walk over an XML document: elements, with instructions carried out on the way.

use super::instruction::{self, Branch};
use super::limits::{self, Budget};
use super::variables::{Problem, Variables};
use super::{Options, decode, expression};
use crate::diag::{Diagnostic, Location};
use crate::paths;
use crate::report::Report;
use crate::source::{Attribute, Element, Node};
use roxmltree::{Document, NodeType, ParsingOptions};
use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

type XmlNode<'d> = roxmltree::Node<'d, 'd>;

/// A source file that is being read.
pub(super) struct Source<'s, 'o> {
    name: Arc<str>,
    path: &'s Path,
    text: &'s str,
    /// Where each line begins.
    lines: Vec<usize>,
    /// How many characters come before each block of bytes, counted once a line is longer than a block.
    characters: OnceCell<Vec<usize>>,
    options: &'o Options,
    report: &'s Report,
}

/// Where preprocessing stands: what changes as the walk goes on.
struct Walk<'w, 'o> {
    variables: &'w mut Variables<'o>,
    budget: &'w mut Budget,
}

/// An `if` that is open, and where it stands.
struct Choice {
    /// Whether what is around it is read.
    around: bool,
    /// Whether some branch of it was read.
    taken: bool,
    /// Whether the present branch is read.
    now: bool,
    /// Whether the present branch is the `else`.
    last: bool,
    at: Location,
}

/// The walk cannot go on; the report says why.
struct Stop;

impl<'s, 'o> Source<'s, 'o> {
    /// The file at `path`, which holds `text`.
    pub(super) fn new(path: &'s Path, text: &'s str, options: &'o Options, report: &'s Report) -> Self {
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let characters = OnceCell::new();
        Source { name: path.to_string_lossy().into(), path, text, lines, characters, options, report }
    }

    /// The root element; it must be named `root` unless that is empty.
    pub(super) fn tree(
        &self,
        root: &str,
        variables: &mut Variables<'o>,
        budget: &mut Budget,
    ) -> Option<Element> {
        if self.text.trim().is_empty() {
            let message = "not a valid source file: root element is missing";
            self.report.push(Diagnostic::error("WIX0104", message).at(&self.at(0, 0)).help(BEGINNING));
            return None;
        }
        let limit = ParsingOptions { allow_dtd: false, nodes_limit: 10_000_000, ..ParsingOptions::default() };
        let document = match Document::parse_with_options(self.text, limit) {
            Ok(document) => document,
            Err(error) => {
                let at = error.pos();
                let message = format!("not a valid source file: {}", detail(&error));
                let help = if (at.row, at.col) == (1, 1) { BEGINNING } else { "correct the XML there" };
                let finding = Diagnostic::error("WIX0104", message).at(&self.at(at.row, at.col));
                self.report.push(finding.help(help));
                return None;
            }
        };
        let name = document.root_element().tag_name().name();
        if !root.is_empty() && name != root {
            let at = self.place(document.root_element().range().start);
            self.report.error(48, &at, format!("the root element is `{name}`; expected `{root}`"));
            return None;
        }
        let mut walk = Walk { variables, budget };
        let top: Vec<XmlNode> = document.root().children().collect();
        let mut nodes = Vec::new();
        self.nodes(&mut walk, &top, &mut nodes).ok()?;
        nodes.into_iter().find_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text { .. } => None,
        })
    }

    fn at(&self, line: u32, column: u32) -> Location {
        Location { file: self.name.clone(), line, column }
    }

    /// Columns count characters, and a line may be very long.
    fn place(&self, offset: usize) -> Location {
        let line = self.lines.partition_point(|&start| start <= offset);
        let start = self.lines[line - 1];
        let before = if offset - start <= BLOCK {
            self.text[start..offset].chars().count()
        } else {
            self.characters_before(offset) - self.characters_before(start)
        };
        let small = |number| u32::try_from(number).unwrap_or(u32::MAX);
        self.at(small(line), small(before + 1))
    }

    fn characters_before(&self, offset: usize) -> usize {
        let counted = self.characters.get_or_init(|| {
            let blocks = self.text.as_bytes().chunks(BLOCK);
            blocks.scan(0, |before, block| Some(std::mem::replace(before, *before + starts(block)))).collect()
        });
        let block = offset / BLOCK;
        let rest = starts(&self.text.as_bytes()[block * BLOCK..offset]);
        counted.get(block).map_or_else(|| starts(self.text.as_bytes()), |before| before + rest)
    }

    fn problem(&self, at: &Location, problem: Problem) -> Stop {
        let mut diagnostic = Diagnostic::error(format!("WIX{:04}", problem.number), problem.message).at(at);
        diagnostic.help = problem.help;
        self.report.push(diagnostic);
        Stop
    }

    /// `text` with its variables replaced. What is wrong is reported, and the text is left as it is: one unknown
    /// variable must not hide the next.
    fn expand(&self, variables: &Variables, text: &str, at: &Location) -> String {
        match variables.expand(text, |name| self.deprecated(name, at)) {
            Ok(text) => text,
            Err(problem) => {
                self.problem(at, problem);
                text.to_owned()
            }
        }
    }

    fn deprecated(&self, name: &str, at: &Location) {
        let message = format!("the preprocessor variable `$({name})` is deprecated; use `$(sys.BUILDARCH)`");
        self.report.warning(1034, at, message);
    }

    /// Preprocesses sibling nodes.
    fn nodes(&self, walk: &mut Walk<'_, 'o>, nodes: &[XmlNode], out: &mut Vec<Node>) -> Result<(), Stop> {
        let mut choices: Vec<Choice> = Vec::new();
        let mut index = 0;
        while let Some(node) = nodes.get(index) {
            index += 1;
            if !walk.budget.step() {
                let message = "the source never seems to end; look for a `foreach` that runs away";
                return Err(self.problem(&self.place(node.range().start), Problem::new(104, message)));
            }
            let reading = choices.last().is_none_or(|choice| choice.now);
            let at = self.place(node.range().start);
            let instruction = node.pi();
            let name = instruction.map_or("", |instruction| instruction.target);
            let text = instruction.and_then(|instruction| instruction.value).unwrap_or("");
            if let Some(branch) = instruction::branch(name) {
                match branch {
                    Branch::Open => {
                        let now = reading && self.condition(walk.variables, name, text, &at)?;
                        choices.push(Choice { around: reading, taken: now, now, last: false, at });
                    }
                    Branch::Other => {
                        let Some(choice) = choices.last_mut().filter(|choice| !choice.last) else {
                            return Err(self.unmatched(&at, name, "an `<?if?>` before it"));
                        };
                        choice.last = name == "else";
                        choice.now = choice.around
                            && !choice.taken
                            && (choice.last || self.condition(walk.variables, "if", text, &at)?);
                        choice.taken |= choice.now;
                    }
                    Branch::Close => {
                        if choices.pop().is_none() {
                            return Err(self.unmatched(&at, name, "an `<?if?>` before it"));
                        }
                    }
                }
            } else if !reading {
                // a branch that is not taken is not looked at
            } else if name == "foreach" {
                let body = self.body(&nodes[index..], &at)?;
                self.each(walk, text, &nodes[index..index + body], &at, out)?;
                index += body + 1;
            } else if instruction.is_some() {
                self.instruction(walk, name, text, &at, out)?;
            } else {
                self.content(walk, node, &at, out)?;
            }
        }
        match choices.last() {
            None => Ok(()),
            Some(Choice { at: open, .. }) => {
                let lines = u32::try_from(self.text.trim_end().lines().count()).unwrap_or(u32::MAX);
                let message = "found an `<?if?>` without a matching `<?endif?>` after it";
                let end = self.at(lines, 1);
                let diagnostic = Diagnostic::error("WIX0147", message).at(&end).related(open, "opened here");
                self.report.push(diagnostic.help("close it within the element in which it was opened"));
                Err(Stop)
            }
        }
    }

    fn unmatched(&self, at: &Location, name: &str, missing: &str) -> Stop {
        self.problem(at, Problem::new(146, format!("found a `<?{name}?>` without {missing}")))
    }

    fn condition(&self, variables: &Variables, name: &str, text: &str, at: &Location) -> Result<bool, Stop> {
        match name {
            "ifdef" => Ok(variables.get(instruction::bare(text)).is_some()),
            "ifndef" => Ok(variables.get(instruction::bare(text)).is_none()),
            _ => expression::holds(text, variables, &mut |name| self.deprecated(name, at))
                .map_err(|problem| self.problem(at, problem)),
        }
    }

    /// How many of `nodes` stand before the `endforeach` that belongs to the `foreach` at `at`.
    fn body(&self, nodes: &[XmlNode], at: &Location) -> Result<usize, Stop> {
        let mut open = 1;
        for (index, node) in nodes.iter().enumerate() {
            match node.pi().map(|instruction| instruction.target) {
                Some("foreach") => open += 1,
                Some("endforeach") => open -= 1,
                _ => {}
            }
            if open == 0 {
                return Ok(index);
            }
        }
        let message = "found a `<?foreach?>` without a matching `<?endforeach?>`";
        Err(self.problem(at, Problem::new(156, message)))
    }

    fn each(
        &self,
        walk: &mut Walk<'_, 'o>,
        text: &str,
        body: &[XmlNode],
        at: &Location,
        out: &mut Vec<Node>,
    ) -> Result<(), Stop> {
        let Some((name, values)) = instruction::foreach(text) else {
            let message =
                format!("`<?foreach {text}?>` is not of the form `<?foreach name in value;value?>`");
            return Err(self.problem(at, Problem::new(154, message)));
        };
        let values = self.expand(walk.variables, values, at);
        for value in values.split(';') {
            walk.budget
                .take(value.len())
                .map_err(|limit| self.problem(at, Problem::new(104, limit.to_string())))?;
            // As in WiX, the variable keeps its last value after the loop.
            walk.variables.define(name, value);
            self.nodes(walk, body, out)?;
        }
        Ok(())
    }

    fn instruction(
        &self,
        walk: &mut Walk<'_, 'o>,
        name: &str,
        text: &str,
        at: &Location,
        out: &mut Vec<Node>,
    ) -> Result<(), Stop> {
        match name {
            "define" => {
                let Some((name, value)) = instruction::definition(text) else {
                    let message = format!("`<?define {text}?>` is not of the form `<?define Name=value?>`");
                    return Err(self.problem(at, Problem::new(151, message)));
                };
                let value = self.expand(walk.variables, value, at);
                if let Some(before) = walk.variables.define(name, &value).filter(|before| *before != value) {
                    let message = format!("`{name}` is now `{value}`; it was `{before}`");
                    self.report.warning(1118, at, message);
                }
            }
            "undef" => match instruction::variable(text) {
                Some(name) => {
                    if !walk.variables.undefine(name) {
                        let message = format!("`{name}` is not defined, and cannot be undefined");
                        self.problem(at, Problem::new(153, message));
                    }
                }
                None => {
                    let message = format!("`{text}` is not the name of a variable that a source can define");
                    return Err(self.problem(at, Problem::new(149, message)));
                }
            },
            "include" => return self.include(walk, text, at, out),
            "error" => {
                let message = self.expand(walk.variables, instruction::unquoted(text), at);
                return Err(self.problem(at, Problem::new(250, message)));
            }
            "warning" => {
                let message = self.expand(walk.variables, instruction::unquoted(text), at);
                self.report.warning(1096, at, message);
            }
            "endforeach" => return Err(self.unmatched(at, name, "a `<?foreach?>` before it")),
            "pragma" => {
                let name = text.trim().split([' ', '\t', '\r', '\n', '(']).next().unwrap_or_default();
                match name.split_once('.') {
                    Some((prefix, pragma)) if !prefix.is_empty() && !pragma.is_empty() => {
                        let message = format!("nothing here knows the pragma `{name}`; it has no effect");
                        self.report.warning(1125, at, message);
                    }
                    _ => {
                        let message =
                            format!("`<?pragma {text}?>` is not of the form `<?pragma prefix.name?>`");
                        return Err(self.problem(at, Problem::new(334, message)));
                    }
                }
            }
            _ => {
                let message = format!("`<?{name}?>` is not an instruction of the preprocessor");
                let diagnostic = Diagnostic::error("preprocess::unknown_instruction", message).at(at);
                self.report.push(diagnostic.help("check the spelling, or remove it"));
            }
        }
        Ok(())
    }

    fn include(
        &self,
        walk: &mut Walk<'_, 'o>,
        text: &str,
        at: &Location,
        out: &mut Vec<Node>,
    ) -> Result<(), Stop> {
        let wanted = self.expand(walk.variables, instruction::unquoted(text), at);
        let Some(path) = self.find(&wanted, at) else {
            let problem = Problem {
                number: 103,
                message: format!("cannot find the include file `{wanted}`"),
                help: Some("name it relative to this file, or add its folder with `-i`".to_owned()),
            };
            return Err(self.problem(at, problem));
        };
        if walk.budget.include_depth == limits::INCLUDE_DEPTH {
            let message = format!(
                "`{wanted}` is included {} files deep; does it include itself?",
                limits::INCLUDE_DEPTH
            );
            return Err(self.problem(at, Problem::new(104, message)));
        }
        let text = decode::read(&path).map_err(|p| self.problem(at, Problem::new(p.number, p.message)))?;
        let source = Source::new(&path, &text, self.options, self.report);
        walk.budget.include_depth += 1;
        let before = walk.variables.enter(&path);
        // what an include defines stays defined after it
        let tree = source.tree("Include", walk.variables, walk.budget);
        walk.variables.restore(before);
        walk.budget.include_depth -= 1;
        out.extend(tree.ok_or(Stop)?.children);
        Ok(())
    }

    /// The include file; says so where it was written in another case.
    fn find(&self, wanted: &str, at: &Location) -> Option<PathBuf> {
        let wanted: PathBuf = wanted.split(['\\', '/']).collect::<Vec<_>>().join("/").into();
        let beside = self.path.parent().unwrap_or(Path::new(""));
        std::iter::once(beside)
            .chain(self.options.include_paths.iter().map(PathBuf::as_path))
            .map(|folder| folder.join(&wanted))
            .find_map(|path| Some((paths::find(&path).filter(|found| found.is_file())?, path)))
            .map(|(found, path)| {
                paths::note(&path, &found, Some(at)).into_iter().for_each(|note| self.report.push(note));
                found
            })
    }

    fn content(
        &self,
        walk: &mut Walk<'_, 'o>,
        node: &XmlNode,
        at: &Location,
        out: &mut Vec<Node>,
    ) -> Result<(), Stop> {
        match node.node_type() {
            NodeType::Element => out.push(Node::Element(self.element(walk, node, at)?)),
            NodeType::Text => {
                let text = node.text().unwrap_or("");
                if !text.trim().is_empty() {
                    let text = self.expand(walk.variables, text, at);
                    out.push(Node::Text { text, at: at.clone() });
                }
            }
            NodeType::Root | NodeType::Comment | NodeType::PI => {}
        }
        Ok(())
    }

    fn element(&self, walk: &mut Walk<'_, 'o>, node: &XmlNode, at: &Location) -> Result<Element, Stop> {
        let mut attributes = Vec::new();
        let mut bytes = 0;
        for attribute in node.attributes() {
            let at = self.place(attribute.range().start);
            let value = self.expand(walk.variables, attribute.value(), &at);
            bytes += value.len();
            let namespace = attribute.namespace().unwrap_or("").to_owned();
            attributes.push(Attribute { name: attribute.name().to_owned(), namespace, value, at });
        }
        walk.budget.take(bytes).map_err(|limit| self.problem(at, Problem::new(104, limit.to_string())))?;
        if walk.budget.depth == limits::DEPTH {
            let message = format!("elements stand within one another more than {} deep", limits::DEPTH);
            return Err(self.problem(at, Problem::new(104, message)));
        }
        walk.budget.depth += 1;
        let inside: Vec<XmlNode> = node.children().collect();
        let mut children = Vec::new();
        let outcome = self.nodes(walk, &inside, &mut children);
        walk.budget.depth -= 1;
        outcome?;
        let name = node.tag_name();
        Ok(Element {
            name: name.name().to_owned(),
            namespace: name.namespace().unwrap_or("").to_owned(),
            attributes,
            children,
            at: at.clone(),
        })
    }
}

/// Bytes between two counts of characters.
const BLOCK: usize = 1024;

/// What a file that is no XML should have been.
const BEGINNING: &str =
    "expected XML: a source begins with `<Wix xmlns=\"http://wixtoolset.org/schemas/v4/wxs\">`";

/// How many characters begin in `bytes`, which are part of a text.
fn starts(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xC0 != 0x80).count()
}

/// The parser's words without the position, which stands before them already.
fn detail(error: &roxmltree::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at ") {
        Some(end) if text[end + 4..].chars().all(|c| c.is_ascii_digit() || c == ':') => {
            text[..end].to_owned()
        }
        _ => text,
    }
}
