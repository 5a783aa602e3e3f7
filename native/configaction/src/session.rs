//! The installation that an action belongs to, as Windows Installer's functions show it.
//!
//! <https://learn.microsoft.com/windows/win32/msi/custom-action-reference>

use crate::Install;
use crate::failure::{Failure, Kind};
use alloc::string::String;
use alloc::vec::Vec;
use registration::job::Area;
use windows_sys::Win32::Foundation::{
    ERROR_INSTALL_FAILURE, ERROR_MORE_DATA, ERROR_NO_MORE_ITEMS, ERROR_SUCCESS,
};
use windows_sys::Win32::System::ApplicationInstallationAndServicing::{
    INSTALLMESSAGE_ACTIONDATA, INSTALLMESSAGE_ERROR, INSTALLMESSAGE_INFO, INSTALLSTATE, INSTALLSTATE_LOCAL,
    INSTALLSTATE_MOREDATA, INSTALLSTATE_SOURCE, INSTALLSTATE_UNKNOWN, MSICONDITION_FALSE, MSICONDITION_NONE,
    MSICONDITION_TRUE, MSIHANDLE, MsiCloseHandle, MsiCreateRecord, MsiDatabaseIsTablePersistentW,
    MsiDatabaseOpenViewW, MsiEnumClientsW, MsiEnumComponentsW, MsiEvaluateConditionW, MsiFormatRecordW,
    MsiGetActiveDatabase, MsiGetComponentPathW, MsiGetComponentStateW, MsiGetPropertyW, MsiProcessMessage,
    MsiRecordGetInteger, MsiRecordGetStringW, MsiRecordSetInteger, MsiRecordSetStringW, MsiSetPropertyW,
    MsiViewExecute, MsiViewFetch,
};

/// No text that is asked for is longer, in UTF-16 units.
const LONGEST: u32 = 1 << 20;

/// More products than a machine has; a list that does not end is left.
const MOST_CLIENTS: u32 = 10_000;
/// More components than a machine has.
const MOST_COMPONENTS: u32 = 10_000_000;

/// An installation.
#[derive(Clone, Copy)]
pub(crate) struct Session {
    install: Install,
    /// What its lines in the log begin with.
    topic: &'static str,
}

/// A handle that is closed with its owner.
struct Handle(MSIHANDLE);

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: closing a handle, even 0, touches no memory of ours
        unsafe { MsiCloseHandle(self.0) };
    }
}

/// `text` as Windows wants it: UTF-16 with a zero at the end.
pub(crate) fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16().chain([0]).collect()
}

/// The text before the first zero.
pub(crate) fn narrow(units: &[u16]) -> String {
    let text = units.split(|unit| *unit == 0).next().unwrap_or_default();
    String::from_utf16_lossy(text)
}

/// The text that a function writes into a buffer with a length beside it, however long. The function must write no more
/// units than the length says, the final zero included.
fn text(mut get: impl FnMut(*mut u16, *mut u32) -> u32) -> Result<String, u32> {
    let mut room = 256;
    loop {
        let mut buffer = alloc::vec![0u16; room as usize];
        let mut length = room;
        match get(buffer.as_mut_ptr(), &mut length) {
            ERROR_SUCCESS => return Ok(narrow(&buffer)),
            ERROR_MORE_DATA if length < LONGEST && length >= room => room = length + 1,
            error => return Err(error),
        }
    }
}

/// A row of the table of configurations.
pub(crate) struct Row {
    /// Its name.
    pub(crate) key: String,
    /// The component that decides.
    pub(crate) component: String,
    /// Path of the file, not yet formatted.
    pub(crate) file: String,
    /// Where it does not hold, the file is left alone.
    pub(crate) condition: String,
    /// The module's name.
    pub(crate) module: String,
    /// Its DLL.
    pub(crate) image: String,
    /// The section that it reads.
    pub(crate) section: String,
    /// See [`registration::job`].
    pub(crate) attributes: u32,
    /// Its area of failed request tracing.
    pub(crate) area: Option<Area>,
}

