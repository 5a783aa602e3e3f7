//! Follows a log line by line: opens and closes installations, keeps what stands near a failure, forgets the rest.

mod burn;
mod disk;
mod facts;
mod near;
mod script;
mod sessions;

use burn::Burn;
pub(super) use burn::succeeded;
pub(super) use disk::{Disk, Registered};
pub(super) use facts::short as shortened;
use facts::{command_line, numbered, property, short};
use near::Near;
use script::Place;
use sessions::Open;

use crate::line::{self, Origin, Shape, Topic};
use crate::story::{
    ActionRun, Bounded, Bundle, ComponentState, Coverage, FileDecision, Ignored, Purpose, Session,
};
use std::collections::VecDeque;

/// So deep an installation's actions may be nested.
const DEEP: usize = 64;
/// So many lines of unknown words are kept before any installation.
const BEFORE: usize = 12;

/// What follows a log.
pub(super) struct Follower {
    open: Vec<Open>,
    ended: Vec<Session>,
    left_off: u64,
    next_id: u32,
    near: Near,
    place: Place,
    disk: Disk,
    burn: Burn,
    coverage: Coverage,
    /// A log header said that this log is a verbose one.
    verbose: bool,
    /// An engine has begun, and its package has not been told yet: the side.
    run: Option<u8>,
    /// The last words before any installation: an excerpt begins with what its custom action wrote.
    before: VecDeque<(u64, String)>,
    /// Midnights that have passed, in milliseconds.
    days: u64,
    last_clock: u32,
}

impl Follower {
    pub(super) fn new() -> Follower {
        Follower {
            open: Vec::new(),
            ended: Vec::new(),
            left_off: 0,
            next_id: 0,
            near: Near::new(),
            place: Place::default(),
            disk: Disk::new(),
            burn: Burn::new(),
            coverage: Coverage { lines: 0, known: 0, continued: 0, unknown: 0, samples: Bounded::new(12) },
            verbose: false,
            run: None,
            before: VecDeque::new(),
            days: 0,
            last_clock: 0,
        }
    }

    /// Takes a line; a log that was pasted into a page has its lines between `<br>`.
    pub(super) fn line(&mut self, number: u64, text: &str) {
        if memchr::memchr(b'<', text.as_bytes()).is_some() && text.contains("<br>") {
            for part in text.split("<br>") {
                self.one(number, part.trim_start_matches("<pre>"));
            }
        } else {
            self.one(number, text);
        }
    }

    fn one(&mut self, number: u64, text: &str) {
        let (origin, shape) = line::read(text);
        if matches!(shape, Shape::Blank) {
            self.burn.pauses();
            return;
        }
        self.coverage.lines += 1;
        match shape {
            Shape::Text(words) => return self.text(number, words, origin),
            Shape::UnknownEngine => self.unknown(number, text),
            _ => self.coverage.known += 1,
        }
        let header = match shape {
            Shape::Started { when, .. } => when.split_whitespace().find_map(line::clock),
            _ => None,
        };
        if let Some(time) = origin.time.or(header) {
            self.tick(time);
        }
        if let Shape::Burn(line) = shape {
            return self.burn.line(number, &line);
        }
        self.near.begins(&shape);
        match shape {
            Shape::Started { verbose: true, .. } => {
                self.close_all();
                self.verbose = true;
            }
            Shape::Started { verbose: false, .. } => {
                if self.open.first().is_some_and(|open| open.done && open.stack.is_empty()) {
                    self.close_all();
                }
            }
            Shape::Stopped { verbose } => {
                if verbose || !self.verbose {
                    self.close_all();
                }
            }
            Shape::RunEngine => self.run = origin.side.or(Some(b's')),
            Shape::RunDetail { what: "Product", value } => self.engine_begins(number, value),
            Shape::RunDetail { .. } | Shape::Known | Shape::UnknownEngine => {}
            Shape::Returning(code) => self.engine_returns(number, origin, code),
            other => self.installation(number, origin, &other, text),
        }
        if let Some(open) = self.open.last_mut() {
            open.session.lines.1 = number;
        }
    }

