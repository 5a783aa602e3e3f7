//! What custom actions of ANCM packages do to the configuration of IIS: those of Microsoft's packages, and ours.

use super::Engine;
use super::properties::Worth;
use super::schedule::Queued;
use super::session::{ComponentAction, Purpose, Session};
use crate::machine::Resource;
use crate::names::Folded;
use crate::package::{Component, Configuration, CustomAction};
use crate::rules::{Confidence, Rule};
use installer_condition::{Truth, Value};

/// In a command line of appcmd: what stands before the file that is edited.
const CONFIGURATION_FILE: &str = "/apphostconfig:\"";

/// The command line that an action runs which edits a configuration.
fn command<'s>(session: &'s Session, action: &CustomAction) -> Option<&'s str> {
    if action.stage() != "deferred" {
        return None;
    }
    match session.properties.get(&action.name) {
        Some(Value::Known(command)) => command.contains(CONFIGURATION_FILE).then_some(command),
        _ => None,
    }
}

/// Whether it is known what an action does that runs code.
pub(super) fn is_known(session: &Session, action: &CustomAction) -> bool {
    const NAMES: [&str; 4] =
        ["IISScheduleInstallCA", "IISScheduleUninstallCA", "ScheduleConfiguration", "ApplyConfiguration"];
    NAMES.contains(&action.target.as_str()) || command(session, action).is_some()
}

/// Follows what is known of an action that runs code.
pub(super) fn follow(session: &mut Session, action: &CustomAction) {
    let queued = match action.target.as_str() {
        "IISScheduleInstallCA" => Queued::Modules { install: true },
        "IISScheduleUninstallCA" => Queued::Modules { install: false },
        "ScheduleConfiguration" => return schedule(session),
        "ApplyConfiguration" => Queued::Configurations { install: action.name == "AddConfiguration" },
        _ => match command(session, action) {
            Some(command) => Queued::Command(command.to_owned()),
            None => return,
        },
    };
    session.queue.push(queued);
}

/// Our own action that decides (`wix/registration.wxs`): it gives a property to each action that has something to do.
fn schedule(session: &mut Session) {
    let upgrading = matches!(session.purpose, Purpose::Remove { upgrading: Some(_), .. });
    let named = |action| {
        Engine::selected(session, &[action])
            .iter()
            .any(|(_, component)| wanted(session, component).next().is_some())
    };
    let (adds, removes) = (named(ComponentAction::Local), named(ComponentAction::Absent) && !upgrading);
    let mut give = |names: &[&str]| {
        for name in names {
            session.properties.set(name, Worth::Known("scheduled".to_owned()));
        }
    };
    if adds {
        give(&["RollBackAddedConfiguration", "AddConfiguration"]);
    }
    if removes {
        give(&["RollBackRemovedConfiguration", "RemoveConfiguration"]);
    }
    if adds || removes {
        give(&["CheckConfiguration", "CommitConfiguration"]);
    }
}

/// The configurations of a component that are not ruled out here.
fn wanted<'s, 'a>(
    session: &'s Session<'a>,
    component: &'a Component,
) -> impl Iterator<Item = &'a Configuration> + use<'s, 'a> {
    component.configurations.iter().filter(|row| session.evaluate(&row.condition) != Truth::False)
}

/// The entry of a module in a configuration of IIS Express.
fn entry(module: &str, file: &str) -> Resource {
    Resource::Module(format!("{module} ({})", Folded::path(file)))
}

impl<'a> Engine<'a> {
    /// Our actions: the file names the module with this image while the component is installed, whatever it had before.
    pub(super) fn configurations(&mut self, session: &mut Session<'a>, install: bool) {
        let action = if install { ComponentAction::Local } else { ComponentAction::Absent };
        for (index, component) in Self::selected(session, &[action]) {
            let rows: Vec<&Configuration> = wanted(session, component).collect();
            for row in rows {
                let resource = match row.of_iis {
                    true => Resource::Module(format!("{} (IIS)", row.module)),
                    false => entry(&row.module, &session.formatted(&row.file)),
                };
                if install {
                    self.write(session, index, resource, row.image.as_str());
                } else {
                    self.take_away(session, index, resource, Rule::S09);
                }
            }
        }
    }

    /// ANCM's actions for full IIS: an entry in applicationHost.config for each `IISGlobalModule` row, made where the
    /// file's component is installed and the name is not taken, removed where the component is removed.
    pub(super) fn modules(&mut self, session: &mut Session<'a>, install: bool) {
        let action = if install { ComponentAction::Local } else { ComponentAction::Absent };
        for (index, component) in Self::selected(session, &[action]) {
            for name in &component.modules {
                let resource = Resource::Module(format!("{name} (IIS)"));
                if !install {
                    self.take_away(session, index, resource, Rule::S09);
                } else if !self.machine.has(&resource) {
                    let image = component.key_file().map(|file| session.folder(component).join(&file.name));
                    let image = image.map(|path| path.to_string()).unwrap_or_default();
                    self.write(session, index, resource, image);
                }
            }
        }
    }

    /// ANCM's actions for IIS Express: `appcmd install module /name:X … /apphostconfig:"FILE"` and `uninstall module`.
    /// The entry is booked on the component that holds the module's file, or on the first one.
    pub(super) fn command(&mut self, session: &mut Session<'a>, command: &str) {
        let after = |marker: &str| command.split_once(marker).map(|(_, rest)| rest);
        let quoted = |marker: &str| after(marker).and_then(|rest| rest.split('"').next());
        let Some(config) = quoted(CONFIGURATION_FILE) else { return };
        let word = |marker: &str| after(marker).and_then(|rest| rest.split_whitespace().next());
        let resource = |name: &str| entry(name, config);
        let image = quoted("/image:\"");
        let named = image.and_then(|path| path.rsplit('\\').next());
        let is_named = |component: &Component| {
            named.zip(component.key_file()).is_some_and(|(name, file)| file.name.eq_ignore_ascii_case(name))
        };
        let owner = session.package.components.iter().position(is_named);
        let index = owner.unwrap_or(0);
        if session.package.components.is_empty() {
            return;
        }
        // the command runs whatever becomes of the component
        let sure = std::mem::replace(&mut session.confidence[index], Confidence::A);
        if let Some(name) = word(" install module /name:") {
            self.write(session, index, resource(name), image.unwrap_or_default());
        } else if let Some(name) = word(" uninstall module ") {
            self.take_away(session, index, resource(name), Rule::S09);
        }
        session.confidence[index] = sure;
    }
}
