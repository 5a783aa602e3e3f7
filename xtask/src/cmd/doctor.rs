//! `cargo xtask doctor`: which tools are there, which will do, and what mends the others.

use crate::console::{Console, Paint};
use crate::exit::{Exit, Failure, Outcome};
use crate::inputs;
use crate::tool::{Need, State, Tool, Wanted};
use crate::workspace;
use serde::Serialize;

#[derive(Serialize)]
struct Report<'t> {
    schema: &'static str,
    tools: &'t [Tool],
}

/// Looks for every tool and says what it found.
///
/// # Errors
/// A tool without which no package can be made is missing or will not do.
pub fn run(console: &Console) -> Outcome {
    let root = workspace::root_or_here()?;
    let settings = inputs::configured(None, &root, &workspace::here()?)?;
    let wanted = Wanted {
        project: root,
        msvc: settings.msvc.map(|folder| folder.value),
        wix: settings.wix.map(|path| path.value),
        accepted: settings.accept_wix_eula.map(|eula| eula.value),
        patience: None,
    };
    let tools = Tool::all(&wanted);
    if console.json() {
        console.result(&Report { schema: "ancm-doctor/1", tools: &tools });
    } else {
        show(&tools, console);
    }
    let unfit: Vec<&str> = tools
        .iter()
        .filter(|tool| tool.need == Need::Build && !tool.state.is_fine())
        .map(|tool| tool.name)
        .collect();
    if unfit.is_empty() {
        return Ok(());
    }
    let message = format!("packages cannot be made without {}", unfit.join(", "));
    Err(Failure::new(Exit::Tool, "doctor::missing", message).help("run the command that stands beside it"))
}

/// The width of a line. Only a command that is to be copied may be longer.
const COLUMNS: usize = 100;

/// One line for each tool, by what it is needed for; below it what mends it.
fn show(tools: &[Tool], console: &Console) {
    let widest = |text: &dyn Fn(&Tool) -> Option<&str>| {
        tools.iter().filter_map(|tool| Some(text(tool)?.len())).max().unwrap_or(0)
    };
    let name = widest(&|tool| Some(tool.name));
    let versions = widest(&|tool| tool.version.as_deref());
    let ranges = widest(&|tool| tool.range.as_deref());
    let label = 8;
    let margin = " ".repeat(2 + label + 1);
    let end = margin.len() + name + 1 + versions + 1 + ranges + 1;
    for need in Need::ALL {
        console.print(&format!("{}:", need.purpose()));
        for tool in tools.iter().filter(|tool| tool.need == need) {
            let paint = match (tool.state, need) {
                (State::Usable, _) => Paint::Good,
                (State::NotNeeded, _) => Paint::Plain,
                (_, Need::Build) => Paint::Bad,
                _ => Paint::Doubtful,
            };
            let state = console.painted(paint, &format!("{:<label$}", tool.state.label()));
            let [version, range] =
                [&tool.version, &tool.range].map(|text| text.as_deref().unwrap_or_default());
            let path = tool.path.as_ref().map(|path| path.to_string_lossy().into_owned());
            let shown = match &path {
                Some(path) if console.verbose() => path.clone(),
                Some(path) => shortened(path, COLUMNS - end),
                None => String::new(),
            };
            let problem = tool.problem.as_deref().unwrap_or_default();
            // where nothing stands in the columns between, it begins behind the name
            let bare = path.is_none() && version.is_empty() && range.is_empty();
            let begin = if bare { margin.len() + name + 1 } else { end };
            let short = path.is_none() && problem.chars().count() <= COLUMNS - begin;
            let shown = if short { problem } else { &shown };
            let columns = format!("{version:<versions$} {range:<ranges$} ");
            let columns = if bare { "" } else { &columns };
            let line = format!("  {state} {:<name$} {columns}{shown}", tool.name);
            console.print(line.trim_end());
            if !short && !problem.is_empty() {
                wrapped(problem, COLUMNS - margin.len())
                    .for_each(|line| console.print(&format!("{margin}{line}")));
            }
            if let Some(mend) = &tool.mend {
                console.print(&format!("{margin}run: {mend}"));
            }
            if console.verbose() {
                tool.candidates.iter().for_each(|candidate| console.print(&format!("{margin}{candidate}")));
            }
        }
    }
}

/// `path` in at most `width` characters, without its middle where it is longer.
fn shortened(path: &str, width: usize) -> String {
    let characters: Vec<char> = path.chars().collect();
    if characters.len() <= width {
        return path.to_owned();
    }
    let begin = width / 3;
    let end = characters.len() - (width - begin - 1);
    characters[..begin].iter().chain(['…'].iter()).chain(&characters[end..]).collect()
}

/// The words of `text` in lines of at most `width` characters; a longer word has a line of its own.
fn wrapped(text: &str, width: usize) -> impl Iterator<Item = String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("there is one");
        if line.is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines.into_iter()
}
