//! The namespaces of WiX 3 and of WiX 4, and the extensions behind them.

/// What a namespace is for; the same for WiX 3 and for WiX 4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Space {
    /// No namespace.
    None,
    /// The language itself.
    Wix,
    /// Localizations.
    Wxl,
    /// Bundles' user interfaces.
    Bal,
    /// COM+.
    ComPlus,
    /// Dependencies between packages.
    Dependency,
    /// Drivers, which WiX 5 has no longer.
    DifxApp,
    /// DirectX.
    DirectX,
    /// Rules of the firewall.
    Firewall,
    /// Games, which WiX 4 does not have.
    Gaming,
    /// HTTP.sys.
    Http,
    /// IIS.
    Iis,
    /// Tests of custom actions, which WiX 4 does not have.
    Lux,
    /// Message queues.
    Msmq,
    /// .NET.
    NetFx,
    /// PowerShell.
    PowerShell,
    /// SQL Server.
    Sql,
    /// Software tags, which are part of the language in WiX 4.
    Tag,
    /// Ready-made dialogs.
    Ui,
    /// Users, XML files, services and more.
    Util,
    /// Visual Studio.
    VisualStudio,
    /// Anything else.
    Other,
}

/// A namespace of WiX 3 and what has become of it.
struct Entry {
    space: Space,
    /// Its name in WiX 3; empty where WiX 3 has none.
    old: &'static str,
    /// Its name in WiX 4; empty where its elements have moved to the language itself, or are gone.
    new: &'static str,
    /// The prefix that authors give it.
    prefix: &'static str,
    /// The extension that has it in WiX 6; empty for none.
    extension: &'static str,
}

macro_rules! v3 {
    ($name:literal) => {
        concat!("http://schemas.microsoft.com/wix/", $name)
    };
}

macro_rules! v4 {
    ($name:literal) => {
        concat!("http://wixtoolset.org/schemas/v4/", $name)
    };
}

const fn entry(
    space: Space,
    old: &'static str,
    new: &'static str,
    prefix: &'static str,
    extension: &'static str,
) -> Entry {
    Entry { space, old, new, prefix, extension }
}

/// Every namespace that a source of WiX 3 may have.
#[rustfmt::skip]
const SPACES: [Entry; 28] = [
    entry(Space::Wix, v3!("2006/wi"), v4!("wxs"), "", ""),
    entry(Space::Wxl, v3!("2006/localization"), v4!("wxl"), "", ""),
    entry(Space::Bal, v3!("BalExtension"), v4!("wxs/bal"), "bal", "WixToolset.BootstrapperApplications.wixext"),
    entry(Space::ComPlus, v3!("ComPlusExtension"), v4!("wxs/complus"), "complus", "WixToolset.ComPlus.wixext"),
    entry(Space::Dependency, v3!("DependencyExtension"), v4!("wxs/dependency"), "dependency", "WixToolset.Dependency.wixext"),
    entry(Space::DifxApp, v3!("DifxAppExtension"), v4!("wxs/difxapp"), "difx", ""),
    entry(Space::DirectX, "", v4!("wxs/directx"), "directx", "WixToolset.DirectX.wixext"),
    entry(Space::Firewall, v3!("FirewallExtension"), v4!("wxs/firewall"), "fw", "WixToolset.Firewall.wixext"),
    entry(Space::Gaming, v3!("GamingExtension"), "", "gaming", ""),
    entry(Space::Http, v3!("HttpExtension"), v4!("wxs/http"), "http", "WixToolset.Http.wixext"),
    entry(Space::Iis, v3!("IIsExtension"), v4!("wxs/iis"), "iis", "WixToolset.Iis.wixext"),
    entry(Space::Lux, v3!("2009/Lux"), v4!("lux"), "lux", ""),
    entry(Space::Msmq, v3!("MsmqExtension"), v4!("wxs/msmq"), "msmq", "WixToolset.Msmq.wixext"),
    entry(Space::NetFx, v3!("NetFxExtension"), v4!("wxs/netfx"), "netfx", "WixToolset.Netfx.wixext"),
    entry(Space::PowerShell, v3!("PSExtension"), v4!("wxs/powershell"), "ps", "WixToolset.PowerShell.wixext"),
    entry(Space::Sql, v3!("SqlExtension"), v4!("wxs/sql"), "sql", "WixToolset.Sql.wixext"),
    entry(Space::Tag, v3!("TagExtension"), "", "tag", ""),
    entry(Space::Ui, "", v4!("wxs/ui"), "ui", "WixToolset.UI.wixext"),
    entry(Space::Util, v3!("UtilExtension"), v4!("wxs/util"), "util", "WixToolset.Util.wixext"),
    entry(Space::VisualStudio, v3!("VSExtension"), v4!("wxs/vs"), "vs", "WixToolset.VisualStudio.wixext"),
    entry(Space::Other, "http://wixtoolset.org/schemas/thmutil/2010", v4!("thmutil"), "thm", ""),
    entry(Space::Other, v3!("2006/libraries"), v4!("wixlib"), "", ""),
    entry(Space::Other, v3!("2006/objects"), v4!("wixobj"), "", ""),
    entry(Space::Other, v3!("2006/outputs"), v4!("wixout"), "", ""),
    entry(Space::Other, v3!("2007/pdbs"), v4!("wixpdb"), "", ""),
    entry(Space::Other, v3!("2003/04/actions"), v4!("wi/actions"), "", ""),
    entry(Space::Other, v3!("2006/tables"), v4!("wi/tables"), "", ""),
    entry(Space::Other, v3!("2006/WixUnit"), v4!("wixunit"), "", ""),
];

/// The namespace of sources of WiX 2, which nothing here reads.
pub const WIX_2: &str = "http://schemas.microsoft.com/wix/2003/01/wi";

impl Space {
    /// What the namespace `uri` is for.
    #[must_use]
    pub fn of(uri: &str) -> Space {
        let is = |entry: &&Entry| !uri.is_empty() && (entry.old == uri || entry.new == uri);
        SPACES.iter().find(is).map_or(Space::Other, |entry| entry.space)
    }

    fn entry(self) -> Option<&'static Entry> {
        SPACES.iter().find(|entry| entry.space == self)
    }

    /// Its name in WiX 4.
    #[must_use]
    pub fn uri(self) -> &'static str {
        self.entry().map_or("", |entry| entry.new)
    }

    /// The prefix that authors give it.
    #[must_use]
    pub fn prefix(self) -> &'static str {
        self.entry().map_or("", |entry| entry.prefix)
    }

    /// The extension of WiX 6 that has it.
    #[must_use]
    pub fn extension(self) -> Option<&'static str> {
        self.entry().map(|entry| entry.extension).filter(|extension| !extension.is_empty())
    }

    /// What the namespace `uri` of WiX 3 is called now: a name, or nothing where its elements are part of the language.
    /// None for every other namespace, those that are gone among them.
    #[must_use]
    pub fn renamed(uri: &str) -> Option<&'static str> {
        let entry = SPACES.iter().find(|entry| entry.old == uri && !uri.is_empty())?;
        (entry.space != Space::Gaming).then_some(entry.new)
    }
}
