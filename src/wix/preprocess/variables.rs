//! `$(…)` variables.

use super::Options;
use crate::id::Arch;
use std::collections::BTreeMap;
use std::path::Path;

/// A value may grow to this many bytes; past it, a definition feeds on itself.
const VALUE_BYTES: usize = 1 << 20;

/// The variables that a place in a source sees.
#[derive(Clone, Debug)]
pub(super) struct Variables<'o> {
    defined: BTreeMap<String, String>,
    options: &'o Options,
    file: String,
    folder: String,
}

/// Why a text with variables cannot be expanded, with WiX's number.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) number: u16,
    pub(super) message: String,
    pub(super) help: Option<String>,
}

impl Problem {
    pub(super) fn new(number: u16, message: impl Into<String>) -> Problem {
        Problem { number, message: message.into(), help: None }
    }

    fn help(mut self, help: impl Into<String>) -> Problem {
        self.help = Some(help.into());
        self
    }
}

/// A variable's value, and what the author should know of its name.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Value {
    pub(super) text: String,
    /// `$(sys.PLATFORM)` is deprecated (WIX1034).
    pub(super) deprecated: bool,
}

impl<'o> Variables<'o> {
    pub(super) fn new(options: &'o Options, file: &Path) -> Variables<'o> {
        let mut variables = Variables {
            defined: options.defines.clone(),
            options,
            file: String::new(),
            folder: String::new(),
        };
        variables.enter(file);
        variables
    }

    /// Says which file is being read; gives the one before.
    pub(super) fn enter(&mut self, file: &Path) -> (String, String) {
        // WiX ends the folder with a separator
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let folder = format!("{}{}", folder.display(), std::path::MAIN_SEPARATOR);
        self.restore((file.display().to_string(), folder))
    }

    /// Goes back to a file that [`Variables::enter`] gave.
    pub(super) fn restore(&mut self, (file, folder): (String, String)) -> (String, String) {
        (std::mem::replace(&mut self.file, file), std::mem::replace(&mut self.folder, folder))
    }

    /// Defines `name`; gives the value that it had.
    pub(super) fn define(&mut self, name: &str, value: &str) -> Option<String> {
        self.defined.insert(name.to_owned(), value.to_owned())
    }

    /// Forgets `name`; says whether it was there.
    pub(super) fn undefine(&mut self, name: &str) -> bool {
        self.defined.remove(name).is_some()
    }

    /// The value of `name` as it stands between `$(` and `)`; none if there is no such variable.
    pub(super) fn get(&self, name: &str) -> Option<Value> {
        let plain = |text: &String| Value { text: text.clone(), deprecated: false };
        let prefixed = match name.split_once('.') {
            Some(("var", name)) => self.defined.get(name).map(plain),
            // Windows tells no upper case from lower in these.
            Some(("env", name)) => {
                let mut all = self.options.environment.iter();
                all.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| plain(value))
            }
            Some(("sys", name)) => self.system(name),
            Some(_) | None => None,
        };
        // A dot may be part of the name.
        prefixed.or_else(|| self.defined.get(name).map(plain))
    }

    fn system(&self, name: &str) -> Option<Value> {
        let arch = self.options.arch;
        let short = match arch {
            Arch::X86 => "X86",
            Arch::X64 => "X64",
            Arch::Arm64 => "A64",
        };
        let text = match name {
            "BUILDARCH" | "PLATFORM" => arch.to_string(),
            "BUILDARCHSHORT" => short.to_owned(),
            "SOURCEFILEPATH" => self.file.clone(),
            "SOURCEFILEDIR" => self.folder.clone(),
            "CURRENTDIR" => format!("{}{}", self.options.current_dir.display(), std::path::MAIN_SEPARATOR),
            "WIXMAJORVERSION" => self.options.compat.version()[0].to_string(),
            "WIXVERSION" => self.options.compat.version().map(|number| number.to_string()).join("."),
            _ => return None,
        };
        Some(Value { text, deprecated: name == "PLATFORM" })
    }

