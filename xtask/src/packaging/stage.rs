//! The stage: a folder with everything that the engine reads and that is not in `wix/`.

use crate::console::Console;
use crate::exit::{Exit, Failure, Outcome};
use crate::output;
use crate::tool::linker::{Linked, Linker};
use crate::workspace::Known;
use ancm_installer::authoring;
use ancm_installer::diag::Diagnostic;
use ancm_installer::id::{Arch, Role};
use ancm_installer::native::configaction::ConfigurationAction;
use ancm_installer::native::loader::{Loader, X64Code};
use ancm_installer::native::{Behind, Forwarder, Named};
use ancm_installer::payload::Payload;
use ancm_installer::pe::Image;
use ancm_installer::plan::{self, Plan, Source};
use ancm_installer::release::Staged;
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// Lays everything out in `folder`.
///
/// # Errors
/// A payload file changed or is gone, a forwarder cannot be made, the disk is full.
pub fn lay_out(
    plan: &Plan,
    Known { product, ledger }: &Known,
    linker: &dyn Fn() -> Outcome<Linker>,
    folder: &Path,
    console: &Console,
) -> Outcome<Staged> {
    let mut staged = Staged::default();
    if !plan.forwarders.is_empty() {
        let linker = linker()?;
        linker.candidates().for_each(|candidate| console.detail(&candidate));
        let (payload, by) = (&plan.payload, &linker);
        let linked: Vec<Outcome<Linked>> = std::thread::scope(|scope| {
            let links: Vec<_> = plan
                .forwarders
                .iter()
                .map(|forwarder| scope.spawn(move || link(forwarder, payload, by)))
                .collect();
            links.into_iter().map(|link| link.join().expect("nothing in it panics")).collect()
        });
        for (forwarder, linked) in plan.forwarders.iter().zip(linked) {
            let Linked { bytes, by, instead_of } = linked?;
            if let Some(instead_of) = instead_of {
                let name = &forwarder.stage_path;
                let message = format!(
                    "`{name}` was linked with {by}, because {} made none that is right",
                    instead_of.linker
                );
                let help =
                    format!("`--linker rust-lld` asks for that; what came of it:\n{}", instead_of.problem);
                console.diagnostics(&[Diagnostic::warning("msvc::fallback", message).help(help)]);
                staged.fallbacks.insert(name.clone(), by);
            }
            console.detail(&format!(
                "{}: {}, {} bytes, both views verified",
                forwarder.stage_path,
                forwarder.kind,
                bytes.len()
            ));
            staged.files.insert(forwarder.stage_path.clone(), bytes.into());
        }
        let linked = plan.forwarders.len() - staged.fallbacks.len();
        let others =
            staged.fallbacks.values().next().map(|by| format!(", {} with {by}", staged.fallbacks.len()));
        let others = others.unwrap_or_default();
        console.status("Linked", &format!("{linked} ARM64X DLLs with {}{others}", linker.name()));
        staged.linker = Some(linker.name());
    }
    for file in plan.packages.iter().flat_map(plan::Package::files) {
        if let Source::Payload(role) = file.source {
            staged.files.insert(file.stage_path.clone(), content(&plan.payload, role)?);
        }
    }
    for package in &plan.packages {
        let bytes = ConfigurationAction::of_package(package.arch).bytes;
        staged.files.insert(package.configuration_action.stage_path.clone(), bytes.into());
    }
    for (name, bytes) in &staged.files {
        write(&folder.join(name), bytes)?;
    }
    for package in &plan.packages {
        let text = authoring::components(plan, package, ledger, product);
        let path = package.engine.sources.last().expect("the plan ends the sources with the generated one");
        write(path, text.as_bytes())?;
    }
    Ok(staged)
}

fn write(path: &Path, bytes: &[u8]) -> Outcome {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(path, bytes))
        .map_err(|error| output::failure("write", path, &error))
}

/// The bytes of the payload file for `role`, which must still be those that were planned with.
fn content(payload: &Payload, role: Role) -> Outcome<Arc<[u8]>> {
    let fail = |message: String| {
        Failure::new(Exit::Input, "payload::changed", message)
            .help("let nothing write to the payload meanwhile, and run again")
    };
    let file = payload.files.get(&role).ok_or_else(|| fail(format!("the payload has lost its {role}")))?;
    let bytes = file.content.read().map_err(|error| fail(format!("cannot read `{}`: {error}", file.path)))?;
    if ancm_installer::release::sha256(&bytes) != file.sha256 {
        return Err(fail(format!("`{}` changed since it was looked at", file.path)));
    }
    Ok(bytes)
}

fn link(forwarder: &plan::Forwarder, payload: &Payload, linker: &Linker) -> Outcome<Linked> {
    let (dll, module) = (forwarder.dll, forwarder.base_name.as_str());
    let fail = |message: String| Failure::new(Exit::Native, "native::forwarder", message);
    if let Some(names) = &forwarder.names {
        let named = Named {
            module,
            names,
            arm64: &forwarder.arm64_target,
            x64: &forwarder.x64_target,
            version: forwarder.version,
        };
        let job = named.job().map_err(|error| fail(error.to_string()))?;
        return linker.link(&job, None).map_err(|error| fail(error.to_string()));
    }
    let arm64 = content(payload, Role::Dll(dll, Arch::Arm64))?;
    let x64 = content(payload, Role::Dll(dll, Arch::X64))?;
    let image = |bytes| Image::parse(bytes).map_err(|error| fail(error.to_string()));
    let (arm64, x64) = (image(&arm64)?, image(&x64)?);
    let arm64 = Behind { module: &forwarder.arm64_target, image: &arm64 };
    let x64 = Behind { module: &forwarder.x64_target, image: &x64 };
    let least_version = forwarder.version;
    let code = match forwarder.kind {
        plan::Kind::Forwarder => None,
        plan::Kind::Loader => Some(X64Code::X64),
        plan::Kind::LoaderArm64Ec => Some(X64Code::Arm64Ec),
    };
    let job = match code {
        None => {
            Forwarder { module, arm64, x64, least_version }.job().map_err(|error| fail(error.to_string()))?
        }
        Some(x64_code) => Loader { module, arm64, x64, least_version, x64_code }
            .job()
            .map_err(|error| fail(error.to_string()))?,
    };
    linker.link(&job, code).map_err(|error| fail(error.to_string()))
}