/// A row of the table of folders that hold handlers.
pub(crate) struct HandlerFolder {
    /// Its name.
    pub(crate) key: String,
    /// The component that the removal belongs to.
    pub(crate) component: String,
    /// The folder that has a folder for each version, not yet formatted.
    pub(crate) folder: String,
    /// The folder of this package's own version.
    pub(crate) kept: String,
    /// Names that handlers have, semicolons between them.
    pub(crate) files: String,
}

/// A row of the table of swaps; the columns are explained in `wix/patch.wxs`.
pub(crate) struct SwapRow {
    pub(crate) key: String,
    pub(crate) component: String,
    pub(crate) file: String,
    pub(crate) from: String,
    pub(crate) right: String,
    pub(crate) lowest: String,
    pub(crate) highest: String,
    pub(crate) exports: String,
    pub(crate) new: String,
    pub(crate) kept: String,
    pub(crate) second: String,
    pub(crate) source: String,
    pub(crate) second_processor: String,
    pub(crate) backup: String,
    pub(crate) missing: String,
    pub(crate) source_missing: String,
}

impl Session {
    pub(crate) fn of(install: Install) -> Self {
        Session { install, topic: "Registration" }
    }

    /// That of an action that swaps DLLs.
    pub(crate) fn swapping(install: Install) -> Self {
        Session { install, topic: "Swap" }
    }

    /// Does an action's work, and says it the way Windows Installer wants to hear it.
    pub(crate) fn run(self, work: impl FnOnce(&Session) -> Result<(), Failure>) -> u32 {
        match work(&self) {
            Ok(()) => ERROR_SUCCESS,
            Err(failure) => {
                self.log(&alloc::format!("{}: {}", failure.file, failure.reason));
                let fields = [&failure.file, &failure.reason];
                self.message(INSTALLMESSAGE_ERROR, None, Some(failure.kind), &fields.map(String::as_str));
                ERROR_INSTALL_FAILURE
            }
        }
    }

    /// Writes a line to the log (`msiexec /l*v`).
    pub(crate) fn log(&self, line: &str) {
        // a template of its own, since brackets in the line are no references to properties
        let line = alloc::format!("{}: {line}", self.topic);
        self.message(INSTALLMESSAGE_INFO, Some("[1]"), None, &[&line]);
    }

    /// Shows which file is at hand.
    pub(crate) fn progress(&self, file: &str) {
        self.message(INSTALLMESSAGE_ACTIONDATA, None, None, &[file]);
    }

    fn message(&self, message: i32, template: Option<&str>, number: Option<Kind>, fields: &[&str]) {
        let first = u32::from(number.is_some());
        // SAFETY: a record has room for the fields that it is made with, and texts end in zero
        unsafe {
            let record = Handle(MsiCreateRecord(first + u32::try_from(fields.len()).unwrap_or(0)));
            if let Some(template) = template {
                MsiRecordSetStringW(record.0, 0, wide(template).as_ptr());
            }
            if let Some(kind) = number {
                MsiRecordSetInteger(record.0, 1, kind as i32);
            }
            for (field, at) in fields.iter().zip(first + 1..) {
                MsiRecordSetStringW(record.0, at, wide(field).as_ptr());
            }
            MsiProcessMessage(self.install, message, record.0);
        }
    }

    /// A property's value; empty where there is none.
    pub(crate) fn property(&self, name: &str) -> String {
        let name = wide(name);
        // SAFETY: `text` gives a buffer and its length
        text(|buffer, length| unsafe { MsiGetPropertyW(self.install, name.as_ptr(), buffer, length) })
            .unwrap_or_default()
    }

    /// Sets a property.
    pub(crate) fn set_property(&self, name: &str, value: &str) -> Result<(), Failure> {
        // SAFETY: both texts end in zero
        match unsafe { MsiSetPropertyW(self.install, wide(name).as_ptr(), wide(value).as_ptr()) } {
            ERROR_SUCCESS => Ok(()),
            error => Err(damaged(name, "the property cannot be set", error)),
        }
    }

