//! Our own actions that put DLLs in the place of another package's and give those back (`wix/patch.wxs`), as
//! `native/configaction` carries them out.

use super::properties::Worth;
use super::session::{ComponentAction, Purpose, Session};
use super::write::by;
use super::{Engine, Failure};
use crate::journal::Deed;
use crate::machine::{Client, DiskFile, RecordedKeyPath, Resource, Swapped};
use crate::names::Folded;
use crate::package::{FileFacts, Swap};
use crate::rules::Rule;
use std::sync::Arc;

/// What a swap would do: other files first.
enum Decision<'m> {
    Right,
    Swap(Vec<(Folded, &'m DiskFile)>),
}

/// Whether it is an action of ours whose doing is known.
pub(super) fn is_known(target: &str) -> bool {
    matches!(target, "ScheduleSwap" | "CheckSwap" | "ApplySwap")
}

/// Whether a file is good where a DLL for `wanted` is asked for.
fn serves(facts: &FileFacts, wanted: &str) -> bool {
    let is = facts.processor().unwrap_or_default();
    is == wanted || (is == "arm64x" && wanted == "arm64")
}

/// A file that the package brings to `path`.
fn brought<'a>(session: &Session<'a>, path: &Folded) -> Option<&'a Arc<FileFacts>> {
    session.package.components.iter().find_map(|component| {
        let position = (0..component.files.len()).find(|at| session.file_path(component, *at) == *path)?;
        Some(&component.files[position].facts)
    })
}

impl Swap {
    fn beside(&self, file: &Folded, name: &str) -> Option<Folded> {
        (!name.is_empty()).then(|| file.parent().map(|folder| folder.join(name))).flatten()
    }

    /// Whether a version is within the bounds; one that is only known as a range is, where it can be.
    fn takes(&self, facts: &FileFacts) -> bool {
        let Some((low, high)) = facts.versions() else {
            return self.lowest.is_none() && self.highest.is_none();
        };
        self.lowest.is_none_or(|lowest| high >= lowest) && self.highest.is_none_or(|highest| low <= highest)
    }
}

impl<'a> Engine<'a> {
    /// The turn of one of our actions.
    pub(super) fn swap_action(&mut self, session: &mut Session<'a>, target: &str) -> Result<(), Failure> {
        match target {
            "ScheduleSwap" => self.schedule_swaps(session),
            "CheckSwap" => self.check_swaps(session),
            _ => {
                let install = !session.text("AddSwap").is_empty();
                session.queue.push(super::Queued::Swaps { install });
                Ok(())
            }
        }
    }

