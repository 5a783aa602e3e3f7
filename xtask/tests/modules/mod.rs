//! Linked modules for the tests, and the judges of the library's own tests.

#![allow(dead_code, reason = "each program of tests and benchmarks uses a part of it")]

pub mod loader;
pub mod rewrite;

use ancm_installer::id::{Arch, Dll, FileVersion};
use ancm_installer::native::standin;
use ancm_installer::native::{Behind, Forwarder, ForwarderError, LinkJob};
use ancm_installer::pe::Image;
use ancm_installer::product::Product;
use std::path::Path;
use xtask::tool::lld::Lld;
use xtask::workspace::{self, Known};

pub const VERSION: FileVersion = FileVersion([20, 0, 26296, 14]);

/// The project's folder.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is in the repository")
}

/// The product that has been here longest, as the repository describes it.
pub fn product() -> Product {
    let known = known();
    known.product
}

/// The same with its ledger.
pub fn known() -> Known {
    workspace::known(repository(), ancm_installer::product::DEFAULT).expect("our product")
}

/// The name of a DLL of the product, without `.dll`.
pub fn base_name(dll: Dll) -> String {
    product().part(dll).expect("it has both").base_name.clone()
}

/// The stand-in's schema.
pub fn schema() -> Vec<u8> {
    let schema = product().schema.expect("it has one");
    let path = workspace::product_folder(repository(), ancm_installer::product::DEFAULT);
    let path = path.join("standin").join(schema.file);
    std::fs::read(path).expect("it is there")
}

pub fn link(job: &LinkJob) -> Vec<u8> {
    Lld::find().and_then(|lld| lld.link(job)).unwrap_or_else(|error| panic!("{error}"))
}

pub fn stand_in(module: Dll, arch: Arch, version: FileVersion) -> Vec<u8> {
    link(&stand_in_job(module, arch, version))
}

pub fn stand_in_job(dll: Dll, arch: Arch, version: FileVersion) -> LinkJob {
    standin::job(&product(), dll, arch, version).expect("it has both").expect("object files")
}

/// The job of a forwarder to `NAME_arm64.dll` and `NAME_x64.dll`.
pub fn forwarder_job(
    name: &str,
    arm64: &[u8],
    x64: &[u8],
    least_version: FileVersion,
) -> Result<LinkJob, ForwarderError> {
    let [arm64, x64] = [arm64, x64].map(|bytes| Image::parse(bytes).expect("an image"));
    let forwarder = Forwarder {
        module: name,
        arm64: Behind { module: &format!("{name}_arm64"), image: &arm64 },
        x64: Behind { module: &format!("{name}_x64"), image: &x64 },
        least_version,
    };
    forwarder.job()
}

/// The job of a forwarder to stand-ins.
pub fn stand_in_forwarder(module: Dll) -> LinkJob {
    let [arm64, x64] = [Arch::Arm64, Arch::X64].map(|arch| stand_in(module, arch, VERSION));
    forwarder_job(&base_name(module), &arm64, &x64, FileVersion::default())
        .unwrap_or_else(|error| panic!("{error}"))
}

/// The whole stand-in payload: names and contents.
pub fn stand_in_files(version: FileVersion) -> Vec<(String, Vec<u8>)> {
    let modules = Dll::ALL.into_iter().flat_map(|module| Arch::ALL.map(|arch| (module, arch)));
    let mut files: Vec<(String, Vec<u8>)> = modules
        .map(|(module, arch)| (format!("{arch}/{}.dll", base_name(module)), stand_in(module, arch, version)))
        .collect();
    files.push(("aspnetcore_schema_v2.xml".to_owned(), schema()));
    files
}
