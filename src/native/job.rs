//! What the linker is given, and what it has to give back.

use super::object::{ObjectError, ec_object, native_object};
use crate::id::FileVersion;
use crate::pe::{Export, Exports, Machine, Resource, res};

/// One run of LLD: `rust-lld -flavor link ARGUMENTS`, in a folder that holds `files` and nothing else.
#[derive(Clone, Debug)]
pub struct LinkJob {
    /// The name of the file that LLD writes. LLD also puts it into the export directory, so the file must be linked
    /// under its final name.
    pub output: String,
    /// The input files.
    pub files: Vec<InputFile>,
    /// The arguments after `-flavor link`. All paths in them are relative, so that no folder gets into the image.
    pub arguments: Vec<String>,
    /// What [`super::verify()`] holds the output against.
    pub expected: Expected,
}

/// A file that the linker reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputFile {
    /// Its name, without a folder.
    pub name: &'static str,
    /// Its content.
    pub content: Vec<u8>,
}

/// What a linked module must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// The file's name, as the export directory has it.
    pub module: String,
    /// The views: one, or for ARM64X the native one and the x64 one.
    pub views: Vec<ExpectedView>,
    /// The DLLs that each view imports from.
    pub imports: Vec<String>,
    /// All resources, content included.
    pub resources: Vec<Resource<'static>>,
    /// The version may not be below this.
    pub least_version: FileVersion,
}

/// What a process of one machine must see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectedView {
    /// The machine in the file header.
    pub machine: Machine,
    /// All exports.
    pub exports: Vec<ExpectedExport>,
    /// Whether there must be an Exception directory. Code that calls needs unwind data; that of ARM64EC code is in the
    /// hybrid metadata and not here.
    pub unwind: bool,
}

/// An export of a module to be linked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExpectedExport {
    /// Its ordinal.
    pub ordinal: u32,
    /// Its name; `None` where it has only an ordinal.
    pub name: Option<String>,
    /// Where it forwards to, as `module.name` or `module.#ordinal`; `None` where it leads to code in the module.
    pub forward: Option<String>,
}

impl ExpectedExport {
    /// The line of a module-definition file. Names are in quotes, so that none is taken for a keyword.
    fn definition(&self) -> String {
        // LLD wants a name even for an export that gets none
        let placeholder = format!("ordinal_{}", self.ordinal);
        let name = self.name.as_ref().unwrap_or(&placeholder);
        let forward = self.forward.as_ref().map(|target| format!("=\"{target}\"")).unwrap_or_default();
        let noname = if self.name.is_none() { " NONAME" } else { "" };
        format!("    \"{name}\"{forward} @{}{noname}\n", self.ordinal)
    }
}

/// The text of a module-definition file
/// (<https://learn.microsoft.com/cpp/build/reference/exports>).
fn definition_file(module: &str, exports: &[ExpectedExport]) -> Vec<u8> {
    let lines: String = exports.iter().map(ExpectedExport::definition).collect();
    format!("LIBRARY \"{module}\"\nEXPORTS\n{lines}").into_bytes()
}

/// What every module of ours is linked with. `/Brepro` puts a hash of the content where the time would be, `/release`
/// sets the checksum; none has an entry point, a CRT, or an import library.
const COMMON: [&str; 8] =
    ["/nologo", "/lldignoreenv", "/dll", "/noentry", "/Brepro", "/release", "/noimplib", "/nodefaultlib"];

impl LinkJob {
    /// A job for an ARM64X module with the object files `code`, if any, and all that is in `libraries`.
    pub(super) fn arm64x(
        expected: Expected,
        code: Vec<InputFile>,
        libraries: Vec<InputFile>,
    ) -> Result<LinkJob, ObjectError> {
        let [native, x64] = &expected.views[..] else { unreachable!("an ARM64X module has two views") };
        let mut files = vec![
            InputFile { name: "native.obj", content: native_object()? },
            InputFile { name: "ec.obj", content: ec_object()? },
            InputFile { name: "native.def", content: definition_file(&expected.module, &native.exports) },
            InputFile { name: "ec.def", content: definition_file(&expected.module, &x64.exports) },
            InputFile { name: "resources.res", content: res::write(&expected.resources) },
        ];
        let mut arguments = vec![
            "/machine:arm64x",
            "/subsystem:windows,6.2",
            // LLD and link.exe ignore the native file unless there is one for the x64 side too
            "/defArm64Native:native.def",
            "/def:ec.def",
            "native.obj",
            "ec.obj",
            "resources.res",
        ];
        arguments.extend(code.iter().map(|file| file.name));
        let whole: Vec<String> =
            libraries.iter().map(|file| format!("/wholearchive:{}", file.name)).collect();
        arguments.extend(whole.iter().map(String::as_str));
        files.extend(code);
        files.extend(libraries);
        Ok(LinkJob::new(files, &arguments, expected))
    }

    /// A job for a module for one machine with the code of `object`.
    pub(super) fn single(object: Vec<u8>, expected: Expected) -> LinkJob {
        let [view] = &expected.views[..] else { unreachable!("the module has one view") };
        let files = vec![
            InputFile { name: "code.obj", content: object },
            InputFile { name: "exports.def", content: definition_file(&expected.module, &view.exports) },
            InputFile { name: "resources.res", content: res::write(&expected.resources) },
        ];
        let machine = format!("/machine:{}", view.machine);
        let arguments = [&machine, "/subsystem:windows,6.2", "/def:exports.def", "code.obj", "resources.res"];
        LinkJob::new(files, &arguments, expected)
    }

    fn new(files: Vec<InputFile>, arguments: &[&str], expected: Expected) -> LinkJob {
        let output = expected.module.clone();
        let out = format!("/out:{output}");
        let arguments =
            COMMON.iter().chain(arguments).chain([&out.as_str()]).map(|text| (*text).to_owned()).collect();
        LinkJob { output, files, arguments, expected }
    }
}

/// What forwards every export of `exports` to the module `target`, by name where there is one.
pub(super) fn forward_all(exports: &Exports, target: &str) -> Vec<ExpectedExport> {
    let forward = |export: &Export| {
        let forward = match &export.name {
            Some(name) => format!("{target}.{name}"),
            None => format!("{target}.#{}", export.ordinal),
        };
        ExpectedExport { ordinal: export.ordinal, name: export.name.clone(), forward: Some(forward) }
    };
    exports.entries.iter().map(forward).collect()
}