    /// A line that belongs to an installation; one is begun where none is open.
    fn installation(&mut self, number: u64, origin: Origin, shape: &Shape, text: &str) {
        if let Shape::ActionStart { name: "INSTALL", .. } = shape {
            self.install_begins(number);
        }
        if self.open.is_empty() {
            // what comes after the end belongs to the installation that has just ended
            if self.afterwards(number, shape) {
                return;
            }
            self.begin(number, None, false);
            let failed = match *shape {
                Shape::Returned { code, .. } => code != 0,
                Shape::ActionEnd { value, .. } => !matches!(value, 1 | 5),
                _ => false,
            };
            if let Some(open) = self.open.last_mut().filter(|_| failed) {
                for (line, words) in &self.before {
                    self.near.words(*line, words, false, &mut open.session);
                }
            }
            self.before.clear();
        }
        let now = self.now();
        let Some(open) = self.open.last_mut() else { return };
        open.session.verbose |= origin.side.is_some();
        open.has_server |= origin.side == Some(b's');
        open.first_time = open.first_time.or(now);
        open.last_time = now.or(open.last_time);
        let session = &mut open.session;
        self.near.evidence(number, shape, origin, text, session);
        match *shape {
            Shape::Doing(name) => self.near.enters(name),
            Shape::ActionStart { name, time } => self.action_begins(number, name, time),
            Shape::ActionEnd { name, time, value } => self.action_ends(number, name, time, value),
            Shape::PropertyChange { name, value } => property(session, name, value.unwrap_or("")),
            Shape::Property { name, value } => property(session, name, value),
            Shape::Op { name, arguments } => self.operation(number, name, arguments),
            Shape::File { path, decision, reason } => {
                let written = decision.starts_with("Overwrite") || decision.starts_with("To be installed");
                if !open.undoing {
                    self.disk.written(path, written, number);
                    let rule = script::rule(decision, reason);
                    let (path, reason) = (short(path), short(reason));
                    session.files.push(FileDecision { line: number, path, written, rule, reason });
                }
            }
            Shape::State { component, name, installed, request, action } => {
                if component {
                    *session.component_actions.entry(short(action)).or_default() += 1;
                    let asked = matches!(request, "Local" | "Source" | "Reinstall");
                    if (asked && action == "Null") || action.contains("FileAbsent") || action.contains("HKCR")
                    {
                        let [name, installed, request, action] =
                            [name, installed, request, action].map(short);
                        session.components.push(ComponentState {
                            line: number,
                            name,
                            installed,
                            request,
                            action,
                        });
                    }
                } else {
                    *session.component_actions.entry(format!("feature {action}")).or_default() += 1;
                }
            }
            Shape::Veto(id) => session.vetoed.push((id.to_owned(), number)),
            Shape::Spared(id) => session.spared.push((id.to_owned(), number)),
            Shape::Summary { name, version, status } => {
                session.name = Some(short(name));
                session.version = Some(short(version));
                session.result = Some(status);
            }
            Shape::CommandLine(line) => command_line(session, line),
            Shape::Related(words) => {
                if let Some(code) = words.strip_prefix("Found application: ") {
                    session.found.push(short(code));
                } else {
                    session.skipped.push((short(words), number));
                }
            }
            Shape::Skipping { name: "FindRelatedProducts", reason }
                if reason.contains("maintenance") && session.purpose == Purpose::Install =>
            {
                session.purpose = Purpose::Maintenance;
            }
            Shape::Removing { product } => self.near.removes(product),
            Shape::Registration(words) => session.registration.push((short(words), number)),
            Shape::Swap(words) => session.swaps.push((short(words), number)),
            Shape::FileData { action: "RemoveFiles", file, directory } => {
                self.place.removal_named(file, directory, session.id, &mut self.disk);
            }
            Shape::Numbered(fields) => numbered(session, fields),
            Shape::Information { number: 1903 | 1904, text } => session.restarts.push((short(text), number)),
            Shape::Note { number: 1903 | 1904, fields } => session.restarts.push((short(fields), number)),
            Shape::Notable(Topic::Restart) => session.restarts.push((short(text), number)),
            Shape::Cancelled => session.cancelled = true,
            Shape::Returned { name, code, ignored: true } => {
                let why = "the package tells Windows Installer to go on whatever it returns";
                let what = format!("custom action `{name}` returned {code}");
                session.ignored.push(Ignored { line: number, what, why });
            }
            Shape::Message { product, text } => {
                session.name.get_or_insert_with(|| short(product));
                if session.purpose == Purpose::Install {
                    session.purpose = match text {
                        _ if text.starts_with("Update '") => Purpose::Patch,
                        _ if text.starts_with("Configuration ") => Purpose::Maintenance,
                        _ if text.starts_with("Removal ") => Purpose::Removal,
                        _ => Purpose::Install,
                    };
                }
            }
            Shape::Notable(Topic::Patch) if session.purpose == Purpose::Install => {
                session.purpose = Purpose::Patch;
            }
            _ => {}
        }
    }

