//! Where installations begin and end in a log: engines of the client and of the service, installations inside of others, and
//! logs that tell only actions.

use super::facts::short;
use super::{Follower, end_deferred};
use crate::known::codes;
use crate::line::Origin;
use crate::story::{Ignored, Session};

/// So many installations are kept.
const SESSIONS: usize = 400;
/// An installation that has not ended.
pub(super) struct Open {
    pub session: Session,
    /// Actions that have begun and not ended: name, place in the session's list.
    pub stack: Vec<(String, usize)>,
    /// The action of the script that is at work, and its place in the session's list.
    pub script: Option<(String, usize)>,
    pub first_time: Option<u64>,
    pub last_time: Option<u64>,
    /// An engine of the service took it over.
    pub has_server: bool,
    /// The service's engine has begun, and has returned.
    pub server_began: bool,
    pub server_returned: bool,
    /// The outermost INSTALL has ended.
    pub done: bool,
    /// It began with an action, not with an engine: only its end says that it is over.
    pub by_action: bool,
    /// Operations undo what was done.
    pub undoing: bool,
    /// The last action that ended, where it returned 0: on Windows there was none of its name, under Wine it failed.
    pub returned_nothing: Option<String>,
}

impl Follower {
    pub(super) fn begin(&mut self, number: u64, parent: Option<u32>, by_action: bool) {
        self.next_id += 1;
        let mut session = Session::new(self.next_id, parent, number);
        session.verbose = self.verbose;
        self.near.clear();
        self.open.push(Open {
            session,
            stack: Vec::new(),
            script: None,
            first_time: None,
            last_time: None,
            has_server: false,
            server_began: false,
            server_returned: false,
            done: false,
            by_action,
            undoing: false,
            returned_nothing: None,
        });
    }

    /// `******* Product: x` after `RunEngine`: the client's engine, the service's for the same product, or one for a product
    /// that is removed on the way.
    pub(super) fn engine_begins(&mut self, number: u64, package: &str) {
        let Some(side) = self.run.take() else { return };
        let at_removal = self.near.action() == "RemoveExistingProducts" && package.starts_with('{');
        let same =
            |open: &Open| open.session.package.as_deref().is_none_or(|own| own.eq_ignore_ascii_case(package));
        match self.open.last_mut() {
            Some(open) if open.server_returned || (open.done && open.stack.is_empty()) => {
                self.close_all();
                self.begin(number, None, false);
            }
            Some(open)
                if !at_removal
                    && same(open)
                    && !(side == b's' && open.has_server && open.session.package.is_some()) => {}
            Some(open) => {
                let parent = open.session.id;
                self.begin(number, Some(parent), false);
            }
            None => self.begin(number, None, false),
        }
        if let Some(open) = self.open.last_mut() {
            open.session.package.get_or_insert_with(|| short(package));
            open.session.verbose = true;
            open.has_server |= side == b's';
            open.server_began |= side == b's';
            if package.starts_with('{') {
                open.session.product_code.get_or_insert_with(|| short(package));
            }
        }
    }

    pub(super) fn engine_returns(&mut self, number: u64, origin: Origin, code: u32) {
        if self.open.is_empty() {
            if self.ended.last().is_some_and(|session| session.result == Some(code)) {
                return;
            }
            self.begin(number, None, false);
        }
        let is_inner = self.open.len() > 1;
        let Some(open) = self.open.last_mut() else { return };
        open.session.verbose = true;
        open.session.lines.1 = number;
        // the client hears what the service returned; the service knows better
        if !(origin.side == Some(b'c') && open.server_returned && open.session.result.is_some()) {
            open.session.result = Some(code);
        }
        if origin.side == Some(b'c') {
            self.close_all();
        } else if is_inner {
            self.close_one();
        } else {
            open.server_returned = true;
            open.has_server = true;
        }
    }

    /// `Action start: INSTALL`: the service's part of what the client began, an installation inside of another one, or one
    /// after another one in a log without engine lines.
    pub(super) fn install_begins(&mut self, number: u64) {
        let Some(open) = self.open.last() else { return };
        let removing = open.stack.iter().any(|(name, _)| name == "RemoveExistingProducts");
        if removing && open.session.package.is_none() {
            let parent = open.session.id;
            self.begin(number, Some(parent), true);
        } else if open.done && open.stack.is_empty() {
            self.close_all();
        }
    }

    pub(super) fn close_one(&mut self) {
        let Some(mut open) = self.open.pop() else { return };
        self.place.settle(open.session.id, &mut self.disk);
        end_deferred(&mut open, None);
        let mut session = open.session;
        session.client_only = session.verbose && !open.has_server;
        session.refused = open.server_returned && !open.server_began && session.actions.items.len() < 3;
        session.duration = match (open.first_time, open.last_time) {
            (Some(first), Some(last)) => last.saturating_sub(first),
            _ => 0,
        };
        self.near.ends(&mut session);
        if let Some(failure) = session.failure.take_if(|_| session.result.is_some_and(codes::is_success)) {
            let why = "the installation went on and succeeded";
            let what = format!("`{}` returned {}", failure.action, failure.value);
            session.ignored.push(Ignored { line: failure.line, what, why });
        }
        if self.ended.len() >= SESSIONS {
            let idle = self.ended.iter().position(|session| session.result.is_some_and(codes::is_success));
            self.ended.remove(idle.unwrap_or(0));
            self.left_off += 1;
        }
        self.ended.push(session);
    }

    pub(super) fn close_all(&mut self) {
        while !self.open.is_empty() {
            self.close_one();
        }
        self.run = None;
    }
}