    /// `text` with its variables replaced; `$$` stands for a `$`, and `$(loc.…)` for itself. `note` hears of
    /// deprecated names.
    pub(super) fn expand(&self, text: &str, mut note: impl FnMut(&str)) -> Result<String, Problem> {
        let mut out = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            out.push_str(&rest[..at]);
            rest = &rest[at..];
            if let Some(after) = rest.strip_prefix("$$") {
                out.push('$');
                rest = after;
            } else if rest.starts_with("$(") {
                let Some(length) = variable(rest) else {
                    return Err(Problem::new(149, "a `$(` has no `)`".to_owned())
                        .help("write `$$(` where no variable is meant"));
                };
                let name = &rest[2..length - 1];
                if name.starts_with("loc.") {
                    out.push_str(&rest[..length]);
                } else if name.contains('(') && self.get(name).is_none() {
                    out.push_str(&self.function(name)?);
                } else {
                    let value = self.get(name).ok_or_else(|| self.undefined(name))?;
                    if value.deprecated {
                        note(name);
                    }
                    out.push_str(&value.text);
                }
                rest = &rest[length..];
            } else {
                out.push('$');
                rest = &rest[1..];
            }
            if out.len() > VALUE_BYTES {
                return Err(Problem::new(150, format!("the value comes to more than {VALUE_BYTES} bytes")));
            }
        }
        out.push_str(rest);
        Ok(out)
    }

    /// What the function call `call` gives, as it stands between `$(` and `)`.
    fn function(&self, call: &str) -> Result<String, Problem> {
        /// Seconds of a day, and the days from 1970-01-01 to 2000-01-01.
        const DAY: i64 = 86_400;
        const FIRST_DAY: i64 = 10_957;
        let (name, arguments) = call.split_once('(').unwrap_or((call, ""));
        let Some(arguments) = arguments.strip_suffix(')').filter(|_| name.contains('.')) else {
            return Err(Problem::new(234, format!("`$({call})` is not of the form `$(fun.Name(argument))`")));
        };
        if name != "fun.AutoVersion" {
            return Err(Problem::new(235, format!("there is no preprocessor function `{name}`"))
                .help("the only one is `fun.AutoVersion`"));
        }
        let base = self.expand(arguments.split(',').next().unwrap_or_default().trim(), |_| {})?;
        if base.is_empty() {
            return Err(Problem::new(379, "`fun.AutoVersion` needs the first parts of a version")
                .help("write for example `$(fun.AutoVersion(1.0))`"));
        }
        let now = self.options.timestamp;
        let (days, seconds) = (now.div_euclid(DAY) - FIRST_DAY, now.rem_euclid(DAY));
        Ok(format!("{base}.{days}.{}", seconds / 2))
    }

    fn undefined(&self, name: &str) -> Problem {
        let problem = Problem::new(150, format!("undefined preprocessor variable `$({name})`"));
        match name.split_once('.') {
            Some(("env", id)) => problem.help(format!("set the environment variable `{id}`")),
            Some(("sys", _)) => problem.help(
                "system variables are BUILDARCH, BUILDARCHSHORT, CURRENTDIR, SOURCEFILEDIR, SOURCEFILEPATH, \
                 WIXMAJORVERSION and WIXVERSION",
            ),
            _ => {
                let bare = name.strip_prefix("var.").unwrap_or(name);
                problem.help(format!("define it with `<?define {bare}=…?>` or `-d {bare}=…`"))
            }
        }
    }
}

/// How long the `$(…)` is that `text` begins with; none if it has no end.
pub(super) fn variable(text: &str) -> Option<usize> {
    let mut open = 0_u32;
    for (at, c) in text.char_indices() {
        match c {
            '(' => open += 1,
            ')' if open == 1 => return Some(at + 1),
            ')' => open = open.saturating_sub(1),
            _ => {}
        }
    }
    None
}