    /// `template` with its references to properties resolved.
    pub(crate) fn format(&self, template: &str) -> Result<String, Failure> {
        // SAFETY: no memory of ours is touched
        let record = Handle(unsafe { MsiCreateRecord(1) });
        // SAFETY: the text ends in zero; field 0 of a record is its template
        unsafe { MsiRecordSetStringW(record.0, 0, wide(template).as_ptr()) };
        // SAFETY: `text` gives a buffer and its length
        text(|buffer, length| unsafe { MsiFormatRecordW(self.install, record.0, buffer, length) })
            .map_err(|error| damaged(template, "the text cannot be formatted", error))
    }

    /// Whether a condition holds. An empty one does.
    pub(crate) fn holds(&self, condition: &str) -> Result<bool, Failure> {
        // SAFETY: the text ends in zero
        match unsafe { MsiEvaluateConditionW(self.install, wide(condition).as_ptr()) } {
            MSICONDITION_TRUE | MSICONDITION_NONE => Ok(true),
            MSICONDITION_FALSE => Ok(false),
            _ => Err(Failure::new(Kind::Damaged, condition, "this is no condition")),
        }
    }

    /// The state in which a component is, and that which it is to get.
    pub(crate) fn component(&self, key: &str) -> Result<(INSTALLSTATE, INSTALLSTATE), Failure> {
        let (mut installed, mut action) = (INSTALLSTATE_UNKNOWN, INSTALLSTATE_UNKNOWN);
        let name = wide(key);
        // SAFETY: the text ends in zero, and both states have a place
        match unsafe { MsiGetComponentStateW(self.install, name.as_ptr(), &mut installed, &mut action) } {
            ERROR_SUCCESS => Ok((installed, action)),
            error => Err(damaged(key, "the component's state is not known", error)),
        }
    }

    /// Whether the package has a table.
    fn has_table(&self, table: &str) -> bool {
        // SAFETY: the text ends in zero
        let is_there = unsafe {
            let database = Handle(MsiGetActiveDatabase(self.install));
            MsiDatabaseIsTablePersistentW(database.0, wide(table).as_ptr())
        };
        is_there == MSICONDITION_TRUE
    }

    /// The rows of the table of configurations; none where the package has no such table.
    pub(crate) fn rows(&self) -> Result<Vec<Row>, Failure> {
        const TABLE: &str = "AncmConfiguration";
        if !self.has_table(TABLE) {
            return Ok(Vec::new());
        }
        let columns = "`Configuration`, `Component_`, `File`, `Condition`, `Module`, `Image`, `Section`, `Attributes`, \
                       `TraceArea`, `TraceValue`";
        self.select(&alloc::format!("SELECT {columns} FROM `{TABLE}`"), None, TABLE, |record| {
            Ok(Row {
                key: record.text(1)?,
                component: record.text(2)?,
                file: record.text(3)?,
                condition: record.text(4)?,
                module: record.text(5)?,
                image: record.text(6)?,
                section: record.text(7)?,
                attributes: record.number(8),
                area: Some(Area { name: record.text(9)?, value: record.number(10) })
                    .filter(|area| !area.name.is_empty()),
            })
        })
    }

    /// The rows of the table of folders that hold handlers; none where the package has no such table.
    pub(crate) fn handler_folders(&self) -> Result<Vec<HandlerFolder>, Failure> {
        const TABLE: &str = "AncmHandlerFolder";
        if !self.has_table(TABLE) {
            return Ok(Vec::new());
        }
        let columns = "`HandlerFolder`, `Component_`, `Folder`, `Kept`, `Files`";
        self.select(&alloc::format!("SELECT {columns} FROM `{TABLE}`"), None, TABLE, |record| {
            Ok(HandlerFolder {
                key: record.text(1)?,
                component: record.text(2)?,
                folder: record.text(3)?,
                kept: record.text(4)?,
                files: record.text(5)?,
            })
        })
    }

