//! Products beside ANCM: HttpPlatformHandler v2. One that is made up has `product_made_up.rs`.

use crate::machine::{FAILED, IIS, IIS_CONFIG, machine, state, text, write};
use crate::made::{self, dist, package, packages, said, xtask};
use ancm_installer::id::{Arch, Flavour};
use ancm_installer::msi;
use ancm_installer::upgrade::{Baseline, Headline, Outcome, Package, Report, Scenario, Then, read_payload};
use std::collections::BTreeMap;
use std::path::Path;
use xtask::workspace;

const HANDLER: &str = "httpplatformhandler";

/// What both products have in the configuration.
const EVENT_STREAMS: &str = r#"<add mimeType="text/event-stream" enabled="false" />"#;

#[test]
fn commands_know_products_by_name() {
    let run = |arguments: &[&str]| xtask().args(arguments).output().expect("it starts");
    let listed = run(&["baseline", "list", "--product", HANDLER]);
    assert_eq!(String::from_utf8_lossy(&listed.stdout).lines().count(), 18, "{}", said(&listed));
    // a name of a baseline is enough: no two products have the same
    let played = run(&["upgrade", "hph901rc1-iis-arm64", "hph901rc2-iis-arm64"]);
    assert_eq!(
        played.status.code(),
        Some(21),
        "its own upgrade loses the module on ARM64: {}",
        said(&played)
    );
    let judged = run(&["pools", "hph901rc2-iis-arm64", "--product", HANDLER]);
    assert!(String::from_utf8_lossy(&judged.stdout).contains("iis x64 pool"), "{}", said(&judged));
    let other = run(&["pools", "hph901rc2-iis-arm64"]);
    assert_eq!(other.status.code(), Some(10));
    assert!(said(&other).contains("does not install the ASP.NET Core Module"), "{}", said(&other));
    let explained = run(&["identity", "explain", "httpplatformhandlerv2.dll", "--product", HANDLER]);
    assert!(explained.status.success(), "{}", said(&explained));
    let plan = xtask().args(["plan", "--json"]).env("ANCM_PRODUCT", HANDLER).output().expect("it starts");
    assert!(String::from_utf8_lossy(&plan.stdout).contains(r#""product": "httpplatformhandler""#));
}

#[test]
fn a_product_that_is_not_there_is_told_with_those_that_are() {
    let output = xtask().args(["plan", "--product", "httpplatform"]).output().expect("it starts");
    assert_eq!(output.status.code(), Some(2));
    let said = said(&output);
    assert!(said.contains("has ancm, httpplatformhandler") && said.contains("did you mean"), "{said}");
}

fn load(path: &Path) -> Package {
    let mut msi = msi::Package::open(std::fs::File::open(path).expect("readable")).expect("a package");
    let payload = read_payload(&mut msi).expect("cabinets");
    let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
    Package::load(&name, msi.database(), &payload).expect("a package")
}

/// The packages of a product, by kind of IIS and processor.
fn ours(product: &str) -> BTreeMap<String, Package> {
    let folder = dist(&["--product", product]);
    let loaded = packages(folder.path()).iter().map(|path| load(path)).collect::<Vec<_>>();
    let known = workspace::known(made::root(), product).expect("our product");
    let kind = |package: &Package| {
        let flavour = known.ledger.flavour_of(package.upgrade_code.expect("one")).expect("of the product");
        format!("{flavour}-{}", package.arch)
    };
    loaded.into_iter().map(|package| (kind(&package), package)).collect()
}

fn text_of(product: &str, name: &str) -> String {
    let folder = workspace::product_folder(made::root(), product).join("baselines");
    std::fs::read_to_string(folder.join(format!("{name}.toml"))).expect("a baseline")
}

fn baseline(product: &str, name: &str) -> Package {
    Baseline::parse(name, &text_of(product, name)).expect("a baseline").package().expect("a package")
}

fn kinds() -> impl Iterator<Item = String> {
    Flavour::ALL.into_iter().flat_map(|flavour| Arch::ALL.map(|arch| format!("{flavour}-{arch}")))
}

fn lost(report: &Report) -> Vec<String> {
    let lost: Vec<&Outcome> = report.outcomes.iter().filter(|outcome| outcome.verdict.is_loss()).collect();
    lost.iter().map(|outcome| format!("{:?} {}", outcome.verdict, outcome.resource)).collect()
}

/// `dist` plays all that shipped of it before it lets its packages out; that their ids are their own is what this adds.
#[test]
fn the_packages_of_the_handler_have_its_names_and_no_id_of_anothers() {
    let folder = dist(&["--product", HANDLER]);
    let made = packages(folder.path());
    let names: Vec<String> =
        made.iter().map(|path| path.file_name().expect("a name").to_string_lossy().into_owned()).collect();
    let expected = ["httpplatformhandlermodule", "httpplatformhandler_iis_express"].map(|base| {
        ["arm64", "x64", "x86"].map(|arch| format!("{base}_{arch}_en_v2_111.0.27001_standin.msi"))
    });
    let mut expected = expected.concat();
    expected.sort();
    assert_eq!(names, expected);

    let ancm = workspace::known(made::root(), ancm_installer::product::DEFAULT).expect("our product");
    let handler = workspace::known(made::root(), HANDLER).expect("our product");
    let theirs: Vec<_> = Flavour::ALL.into_iter().flat_map(|f| &ancm.ledger.entries(f).components).collect();
    assert_eq!(handler.ledger.borrowed.iter().map(|borrowed| borrowed.ids.len()).sum::<usize>(), 25);
    for package in made.iter().map(|path| load(path)) {
        assert!(package.components.len() >= 4);
        for component in &package.components {
            let id = component.id.expect("every component is registered");
            assert!(!handler.ledger.is_borrowed(id), "{}: {id}", package.name);
            assert!(theirs.iter().all(|entry| entry.id != id), "{}: {id} is ANCM's", package.name);
        }
    }
    let check = xtask().args(["identity", "check", "--product", HANDLER]).output().expect("it starts");
    assert!(check.status.success(), "{}", said(&check));
}

/// Whoever comes first, is upgraded, or goes: nothing of the other one is lost.
#[test]
fn handler_and_ancm_live_side_by_side_in_every_order() {
    let (ours_h, ours_a) = (ours(HANDLER), ours(ancm_installer::product::DEFAULT));
    for kind in kinds() {
        let (oh, oa) = (&ours_h[&kind], &ours_a[&kind]);
        for era_h in ["hph803rc1", "hph901rc1", "hph901rc2"] {
            let th = &baseline(HANDLER, &format!("{era_h}-{kind}"));
            for era_a in ["old", "fixed"] {
                let ta = &baseline(ancm_installer::product::DEFAULT, &format!("{era_a}-{kind}"));
                for chain in [
                    vec![oh, oa],
                    vec![oa, oh],
                    vec![th, oa, oh],
                    vec![ta, oh, oa],
                    vec![oa, th, oh],
                    vec![oh, ta, oa],
                    vec![th, ta, oh, oa],
                    vec![th, ta, oa, oh],
                    vec![ta, th, oh, oa],
                    vec![ta, th, oa, oh],
                ] {
                    let names: Vec<&str> = chain.iter().map(|package| package.name.as_str()).collect();
                    let (new, installed) = chain.split_last().expect("several");
                    for gone in [None, Some(oh), Some(oa)] {
                        let mut scenario = Scenario::chain(installed.to_vec(), new);
                        scenario.then.extend(gone.map(|package| Then::Remove(package.product_code)));
                        let report = Report::of(&scenario);
                        let gone = gone.map(|package| package.name.as_str());
                        assert_eq!(lost(&report), [""; 0], "{kind}: {names:?}, removed: {gone:?}");
                        assert_ne!(report.headline(), Headline::Refused, "{kind}: {names:?}");
                    }
                }
            }
        }
    }
}

/// A package of the handler's successor, as far as it is known: what `facts/ancm/hph` says of its names and ids, put into
/// the tables of the handler's last release. It was never seen; this stands in for it.
fn http_bridge(kind: &str) -> Package {
    let mut text = text_of(HANDLER, &format!("hph901rc2-{kind}"));
    for (from, to) in [
        ("httpplatformhandlerv2", "httpbridge"),
        ("HttpPlatformHandler Module", "HTTP Bridge Module"),
        ("19.0.24348", "20.0.25300"),
    ] {
        text = text.replace(from, to);
    }
    let ids: &[(&str, &str)] = if kind.starts_with("iisexpress") {
        &[
            ("E629B31A-3D56-4B5C-959C-586FC1C55599", "ACBF369C-B646-4A9E-90E3-446DD0034374"),
            ("AB582AF2-D6C0-43F7-8412-76A19C65D7F2", "51FBFCD7-C462-4226-A734-E6E4B2C2C664"),
            ("559EF726-B25C-480F-AFA4-32D0BA8B2376", "CCCCD6DE-C70C-4B6F-87D5-B512A04F89D0"),
            ("84ED6CE6-C8A3-4FA8-A872-C98A1D15DD4F", "08968573-05C1-4BF1-8879-7B818AC9525B"),
        ]
    } else {
        &[
            ("9E5B7B62-6F9C-4595-B75C-A7CF77E98141", "01C6B2AF-B3E3-491F-98C3-5253A8C430F6"),
            ("3A692941-59BE-43CF-98A8-6ED01B12A519", "FEAA07A2-B928-48B8-A82F-D145ACB27F50"),
            ("4B6BB33A-01F0-48C7-BCE9-5A5514AC0431", "FEAA07A2-B928-48B8-A82F-D145ACB27F50"),
            ("1B8ECBA0-C002-442A-92C0-0FA9C0F21DF4", "416CC3BE-C258-4D82-9DC6-EFCEA07267B4"),
            ("4B62060A-DEB8-4DE3-9557-9C0BE21DC844", "6004F81E-7C05-41C2-853B-5A568281D55A"),
            ("4862728C-E943-49F0-901A-CD96E4BF03EF", "6004F81E-7C05-41C2-853B-5A568281D55A"),
            ("D927E5D3-C8B2-400C-B85C-AE5C2772D6C3", "42C7C412-6DD9-4FA5-A5C1-E96CC48078C6"),
            ("D9B0B5C9-8BBE-46F2-97D5-BA23D1A1FFED", "CFD75D0F-9C17-4602-A0A3-5F8DE913E323"),
            ("AB249AB5-9203-4FD5-87B6-8ACC3E1A0702", "DEFB6893-8FD6-4602-8EFA-15BCA20C5326"),
            ("325CF239-162D-4DE8-97E7-642E6C66181C", "D9B0B5C9-8BBE-46F2-97D5-BA23D1A1FFED"),
            ("923F1BE7-5A83-46B3-8BE7-CD3EEB2D1C48", "AB249AB5-9203-4FD5-87B6-8ACC3E1A0702"),
        ]
    };
    for (from, to) in ids {
        text = text.replace(from, to);
    }
    if kind == "iisexpress-arm64" {
        let (x64, x86) = ("CF2E8DEC-5BEB-4167-9391-CE972C71A4B8", "77A51B95-FB6C-4D6B-95A1-33CD72F54890");
        text = text.replace(x64, x86);
    }
    Baseline::parse("httpbridge", &text).expect("a baseline").package().expect("a package")
}

#[test]
fn the_handler_takes_over_from_its_successor_and_from_both() {
    let ours = ours(HANDLER);
    for kind in kinds() {
        let (bridge, last) = (http_bridge(&kind), baseline(HANDLER, &format!("hph901rc2-{kind}")));
        for installed in [vec![&bridge], vec![&last, &bridge]] {
            let report = Report::of(&Scenario::chain(installed, &ours[&kind]));
            assert_eq!(lost(&report), [""; 0], "{kind}");
            assert!(report.removed.contains(&bridge.product_code), "{kind}: {:?}", report.removed);
        }
    }
}

/// What is wrong in the handler's own packages, and is not so here.
#[test]
fn mistakes_of_the_handlers_packages_are_answered() {
    let ours = ours(HANDLER);
    for (kind, package) in &ours {
        let registry: Vec<&str> = package
            .components
            .iter()
            .flat_map(|component| &component.registry)
            .map(|row| &*row.path)
            .collect();
        let arch = if kind.ends_with("x86") { "x86" } else { "x64" };
        // misspelt keys: the right one, and that which somebody may count on
        let base = if kind.starts_with("iisexpress") { "IISExpress" } else { "IIS" };
        let right =
            format!(r"Software\Classes\Installer\Dependencies\{base}_HttpPlatformHandler_Module_V2,{arch}");
        assert!(registry.contains(&right.as_str()), "{kind}: {registry:?}");
        let last = baseline(HANDLER, &format!("hph901rc2-{kind}"));
        let theirs = last.components.iter().flat_map(|component| &component.registry);
        for row in theirs.filter(|row| row.path.contains("Dependencies")) {
            assert!(registry.contains(&&*row.path), "{kind}: {} is gone", row.path);
        }
        // Microsoft's 1.2 is not taken for ours: its DLL in the way refuses the installation
        let mut scenario = Scenario::chain(Vec::new(), package);
        let found = r"C:\Windows\System32\inetsrv\httpplatformhandler.dll";
        scenario.options.assumed.insert("REFUSED1".to_owned(), found.to_owned());
        let refused = Report::of(&scenario).headline() == Headline::Refused;
        assert_eq!(refused, !kind.starts_with("iisexpress"), "{kind}");
    }
    let description =
        std::fs::read_to_string(workspace::product_folder(made::root(), HANDLER).join("product.toml"));
    let product = workspace::product(made::root(), HANDLER).expect("our product");
    // rules for tracing have its area's name; no description of events goes with it
    let area = product.registration.trace_area.expect("an area");
    assert_eq!((area.name.as_str(), area.value), ("HTTP_PLATFORM", 65536));
    assert!(
        !description.expect("readable").contains("831d632f"),
        "no description of a GUID that nothing raises"
    );
}

/// Beside ANCM, over an older one, and away again, on a Windows. One Wine start for all of it.
#[test]
fn the_handler_installs_beside_ancm_upgrades_and_goes() {
    let Some(wine) = machine() else { return };
    let (_ancm_folder, ancm) = IIS.package("110.0.100");
    let [first, second] = ["19.0.30000", "19.0.30001"].map(|version| {
        let folder = dist(&["--product", HANDLER, "--flavour", "iis", "--arch", "x64", "--version", version]);
        let path = package(folder.path(), "httpplatformhandlermodule", "x64");
        (format!("Z:{}", path.display()).replace('/', r"\"), folder)
    });
    let untouched = state(&wine);

    let of_microsoft = "windows/system32/inetsrv/httpplatformhandler.dll";
    write(&wine, of_microsoft, b"stands for Microsoft's 1.2: only looked for");
    let (code, log) = wine.msiexec(&["/i", &first.0]);
    assert_eq!(code, FAILED, "Microsoft's 1.2 is in the way\n{log}");
    std::fs::remove_file(wine.drive_c().join(of_microsoft)).expect("written above");
    assert_eq!(state(&wine), untouched);

    let module = "Program Files/IIS/HttpPlatformHandler Module/V2/httpplatformhandlerv2.dll";
    let schema = "windows/system32/inetsrv/config/schema/httpplatform_schema.xml";
    let is_registered = |when: &str| {
        let config = text(&wine, IIS_CONFIG);
        let image = r"%ProgramFiles%\IIS\HttpPlatformHandler Module\V2\httpplatformhandlerv2.dll";
        for entry in [
            &format!(r#"<add name="httpPlatformHandler" image="{image}" />"#),
            r#"<add name="httpPlatformHandler" />"#,
            r#"<section name="httpPlatform" overrideModeDefault="Allow" />"#,
            r#"<add name="HTTP_PLATFORM" value="65536" />"#,
            EVENT_STREAMS,
        ] {
            assert_eq!(config.matches(entry).count(), 1, "{when}: {entry}\n{config}");
        }
        for file in [module, schema] {
            assert!(wine.drive_c().join(file).is_file(), "{when}: {file}");
        }
    };
    for (how, package, when) in
        [("/i", &ancm, "ANCM alone"), ("/i", &first.0, "beside ANCM"), ("/i", &second.0, "upgraded")]
    {
        let (code, log) = wine.msiexec(&[how, package]);
        assert_eq!(code, 0, "{when}\n{log}");
        IIS.is_registered(&wine, IIS_CONFIG);
        if *package != ancm {
            is_registered(when);
        }
    }
    let (code, log) = wine.msiexec(&["/x", &ancm]);
    assert_eq!(code, 0, "ANCM goes\n{log}");
    is_registered("ANCM is gone");
    let config = text(&wine, IIS_CONFIG);
    assert!(
        !config.contains("AspNetCoreModuleV2") && !wine.drive_c().join(IIS.files[0].0).exists(),
        "{config}"
    );
    let (code, log) = wine.msiexec(&["/x", &second.0]);
    assert_eq!(code, 0, "the handler goes\n{log}");
    let after = state(&wine);
    assert_eq!(after.0.keys().collect::<Vec<_>>(), untouched.0.keys().collect::<Vec<_>>());
    // what ANCM had brought for both went with the one that stayed
    assert_eq!(text(&wine, IIS_CONFIG), String::from_utf8_lossy(&untouched.0[IIS_CONFIG]));
    assert_eq!(after.1, untouched.1);
}
