//! Stand-ins for URL Rewrite's DLL, and a forwarder to them: Microsoft's are nobody's to pass on.

use super::{link, repository};
use ancm_installer::id::{Arch, Dll, FileVersion};
use ancm_installer::native::{Named, standin};
use xtask::workspace;

pub const REWRITE: &str = "urlrewrite";

/// The version of a genuine one.
pub const GENUINE: FileVersion = FileVersion([7, 1, 1993, 2351]);

/// A stand-in for a DLL of a product.
pub fn stand_in(product: &str, dll: Dll, arch: Arch, version: FileVersion) -> Vec<u8> {
    let product = workspace::product(repository(), product).expect("one of ours");
    link(&standin::job(&product, dll, arch, version).expect("it has it").expect("object files"))
}

pub fn rewrite(arch: Arch, version: FileVersion) -> Vec<u8> {
    stand_in(REWRITE, Dll::Module, arch, version)
}

/// A forwarder of a module of these exports to `MODULE_arm64.dll` and `MODULE_x64.dll`.
pub fn forwarder(module: &str, names: &[&str], version: FileVersion) -> Vec<u8> {
    let targets = [format!("{module}_arm64"), format!("{module}_x64")];
    let [arm64, x64] = targets.each_ref().map(String::as_str);
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    link(&Named { module, names: &names, arm64, x64, version }.job().expect("names"))
}

/// That of the patch.
pub fn rewrite_forwarder() -> Vec<u8> {
    forwarder(
        "rewrite",
        &["CreateCoreLogic", "EvaluateInput", "RegisterModule"],
        FileVersion([7, 1, 1993, 65535]),
    )
}