    /// The rows of the table of swaps; none where the package has no such table.
    pub(crate) fn swaps(&self) -> Result<Vec<SwapRow>, Failure> {
        const TABLE: &str = "FileSwap";
        if !self.has_table(TABLE) {
            return Ok(Vec::new());
        }
        let columns = "`Swap`, `Component_`, `File`, `From`, `Right`, `Lowest`, `Highest`, `Exports`, `New`, `Kept`, \
                       `Second`, `Source`, `SecondProcessor`, `Backup`, `Missing`, `SourceMissing`";
        self.select(&alloc::format!("SELECT {columns} FROM `{TABLE}`"), None, TABLE, |record| {
            Ok(SwapRow {
                key: record.text(1)?,
                component: record.text(2)?,
                file: record.text(3)?,
                from: record.text(4)?,
                right: record.text(5)?,
                lowest: record.text(6)?,
                highest: record.text(7)?,
                exports: record.text(8)?,
                new: record.text(9)?,
                kept: record.text(10)?,
                second: record.text(11)?,
                source: record.text(12)?,
                second_processor: record.text(13)?,
                backup: record.text(14)?,
                missing: record.text(15)?,
                source_missing: record.text(16)?,
            })
        })
    }

    /// Has RemoveFiles delete a file, or, for an empty name, a folder that is empty then: with the component, when it is
    /// installed and when it is removed. `directory` is the property with the folder. The row lasts as long as this
    /// installation.
    pub(crate) fn remove_file(&self, component: &str, directory: &str, file: &str) -> Result<(), Failure> {
        const TABLE: &str = "RemoveFile";
        const ON_INSTALL_AND_REMOVAL: i32 = 3;
        let query = "INSERT INTO `RemoveFile` (`FileKey`, `Component_`, `FileName`, `DirProperty`, `InstallMode`) \
                     VALUES (?, ?, ?, ?, ?) TEMPORARY";
        let key = alloc::format!("{directory}.{file}");
        let broken = |error| damaged(TABLE, "a row cannot be added", error);
        // SAFETY: texts end in zero; handles are closed by their owners, the view before its database
        unsafe {
            let database = Handle(MsiGetActiveDatabase(self.install));
            let mut view = Handle(0);
            done(MsiDatabaseOpenViewW(database.0, wide(query).as_ptr(), &mut view.0)).map_err(broken)?;
            let row = Handle(MsiCreateRecord(5));
            for (text, field) in [key.as_str(), component, file, directory].iter().zip(1..) {
                if !text.is_empty() {
                    done(MsiRecordSetStringW(row.0, field, wide(text).as_ptr())).map_err(broken)?;
                }
            }
            done(MsiRecordSetInteger(row.0, 5, ON_INSTALL_AND_REMOVAL)).map_err(broken)?;
            done(MsiViewExecute(view.0, row.0)).map_err(broken)
        }
    }

    /// The ComponentId of a component.
    pub(crate) fn component_id(&self, key: &str) -> Result<String, Failure> {
        let query = "SELECT `ComponentId` FROM `Component` WHERE `Component` = ?";
        let found = self.select(query, Some(key), "Component", |record| record.text(1))?;
        found
            .into_iter()
            .next()
            .ok_or_else(|| Failure::new(Kind::Damaged, key, "the Component table has no such component"))
    }

    fn select<T>(
        &self,
        query: &str,
        parameter: Option<&str>,
        table: &str,
        read: impl Fn(&Record) -> Result<T, u32>,
    ) -> Result<Vec<T>, Failure> {
        let broken = |error| damaged(table, "the table cannot be read", error);
        let mut found = Vec::new();
        // SAFETY: texts end in zero; handles are closed by their owners, the view before its database
        unsafe {
            let database = Handle(MsiGetActiveDatabase(self.install));
            let mut view = Handle(0);
            done(MsiDatabaseOpenViewW(database.0, wide(query).as_ptr(), &mut view.0)).map_err(broken)?;
            let parameters = Handle(if parameter.is_some() { MsiCreateRecord(1) } else { 0 });
            if let Some(parameter) = parameter {
                done(MsiRecordSetStringW(parameters.0, 1, wide(parameter).as_ptr())).map_err(broken)?;
            }
            done(MsiViewExecute(view.0, parameters.0)).map_err(broken)?;
            loop {
                let mut record = Handle(0);
                match MsiViewFetch(view.0, &mut record.0) {
                    ERROR_NO_MORE_ITEMS => return Ok(found),
                    error => done(error).map_err(broken)?,
                }
                found.push(read(&Record(record)).map_err(broken)?);
            }
        }
    }

