//! The DLLs that we make, as LLD links them.

use ancm_installer::id::{Arch, FileVersion};
use ancm_installer::native::standin::StandIn;
use ancm_installer::native::{Behind, Forwarder};
use ancm_installer::pe::Image;
use xtask::tool::lld::Lld;

const VERSION: FileVersion = FileVersion([20, 0, 26296, 14]);

fn stand_in(module: StandIn, arch: Arch) -> Vec<u8> {
    let job = module.job(arch, VERSION).expect("an object file");
    Lld::find().expect("the toolchain's LLD").link(&job).unwrap_or_else(|e| panic!("{e}"))
}

fn forwarder(module: &str, arm64: &[u8], x64: &[u8]) -> Vec<u8> {
    let image = |bytes| Image::parse(bytes).expect("an image");
    let (arm64, x64) = (image(arm64), image(x64));
    let forwarder = Forwarder {
        module,
        arm64: Behind { module: &format!("{module}_arm64"), image: &arm64 },
        x64: Behind { module: &format!("{module}_x64"), image: &x64 },
        least_version: FileVersion::default(),
    };
    let job = forwarder.job().unwrap_or_else(|e| panic!("{e}"));
    Lld::find().expect("the toolchain's LLD").link(&job).unwrap_or_else(|e| panic!("{e}"))
}

#[test]
fn every_module_links_and_verifies_and_is_the_same_each_time() {
    for module in StandIn::ALL {
        let modules = Arch::ALL.map(|arch| stand_in(module, arch));
        let [_, x64, arm64] = &modules;
        let name = module.file_name();
        let name = name.trim_end_matches(".dll");
        assert_eq!(forwarder(name, arm64, x64), forwarder(name, arm64, x64));
        assert_eq!(modules, Arch::ALL.map(|arch| stand_in(module, arch)));
    }
}
