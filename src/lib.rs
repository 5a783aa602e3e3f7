//! Correct Windows installers for native IIS modules, built and proved on any host.
//!
//! Bytes and values in; bytes, values and findings out: the library starts no process and reads no environment, clock or
//! network (`ARCHITECTURE.md`, invariant 1). Modules stand on floors; each may name only
//! modules on lower floors, which `tests/layers.rs` enforces.

/// ```
/// use ancm_installer::cab::{self, Cabinet, CabinetFile, Source};
/// use std::{io::Cursor, num::NonZeroUsize};
///
/// let bytes = b"Hello".to_vec();
/// let file = CabinetFile { name: "A".into(), size: 5, modified: 0, source: Source::Bytes(bytes) };
/// let mut written = Cursor::new(Vec::new());
/// cab::write(&Cabinet { files: vec![file], ..Cabinet::default() }, NonZeroUsize::MIN, &mut written)?;
///
/// let (mut reader, mut read) = (cab::Reader::open(written)?, Vec::new());
/// reader.extract(0, &mut read)?;
/// assert_eq!(read, b"Hello");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub use installer_cab as cab;

/// ```
/// use ancm_installer::condition::{Condition, Lookup, Truth, Value};
///
/// struct Upgrade;
/// impl Lookup for Upgrade {
///     fn property<'v>(&'v self, name: &'v str) -> Value<'v> {
///         Value::Known(if name == "VersionNT" { "603" } else { "" })
///     }
///     fn state(&self, _: char, _: &str) -> Option<i32> {
///         None
///     }
/// }
/// let condition: Condition = "VersionNT >= 601 AND NOT REMOVE".parse()?;
/// assert_eq!(condition.evaluate(&Upgrade), Truth::True);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub use installer_condition as condition;

/// ```
/// use ancm_installer::convert::{self, Options};
///
/// let old = b"<Wix xmlns=\"http://schemas.microsoft.com/wix/2006/wi\"><Fragment /></Wix>";
/// let converted = convert::convert("Product.wxs", old, &Options::default());
/// let new = String::from_utf8(converted.bytes.expect("it has changed"))?;
/// assert_eq!(new, "<Wix xmlns=\"http://wixtoolset.org/schemas/v4/wxs\"><Fragment /></Wix>");
/// # Ok::<(), std::string::FromUtf8Error>(())
/// ```
pub use installer_convert as convert;
pub use installer_diag as diag;
pub use installer_id as id;

/// ```
/// use ancm_installer::msi::{self, Cell};
///
/// let database = msi::read(std::fs::File::open("tests/data/upgrades/al1-new.msi")?)?;
/// let properties = &database.tables["Property"].rows;
/// assert!(properties.iter().any(|row| row[0] == Cell::Str("ProductCode".into())));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub use installer_msi as msi;
pub use installer_names as names;

/// ```
/// use ancm_installer::pe::{Image, Machine};
///
/// let bytes = std::fs::read("native/prebuilt/configaction-x64.dll")?;
/// let image = Image::parse(&bytes)?;
/// assert_eq!(image.machine(), Machine::AMD64);
/// assert!(image.x64().is_none(), "no ARM64X image: it has one view");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub use installer_pe as pe;
pub use installer_signature as signature;

/// ```
/// use ancm_installer::upgrade::{Headline, Package, Payload, Report, Scenario};
/// use ancm_installer::msi;
///
/// let package = |name: &str| -> Result<Package, Box<dyn std::error::Error>> {
///     let file = std::fs::File::open(format!("tests/data/upgrades/{name}.msi"))?;
///     Ok(Package::load(name, &msi::read(file)?, &Payload::new())?)
/// };
/// let (old, new) = (package("al1-old")?, package("al1-new")?);
/// let report = Report::of(&Scenario::upgrade(&old, &new));
/// assert_ne!(report.headline(), Headline::Refused);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub use installer_upgrade as upgrade;

/// ```
/// use ancm_installer::id::Arch;
/// use ancm_installer::wix::{Compat, cabinets, preprocess::Options};
///
/// let folder = tempfile::tempdir()?;
/// let source = folder.path().join("Product.wxs");
/// std::fs::write(
///     &source,
///     r#"<Wix xmlns="http://wixtoolset.org/schemas/v4/wxs">
///       <Package Name="Hello" Manufacturer="Acme" Version="1.0" UpgradeCode="0FD2A5B4-2A8E-4D4E-9C06-0A1B5C0D7E11">
///         <Media Id="1" Cabinet="hello.cab" EmbedCab="yes" />
///       </Package>
///     </Wix>"#,
/// )?;
/// let options = Options {
///     defines: Default::default(),
///     include_paths: Vec::new(),
///     environment: Default::default(),
///     arch: Arch::X64,
///     current_dir: folder.path().to_owned(),
///     timestamp: 0,
///     compat: Compat::default(),
/// };
/// // what can be said before there are files; `build` makes the package
/// assert_eq!(cabinets(&[source], &options).len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub use installer_wix as wix;

/// ```
/// use ancm_installer::apphost::{Change, edit, undo};
///
/// let configuration = std::fs::read("tests/apphost/iis10.config")?;
/// let change = Change::RootModule { name: "MyModule".into(), locked: false };
/// let edited = edit(&configuration, &[change]).expect("a configuration that IIS would take");
/// assert_eq!(undo(&edited.bytes, &edited.inverse).expect("nobody edited it since").bytes, configuration);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub use registration as apphost;

pub mod archive;
pub mod authoring;
/// ```
/// use ancm_installer::{check, msi};
/// use ancm_installer::check::Contents;
///
/// let mut package = msi::Package::open(std::fs::File::open("tests/data/upgrades/al1-new.msi")?)?;
/// let contents = Contents::read(&mut package, |_| Err::<std::fs::File, _>(std::io::ErrorKind::NotFound.into()));
/// let findings = check::check(package.database(), package.validation(), &contents);
/// assert!(findings.iter().all(|finding| !finding.code.is_empty()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub use installer_check as check;

/// ```
/// use ancm_installer::explain;
///
/// let log = "MSI (s) (B4:90) [22:49:42:783]: Product: Hello -- Error 1920. Service 'Hello' failed to start.\r\n";
/// let story = explain::read(log.as_bytes())?;
/// assert_eq!(story.lines, 1);
/// # Ok::<(), std::io::Error>(())
/// ```
pub use installer_explain as explain;
pub mod identity;

/// ```
/// use ancm_installer::id::Flavour;
/// use ancm_installer::ledger::{Bits, issue};
///
/// let id = issue(Flavour::Iis, Bits::B64, r"[ProgramFiles64Folder]IIS\Asp.Net Core Module\V2\new.dll");
/// assert_eq!(id.to_string(), "{A6D3FBE0-3ED8-511B-82A9-DBDEEE06A183}", "the same for everyone, for ever");
/// ```
pub mod ledger;
pub mod native;
pub mod payload;
pub mod plan;
pub mod pools;
pub mod product;
pub mod release;
