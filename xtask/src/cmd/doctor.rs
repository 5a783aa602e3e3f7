//! `cargo xtask doctor`: which tools are there.

use crate::console::Console;
use crate::exit::{Exit, Failure, Outcome};
use crate::tool::{Need, State, Tool};
use serde::Serialize;

#[derive(Serialize)]
struct Report<'t> {
    schema: &'static str,
    tools: &'t [Tool],
}

/// Looks for every tool and says what it found.
///
/// # Errors
/// A tool without which no package can be made is missing or too old.
pub fn run(console: &Console) -> Outcome {
    let tools = Tool::all();
    if console.json() {
        console.result(&Report { schema: "ancm-doctor/1", tools: &tools });
    } else {
        for tool in &tools {
            let (mark, found) = match &tool.state {
                State::Usable { path, version } => ("ok", format!("{version} ({})", path.display())),
                State::Unusable { problem } => {
                    (if tool.need == Need::Build { "MISSING" } else { "missing" }, problem.clone())
                }
            };
            console.print(&format!("{mark:<8} {:<28} {found}", tool.name));
            if let (State::Unusable { .. }, mend) = (&tool.state, &tool.mend) {
                console.print(&format!("{:<8} {:<28} {}: {mend}", "", "", tool.need.purpose()));
            }
        }
    }
    let missing: Vec<&str> = tools
        .iter()
        .filter(|tool| tool.need == Need::Build && matches!(tool.state, State::Unusable { .. }))
        .map(|tool| tool.name)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Failure::new(
        Exit::Tool,
        "doctor::missing",
        format!("packages cannot be made without {}", missing.join(", ")),
    )
    .help("do what stands beside it above"))
}