    fn rows(session: &Session<'a>) -> impl Iterator<Item = (usize, &'a Swap)> + use<'a> {
        let components = session.package.components.iter().enumerate();
        components.flat_map(|(index, component)| component.swaps.iter().map(move |swap| (index, swap)))
    }

    fn schedule_swaps(&mut self, session: &mut Session<'a>) -> Result<(), Failure> {
        let is_repair = session.purpose == Purpose::Repair;
        let (mut adds, mut removes) = (false, false);
        for (index, _) in Self::rows(session) {
            match session.actions[index] {
                ComponentAction::Local => adds = true,
                ComponentAction::Absent => removes = true,
                _ => adds |= is_repair,
            }
        }
        if !adds && !removes {
            return Ok(());
        }
        if let Some(path) = self.taken_over(session) {
            if adds {
                let reason = format!("{path} is a file of another product, whose package needs no patch");
                return Err(Failure { error: 1603, reason, rule: Rule::S05 });
            }
            self.forget_swaps(session);
            return Ok(());
        }
        let names: &[&str] = match adds {
            true => &["CheckSwap", "RollBackAddedSwap", "AddSwap", "CommitSwap"],
            false => &["RollBackRemovedSwap", "RemoveSwap", "CommitSwap"],
        };
        for name in names {
            session.properties.set(name, Worth::Known("scheduled".to_owned()));
        }
        Ok(())
    }

    /// A file that a swap leads to and that another product has as its own.
    fn taken_over(&self, session: &Session<'a>) -> Option<Folded> {
        let replaced_by = match &session.purpose {
            Purpose::Remove { upgrading, .. } => *upgrading,
            _ => None,
        };
        let is_other = |client: &Client| match client {
            Client::Product(product) => {
                *product != session.package.product_code && Some(*product) != replaced_by
            }
            Client::Permanent => false,
        };
        let led_to = Self::rows(session).flat_map(|(_, swap)| {
            let file = Folded::path(&session.formatted(&swap.file));
            [&swap.kept, &swap.second].into_iter().filter_map(move |name| swap.beside(&file, name))
        });
        let mut led_to = led_to.map(RecordedKeyPath::File);
        let found = led_to.find(|path| {
            let mut clients = self.machine.clients.values().flat_map(|clients| clients.iter());
            clients.any(|(client, key_path)| is_other(client) && key_path == path)
        })?;
        match found {
            RecordedKeyPath::File(path) => Some(path),
            _ => None,
        }
    }

    fn check_swaps(&mut self, session: &Session<'a>) -> Result<(), Failure> {
        for (_, swap) in Self::rows(session) {
            if let Err(reason) = self.decide_swap(session, swap) {
                let reason = format!("{}: {reason}", session.formatted(&swap.file));
                return Err(Failure { error: 1603, reason, rule: Rule::S05 });
            }
        }
        Ok(())
    }

    /// What would be at `path` without the swap whose own file is `new`.
    fn without_swap(&self, new: &Folded, path: &Folded) -> Option<&DiskFile> {
        let present = self.machine.files.get(path);
        let swapped =
            self.machine.swapped.get(new).into_iter().flatten().find(|swapped| swapped.path == *path);
        match swapped {
            Some(swapped) if present.is_some_and(|file| *file.facts == swapped.after) => {
                swapped.before.as_ref()
            }
            _ => present,
        }
    }

    fn decide_swap(&self, session: &Session<'a>, swap: &Swap) -> Result<Decision<'_>, String> {
        let file = Folded::path(&session.formatted(&swap.file));
        let new = Folded::path(&session.formatted(&swap.new));
        let at = |name: &str| {
            let path = swap.beside(&file, name)?;
            Some((path.clone(), self.without_swap(&new, &path)?))
        };
        let Some(present) = self.without_swap(&new, &file) else { return Err("it is not there".to_owned()) };
        let is = present.facts.processor().unwrap_or_default();
        if !swap.right.is_empty() && is == swap.right {
            return Ok(Decision::Right);
        }
        let checked = |file: &DiskFile| match swap.takes(&file.facts) {
            true => Ok(()),
            false => Err("it has another version than the package is for".to_owned()),
        };
        let (kept, second) = (swap.beside(&file, &swap.kept), swap.beside(&file, &swap.second));
        if is == swap.from {
            checked(present)?;
            let (Some(kept), Some(second)) = (kept, second) else { return Ok(Decision::Swap(Vec::new())) };
            let source = Folded::path(&session.formatted(&swap.source));
            let facts = self.machine.files.get(&source).map(|file| &file.facts);
            // the package's own files are not there yet when this is checked
            if !facts
                .or_else(|| brought(session, &source))
                .is_some_and(|it| serves(it, &swap.second_processor))
            {
                return Err(format!("there is no DLL for {}", swap.second_processor));
            }
            let source = self.machine.files.get(&source).map(|source| (second, source));
            return Ok(Decision::Swap([(kept, present)].into_iter().chain(source).collect()));
        }
        let other = || Err(format!("it is for {is}, expected {}", swap.from));
        if let (Some((_, old)), Some((_, second)), "arm64x") = (at(&swap.kept), at(&swap.second), is)
            && serves(&old.facts, &swap.from)
            && serves(&second.facts, &swap.second_processor)
        {
            return checked(old).map(|()| Decision::Swap(Vec::new()));
        }
        let backup = at(&swap.backup).filter(|(_, backup)| serves(&backup.facts, &swap.from));
        match (backup, kept, second) {
            (Some((_, backup)), Some(kept), Some(second))
                if serves(&present.facts, &swap.second_processor) =>
            {
                checked(backup)?;
                Ok(Decision::Swap(vec![(kept, backup), (second, present)]))
            }
            _ => other(),
        }
    }

    /// The queued action: ours are put there, or what was there comes back.
    pub(super) fn swaps(&mut self, session: &mut Session<'a>, install: bool) {
        if !install {
            for (index, swap) in Self::rows(session) {
                let new = Folded::path(&session.formatted(&swap.new));
                self.take_back_swap(session, index, &new);
            }
            return;
        }
        for (index, swap) in Self::rows(session) {
            let file = Folded::path(&session.formatted(&swap.file));
            let new = Folded::path(&session.formatted(&swap.new));
            let Some(ours) = self.machine.files.get(&new).cloned() else { continue };
            let wanted: Vec<(Folded, DiskFile)> = match self.decide_swap(session, swap) {
                Ok(Decision::Swap(beside)) => {
                    let beside = beside.into_iter().map(|(path, file)| (path, file.clone()));
                    beside.chain([(file, ours)]).collect()
                }
                Ok(Decision::Right) | Err(_) => Vec::new(),
            };
            let mut record = Vec::new();
            for (path, content) in &wanted {
                let before = self.without_swap(&new, path).cloned();
                record.push(Swapped { path: path.clone(), before, after: (*content.facts).clone() });
            }
            let is_wanted = |swapped: &Swapped| wanted.iter().any(|(path, _)| *path == swapped.path);
            let old = self.machine.swapped.remove(&new).unwrap_or_default();
            for swapped in old.into_iter().filter(|swapped| !is_wanted(swapped)) {
                self.give_back(session, index, swapped);
            }
            for (path, content) in wanted {
                if self.machine.files.get(&path).is_some_and(|file| file.facts == content.facts) {
                    continue;
                }
                let detail = "put there by the swap; what was there is kept".to_owned();
                self.machine.files.insert(path.clone(), content);
                self.note(session, index, Resource::File(path), Deed::Wrote, by(Rule::S09), detail);
            }
            if !record.is_empty() {
                self.machine.swapped.insert(new, record);
            }
        }
    }

    fn take_back_swap(&mut self, session: &Session<'a>, index: usize, new: &Folded) {
        let record = self.machine.swapped.remove(new).unwrap_or_default();
        for swapped in record.into_iter().rev() {
            // another's forwarder may lead to what is beside it
            let present = self.machine.files.get(&swapped.path);
            if present
                .is_some_and(|file| *file.facts != swapped.after && file.facts.processor() == Some("arm64x"))
            {
                return;
            }
            self.give_back(session, index, swapped);
        }
    }

    /// Puts back what was there, unless another has changed it since.
    fn give_back(&mut self, session: &Session<'a>, index: usize, swapped: Swapped) {
        let Swapped { path, before, after } = swapped;
        if self.machine.files.get(&path).is_none_or(|file| *file.facts != after) {
            return;
        }
        let (deed, detail) = match before {
            Some(file) => {
                self.machine.files.insert(path.clone(), file);
                (Deed::Wrote, "what was there before the swap comes back")
            }
            None => {
                self.machine.files.remove(&path);
                (Deed::Removed, "the swap is taken back")
            }
        };
        self.note(session, index, Resource::File(path), deed, by(Rule::S09), detail.to_owned());
    }

    fn forget_swaps(&mut self, session: &Session<'a>) {
        for (_, swap) in Self::rows(session) {
            self.machine.swapped.remove(&Folded::path(&session.formatted(&swap.new)));
        }
    }
}