    /// Words of no form of their own: the rest of a message, what a custom action wrote, or foreign text.
    fn text(&mut self, number: u64, words: &str, origin: Origin) {
        match self.open.last_mut() {
            Some(open) => {
                open.session.lines.1 = number;
                if self.near.words(number, words, origin.is_error, &mut open.session) {
                    self.coverage.continued += 1;
                    return;
                }
            }
            None if self.burn.continues(words) => {
                self.coverage.continued += 1;
                return;
            }
            None => {
                if self.before.len() >= BEFORE {
                    self.before.pop_front();
                }
                self.before.push_back((number, short(words)));
            }
        }
        self.unknown(number, words);
    }

    fn unknown(&mut self, number: u64, text: &str) {
        self.coverage.unknown += 1;
        self.coverage.samples.push((short(text.trim()), number));
    }

    /// Milliseconds since the first midnight before the log.
    fn now(&self) -> Option<u64> {
        (self.last_clock > 0).then(|| self.days + u64::from(self.last_clock))
    }

    fn tick(&mut self, time: u32) {
        const HALF_A_DAY: u32 = 12 * 3600 * 1000;
        if time + HALF_A_DAY < self.last_clock {
            self.days += 2 * u64::from(HALF_A_DAY);
        }
        self.last_clock = time;
    }

    fn action_begins(&mut self, number: u64, name: &str, time: Option<u32>) {
        self.near.enters(name);
        let now = self.time(time);
        let Some(open) = self.open.last_mut() else { return };
        let start = now.map(|now| now.saturating_sub(open.first_time.unwrap_or(now)));
        let place = open.session.actions.items.len();
        open.session.actions.push(ActionRun {
            name: short(name),
            line: number,
            start,
            duration: None,
            value: None,
            deferred: false,
        });
        if open.stack.len() < DEEP {
            open.stack.push((name.to_owned(), place));
        }
    }

    /// The time of an action's own line, which has no milliseconds; the engine's clock where it is as good.
    fn time(&mut self, time: Option<u32>) -> Option<u64> {
        let time = time?;
        if time / 1000 != self.last_clock / 1000 {
            self.tick(time);
        }
        self.now()
    }

    fn action_ends(&mut self, number: u64, name: &str, time: Option<u32>, value: u32) {
        let now = self.time(time);
        let Some(open) = self.open.last_mut() else { return };
        if let Some(at) = open.stack.iter().rposition(|(begun, _)| begun == name) {
            let (_, place) = open.stack[at];
            open.stack.truncate(at);
            if let Some(run) = open.session.actions.items.get_mut(place) {
                run.value = Some(value);
                let start = run.start.unwrap_or(0) + open.first_time.unwrap_or(0);
                run.duration = now.map(|now| now.saturating_sub(start));
            }
        }
        open.last_time = now.or(open.last_time);
        let outermost = name == "INSTALL" && !open.stack.iter().any(|(name, _)| name == "INSTALL");
        // Wine says 0 where Windows says 3, at the end of the whole
        let failed = !matches!(value, 0 | 1 | 5) || (value == 0 && outermost && !open.session.cancelled);
        if failed {
            let script = open.script.as_ref().map(|(name, _)| name.clone());
            let inner = open.returned_nothing.take().filter(|_| value == 0);
            let name = inner.as_deref().unwrap_or(name);
            open.session.cancelled |= value == 2;
            open.undoing |= value != 2 || script.is_some();
            self.near.fails(number, name, value, script, &mut open.session);
        } else {
            // the engine that ends around it tells nothing new
            if name != "INSTALL" {
                open.returned_nothing = (value == 0).then(|| name.to_owned());
            }
            if value != 0 {
                self.near.succeeds(name);
            }
        }
        if outermost {
            open.done = true;
            if open.session.result.is_none() {
                open.session.result = match value {
                    1 | 5 => Some(0),
                    2 => Some(1602),
                    0 | 3 => Some(1603),
                    4 => Some(1604),
                    8 => Some(1618),
                    _ => None,
                };
            }
            if open.by_action && self.open.len() > 1 {
                self.close_one();
            }
        }
        if name == "InstallFinalize" || name == "InstallExecute" {
            self.script_ends();
        }
    }