    /// The other products that have component `id` at the place where product `own` has it, or, where `own` does not
    /// have it yet, at any. A product that has the id elsewhere (HttpPlatformHandler has ANCM's) needs nothing of ours.
    pub(crate) fn other_clients(&self, id: &str, own: &str) -> Vec<String> {
        let path = component_path(own, id).filter(|(_, is_there)| *is_there);
        let mut found = Vec::new();
        for product in clients(id).filter(|product| !product.eq_ignore_ascii_case(own)) {
            let theirs = component_path(&product, id).filter(|(_, is_there)| *is_there);
            let is_same = match (&theirs, &path) {
                (Some((theirs, _)), Some((path, _))) => theirs.to_lowercase() == path.to_lowercase(),
                (theirs, _) => theirs.is_some(),
            };
            if is_same {
                found.push(product);
            }
        }
        found
    }

    /// Products but for `going`, and where they have their components; what is damaged or gone from its place, too.
    pub(crate) fn key_paths(&self, going: &[String]) -> Vec<(String, String)> {
        let mut found = Vec::new();
        // SAFETY: there is room for an identifier
        for id in listed(MOST_COMPONENTS, |index, id| unsafe { MsiEnumComponentsW(index, id) }) {
            for product in clients(&id).filter(|one| !going.iter().any(|gone| gone.eq_ignore_ascii_case(one)))
            {
                if let Some((path, _)) = component_path(&product, &id) {
                    found.push((product, path));
                }
            }
        }
        found
    }
}

/// Identifiers that a function gives by their numbers, from 0.
fn listed(most: u32, get: impl Fn(u32, *mut u16) -> u32) -> impl Iterator<Item = String> {
    (0..most).map_while(move |index| {
        // one in braces has 38 units, and a zero ends it
        let mut id = [0u16; 39];
        (get(index, id.as_mut_ptr()) == ERROR_SUCCESS).then(|| narrow(&id))
    })
}

/// The products that have a component.
fn clients(id: &str) -> impl Iterator<Item = String> {
    let id = wide(id);
    // SAFETY: the text ends in zero, and there is room for a product code
    listed(MOST_CLIENTS, move |index, product| unsafe { MsiEnumClientsW(id.as_ptr(), index, product) })
}

/// Where `product` has component `id` on this machine, and whether it is there.
fn component_path(product: &str, id: &str) -> Option<(String, bool)> {
    let (product, id) = (wide(product), wide(id));
    let mut state = INSTALLSTATE_UNKNOWN;
    let path = text(|buffer, length| {
        // SAFETY: `text` gives a buffer and its length
        state = unsafe { MsiGetComponentPathW(product.as_ptr(), id.as_ptr(), buffer, length) };
        if state == INSTALLSTATE_MOREDATA { ERROR_MORE_DATA } else { ERROR_SUCCESS }
    });
    let is_there = matches!(state, INSTALLSTATE_LOCAL | INSTALLSTATE_SOURCE);
    path.ok().filter(|path| !path.is_empty()).map(|path| (path, is_there))
}

/// A record of a view.
struct Record(Handle);

impl Record {
    fn text(&self, field: u32) -> Result<String, u32> {
        // SAFETY: `text` gives a buffer and its length
        text(|buffer, length| unsafe { MsiRecordGetStringW(self.0.0, field, buffer, length) })
    }

    /// A number; 0 for what is none.
    fn number(&self, field: u32) -> u32 {
        // SAFETY: no memory of ours is touched
        u32::try_from(unsafe { MsiRecordGetInteger(self.0.0, field) }).unwrap_or(0)
    }
}

fn done(error: u32) -> Result<(), u32> {
    if error == ERROR_SUCCESS { Ok(()) } else { Err(error) }
}

fn damaged(what: &str, problem: &str, error: u32) -> Failure {
    Failure::new(Kind::Damaged, what, &alloc::format!("{problem} (error {error})"))
}
