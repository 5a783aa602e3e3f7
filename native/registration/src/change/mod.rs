//! The states that a configuration can be brought to, and the steps that lead there.
//!
//! Where things stand in a configuration that IIS's own setup wrote: sections in `<system.webServer>` below the root,
//! the list of modules in the root location (`<location path="">`), declarations in `<configSections>`. An entry that
//! is right already, in either place, is left as it is.

mod compression;
mod editor;
mod layout;
mod modules;
mod sections;
mod tracing;

pub(crate) use modules::{global_module_image, global_modules};

use crate::Error;
use crate::document::tree::Document;
use crate::step::Step;
use alloc::string::String;
use alloc::vec::Vec;
use editor::Editor;

/// A state to bring a configuration to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// `<globalModules>` has one entry `name`, with this image. Images that differ in case alone are the same file.
    GlobalModule {
        /// The module's name.
        name: String,
        /// The path of its DLL; environment variables stay as they are.
        image: String,
    },
    /// `<modules>` of the root location has one entry `name`, unless a site's location adds it: IIS refuses a site whose
    /// list adds what the server's list has.
    RootModule {
        /// The module's name.
        name: String,
        /// Whether the entry has `lockItem="true"`, so that no site can take it out; otherwise its lock stays as it is.
        locked: bool,
    },
    /// Section `name` of group `system.webServer` is declared, and sites may set it (`overrideModeDefault`).
    Section {
        /// The section's name.
        name: String,
    },
    /// Provider `provider` of failed request tracing knows the area. Nothing to do where IIS has no such tracing.
    TraceArea {
        /// The provider's name.
        provider: String,
        /// The provider's GUID in braces, for the case that it has to be made.
        guid: String,
        /// The area's name.
        area: String,
        /// The area's bit.
        value: u32,
    },
    /// Dynamic compression has a rule for the MIME type: off, if it has to be made. Nothing to do where compression
    /// has no rules at all, or where a site's location has one of its own, which IIS would refuse as a duplicate.
    DynamicType {
        /// The MIME type.
        mime: String,
    },
    /// Sites may set section `handlers`. Nothing to do where it is not declared.
    HandlersUnlocked,
    /// No module `name`, neither global nor in the root location.
    NoModule {
        /// The module's name.
        name: String,
    },
    /// No global module with this image, under whatever name, nor entries of such names: for the DLL that goes.
    NoImage {
        /// The path of the DLL; environment variables stay as they are.
        image: String,
    },
    /// Section `name` is not declared. It stays declared where the file still has data of it: those are not ours, and
    /// without a declaration IIS would refuse the file.
    NoSection {
        /// The section's name.
        name: String,
    },
    /// Section `name` is declared if the file has data of it, since without a declaration IIS would refuse the file.
    SectionOfData {
        /// The section's name.
        name: String,
    },
    /// The provider does not know the area.
    NoTraceArea {
        /// The provider's name.
        provider: String,
        /// The area's name.
        area: String,
    },
}

impl Change {
    /// Brings it about; what takes each step back is appended to `done`.
    pub(crate) fn make(&self, document: &mut Document, done: &mut Vec<Step>) -> Result<(), Error> {
        let mut editor = Editor { document, done };
        match self {
            Change::GlobalModule { name, image } => editor.global_module(name, image),
            Change::RootModule { name, locked } => editor.root_module(name, *locked),
            Change::Section { name } => editor.section(name),
            Change::TraceArea { provider, guid, area, value } => {
                editor.trace_area(provider, guid, area, *value)
            }
            Change::DynamicType { mime } => editor.dynamic_type(mime),
            Change::HandlersUnlocked => editor.sites_may_set("handlers"),
            Change::NoModule { name } => editor.no_module(name),
            Change::NoImage { image } => editor.no_image(image),
            Change::NoSection { name } => editor.no_section(name),
            Change::SectionOfData { name } if editor.has_data(name) => editor.section(name),
            Change::SectionOfData { .. } => Ok(()),
            Change::NoTraceArea { provider, area } => editor.no_trace_area(provider, area),
        }
    }
}
