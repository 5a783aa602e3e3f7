//! How packages and what is in them are signed: the command of whoever signs, and when something may go out unsigned.

use crate::diag::Diagnostic;
use crate::pe::{Signed, authenticode};
use std::collections::BTreeMap;
use std::fmt;
use std::io::Cursor;
use std::str::FromStr;

/// A command that signs one file, in the user's words: `signtool sign /fd SHA256 /sha1 ${CERTIFICATE} {file}`.
///
/// Words are separated by blanks; blanks within double quotes belong to the word. `{file}` is the file, signed in place;
/// with `{in}` and `{out}` the command writes the signed file to another path. `${NAME}` is a variable of the environment.
/// No shell reads it.
#[derive(Clone, PartialEq, Eq)]
pub struct SignCommand {
    words: Vec<String>,
}

/// Why a text is no command that signs a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotACommand {
    /// Nothing in it.
    #[error("it is empty; expected the command that signs a file, with `{{file}}` for the file")]
    Empty,
    /// Two ways to sign.
    #[error("it has `{{file}}`, which is signed in place, and `{{in}}` or `{{out}}`; take either")]
    Both,
    /// Nobody would find what it makes.
    #[error("it has `{{in}}` and no `{{out}}`, where the signed file goes")]
    NoOutput,
    /// It does not say where the file goes.
    #[error("it names no file: expected `{{file}}`, which is signed in place, or `{{in}}` and `{{out}}`")]
    NoFile,
    /// A quote without its end.
    #[error("a quote in it is not closed")]
    OpenQuote,
}

/// What a command asks of the environment, and does not get.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VariableError {
    /// `${` without its end.
    #[error("`${{` without `}}` behind it")]
    NotEnded,
    /// A variable that is not set, or empty.
    #[error("the environment variable `{0}` is not set")]
    NotSet(String),
}

/// What is started: words with secrets in them, and which texts must never be shown.
pub struct Started {
    /// The program and its arguments.
    pub words: Vec<String>,
    secrets: Vec<String>,
}

impl FromStr for SignCommand {
    type Err = NotACommand;
    fn from_str(text: &str) -> Result<Self, NotACommand> {
        let words = words(text)?;
        if words.is_empty() {
            return Err(NotACommand::Empty);
        }
        let has = |what: &str| words.iter().skip(1).any(|word| word.contains(what));
        match (has("{file}"), has("{in}"), has("{out}")) {
            (true, false, false) | (false, true, true) => Ok(SignCommand { words }),
            (true, _, _) => Err(NotACommand::Both),
            (false, true, false) => Err(NotACommand::NoOutput),
            (false, false, _) => Err(NotACommand::NoFile),
        }
    }
}

/// The program alone: arguments may be secrets.
impl fmt::Display for SignCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words[0])
    }
}

impl fmt::Debug for SignCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignCommand({self})")
    }
}

fn words(text: &str) -> Result<Vec<String>, NotACommand> {
    let (mut words, mut word, mut quoted) = (Vec::new(), None::<String>, false);
    for c in text.chars() {
        match c {
            '"' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            c if c.is_whitespace() && !quoted => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    if quoted {
        return Err(NotACommand::OpenQuote);
    }
    words.extend(word);
    Ok(words)
}

impl SignCommand {
    /// Whether the signed file appears under another name.
    #[must_use]
    pub fn writes_anew(&self) -> bool {
        self.words.iter().any(|word| word.contains("{out}"))
    }

    /// The words for the file `input`, signed as `output`, with what `variable` says of the environment.
    ///
    /// # Errors
    /// A variable is not set or empty, or its name is not ended.
    pub fn start(
        &self,
        input: &str,
        output: &str,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Started, VariableError> {
        let mut secrets = Vec::new();
        let mut words = Vec::new();
        for word in &self.words {
            let (mut whole, mut rest) = (String::new(), word.as_str());
            while let Some((before, after)) = rest.split_once("${") {
                let (name, behind) = after.split_once('}').ok_or(VariableError::NotEnded)?;
                let value = variable(name).filter(|value| !value.is_empty());
                let value = value.ok_or_else(|| VariableError::NotSet(name.to_owned()))?;
                whole.push_str(&files(before, input, output));
                whole.push_str(&value);
                secrets.push(value);
                rest = behind;
            }
            whole.push_str(&files(rest, input, output));
            words.push(whole);
        }
        // a longer secret may contain a shorter one
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Ok(Started { words, secrets })
    }
}

fn files(text: &str, input: &str, output: &str) -> String {
    text.replace("{file}", input).replace("{in}", input).replace("{out}", output)
}

impl Started {
    /// What the command said, without what is secret.
    #[must_use]
    pub fn without_secrets(&self, said: &str) -> String {
        self.secrets.iter().fold(said.to_owned(), |text, secret| text.replace(secret, "***"))
    }
}

/// The files that have to be signed: images without a signature. What a vendor has signed stays as it is.
#[must_use]
pub fn unsigned<B: AsRef<[u8]>>(files: &BTreeMap<String, B>) -> Vec<&str> {
    let wanting = |bytes: &[u8]| {
        authenticode::is_image(bytes)
            && matches!(authenticode::read(&mut Cursor::new(bytes)), Ok(Signed::Unsigned))
    };
    files.iter().filter(|(_, bytes)| wanting(bytes.as_ref())).map(|(name, _)| name.as_str()).collect()
}

/// What stands against publishing: `tag` is the one that is being built, if one is.
#[must_use]
pub fn judge(tag: Option<&str>, signed: bool, stand_in: bool) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    let mut tell = |code: &str, what: &str, help: &str| {
        findings.push(
            match tag {
                Some(tag) => Diagnostic::error(code, format!("{what}, and the tag `{tag}` is a release")),
                None => Diagnostic::warning(code, what),
            }
            .help(help),
        );
    };
    if stand_in {
        tell(
            "dist::stand_in",
            "these packages hold stand-in DLLs that run no application",
            "name what has the real ones with `--payload`, such as `--payload dotnet-hosting-9.0.7-win.exe` for ANCM",
        );
    }
    if !signed {
        tell(
            "sign::unsigned",
            "these packages are not signed: Windows names an unknown publisher",
            "name the command that signs a file, `cargo xtask dist --sign 'COMMAND {file}'`; docs/release.md has those of \
             signtool, Azure Artifact Signing and osslsigncode",
        );
    }
    findings
}