    fn operation(&mut self, number: u64, name: &str, arguments: &str) {
        let now = self.now();
        let Some(open) = self.open.last_mut() else { return };
        if name == "Header" {
            // a script of type 2 undoes (https://learn.microsoft.com/windows/win32/msi/rollback-installation)
            open.undoing |= line::fields::field(arguments, "ScriptType") == Some("2");
        }
        let begun = match name {
            "ActionStart" => line::fields::field(arguments, "Name"),
            "CustomActionSchedule" => line::fields::field(arguments, "Action"),
            _ => None,
        };
        self.near.operation(number, name, arguments, open.undoing, &mut open.session);
        if let Some(begun) = begun.filter(|_| !open.undoing)
            && open.script.as_ref().is_none_or(|(name, _)| name != begun)
        {
            let start = now.map(|now| now.saturating_sub(open.first_time.unwrap_or(now)));
            end_deferred(open, start);
            open.script = Some((begun.to_owned(), open.session.actions.items.len()));
            open.session.actions.push(ActionRun {
                name: short(begun),
                line: number,
                start,
                duration: None,
                value: None,
                deferred: true,
            });
        }
        if !open.undoing {
            self.place.operation(name, arguments, &mut open.session, &mut self.disk, number);
        }
    }

    fn script_ends(&mut self) {
        let now = self.now();
        let Some(open) = self.open.last_mut() else { return };
        let at = now.map(|now| now.saturating_sub(open.first_time.unwrap_or(now)));
        end_deferred(open, at);
        open.script = None;
        self.place.settle(open.session.id, &mut self.disk);
    }

    /// Lines that come when the client's engine has returned; true where they were taken.
    fn afterwards(&mut self, number: u64, shape: &Shape) -> bool {
        let Some(session) = self.ended.last_mut() else { return false };
        match *shape {
            Shape::Summary { name, version, status }
                if session.result.is_none_or(|result| result == status) =>
            {
                session.name = Some(short(name));
                session.version = Some(short(version));
                session.result = Some(status);
            }
            Shape::Property { name, value } => property(session, name, value),
            Shape::Message { text, .. } if text.contains("failed") || text.contains("success") => {}
            Shape::ActionEnd { .. } | Shape::Note { .. } | Shape::PropertyChange { .. } => {}
            _ => return false,
        }
        session.lines.1 = number;
        true
    }

    /// The end of the log.
    pub(super) fn finish(mut self) -> Followed {
        self.close_all();
        self.ended.sort_by_key(|session| session.id);
        let Follower { ended, left_off, disk, burn, coverage, .. } = self;
        Followed { sessions: ended, left_off, disk, bundles: burn.bundles, coverage }
    }
}

/// What was followed.
pub(super) struct Followed {
    pub sessions: Vec<Session>,
    pub left_off: u64,
    pub disk: Disk,
    pub bundles: Vec<Bundle>,
    pub coverage: Coverage,
}

fn end_deferred(open: &mut Open, at: Option<u64>) {
    if let Some((_, place)) = &open.script
        && let Some(run) = open.session.actions.items.get_mut(*place)
        && let (Some(at), Some(start)) = (at, run.start)
    {
        run.duration = Some(at.saturating_sub(start));
    }
}
