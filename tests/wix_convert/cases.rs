//! One conversion after the other: what was, what it is, and the codes of what is said of it; `!` before what a person has to
//! decide, `?` before what behaves otherwise.

use super::{codes, converted, inside, old};

#[rustfmt::skip]
const CASES: &[(&str, &str, &str)] = &[
    // text
    ("<Property Id=\"A\">a &lt; b</Property>", "<Property Id=\"A\" Value=\"a &lt; b\" />", "WIX0022"),
    ("<Property Id='A'><![CDATA[\"1\" < '2']]></Property>", "<Property Id='A' Value='\"1\" &lt; &apos;2&apos;' />", "WIX0022"),
    ("<Property Id=\"A\" />", "<Property Id=\"A\" />", ""),
    ("<Property Id=\"A\">\n      two\n      lines\n    </Property>", "<Property Id=\"A\" Value=\"two lines\" />", "WIX0022"),
    ("<Property Id=\"A\" Value=\"1\">2</Property>", "<Property Id=\"A\" Value=\"1\">2</Property>", "!WIX0022"),
    ("<Property Id=\"A\"><!-- why -->1</Property>", "<!-- why -->\n    <Property Id=\"A\" Value=\"1\" />", "WIX0022"),
    ("<Property Id=\"A\"><?if 1 = 1?>1<?endif?></Property>", "<Property Id=\"A\"><?if 1 = 1?>1<?endif?></Property>", "!WIX0022"),
    ("<Property Id=\"QtExecCmdTimeout\" Value=\"1\" />", "<Property Id=\"QtExecCmdTimeout\" Value=\"1\" />", "!WIX0016"),
    ("<Property Id=\"A\" Value=\"$(loc.B)\" />", "<Property Id=\"A\" Value=\"!(loc.B)\" />", "WIX0011"),
    ("<Property Id=\"A\">$(loc.B)</Property>", "<Property Id=\"A\" Value=\"!(loc.B)\" />", "WIX0010 WIX0022"),
    ("<util:CloseApplication Id=\"A\" Target=\"a.exe\">NOT B</util:CloseApplication>", "<util:CloseApplication Id=\"A\" Target=\"a.exe\" Condition=\"NOT B\" />", "WIX0022"),
    ("<fw:FirewallException Id=\"A\" Name=\"a\"><fw:RemoteAddress>1.2.3.4</fw:RemoteAddress></fw:FirewallException>", "<fw:FirewallException Id=\"A\" Name=\"a\"><fw:RemoteAddress Value=\"1.2.3.4\" /></fw:FirewallException>", "WIX0022"),
    // conditions
    ("<Condition Message=\"m\">A OR\n B</Condition>", "<Launch Message=\"m\" Condition=\"A OR B\" />", "WIX0022"),
    ("<Condition Message=\"m\"></Condition>", "<Launch Message=\"m\" Condition=\"\" />", "WIX0022"),
    ("<Condition>A</Condition>", "<Condition>A</Condition>", "!WIX0022"),
    ("<Component Id=\"A\" Directory=\"B\"><Condition>C</Condition></Component>", "<Component Id=\"A\" Directory=\"B\" Condition=\"C\" />", "WIX0022"),
    ("<Component Id=\"A\" Directory=\"B\"><Condition>C</Condition><Condition>D</Condition></Component>", "<Component Id=\"A\" Directory=\"B\" Condition=\"C\"><Condition>D</Condition></Component>", "WIX0022 !WIX0022"),
    ("<Control Id=\"A\" Type=\"Text\"><Condition Action=\"hide\">B</Condition><Condition Action=\"hide\">C</Condition></Control>", "<Control Id=\"A\" Type=\"Text\" HideCondition=\"(B) OR (C)\" />", "WIX0022 WIX0022"),
    ("<Control Id=\"A\" Type=\"Text\"><Condition Action=\"$(var.Action)\">B</Condition></Control>", "<Control Id=\"A\" Type=\"Text\"><Condition Action=\"$(var.Action)\">B</Condition></Control>", "!WIX0022"),
    ("<Feature Id=\"A\" Absent=\"allow\" AllowAdvertise=\"system\"><Condition Level=\"0\">B</Condition></Feature>", "<Feature Id=\"A\" AllowAdvertise=\"yes\"><Level Value=\"0\" Condition=\"B\" /></Feature>", "WIX0024 WIX0025 WIX0022"),
    ("<Feature Id=\"A\" AllowAdvertise=\"disallow\" />", "<Feature Id=\"A\" />", "WIX0025"),
    ("<Feature Id=\"A\"><Condition>B</Condition></Feature>", "<Feature Id=\"A\"><Condition>B</Condition></Feature>", "!WIX0022"),
    ("<UI><Publish Dialog=\"A\" Control=\"B\" Event=\"C\">1</Publish></UI>", "<UI><Publish Dialog=\"A\" Control=\"B\" Event=\"C\" /></UI>", "WIX0022 WIX0026"),
    ("<UI><Publish Dialog=\"A\" Control=\"B\" Event=\"DoAction\" Value=\"WixUIValidatePath\">C</Publish></UI>", "<UI><Publish Dialog=\"A\" Control=\"B\" Event=\"DoAction\" Value=\"WixUIValidatePath_$(sys.BUILDARCHSHORT)\" Condition=\"C\" /></UI>", "WIX0022 WIX0065"),
    ("<UI>\n      <Publish Dialog=\"A\" Control=\"B\" Event=\"DoAction\" Value=\"WixUIPrintEula\" />\n    </UI>", "<UI>\n    </UI>", "WIX0073"),
    // names
    ("<Binary Id=\"A\" src=\"a.dll\" />", "<Binary Id=\"A\" SourceFile=\"a.dll\" />", "convert::renamed"),
    ("<DirectoryRef Id=\"A\"><Directory Id=\"B\" Name=\"b~1\" LongName=\"b b\" /></DirectoryRef>", "<DirectoryRef Id=\"A\"><Directory Id=\"B\" ShortName=\"b~1\" Name=\"b b\" /></DirectoryRef>", "convert::short_names"),
    ("<CopyFile Id=\"A\" DestinationName=\"b~1\" DestinationLongName=\"b b\" />", "<CopyFile Id=\"A\" DestinationShortName=\"b~1\" DestinationName=\"b b\" />", "convert::short_names"),
    ("<DirectoryRef Id=\"A\"><Directory Id=\"B\" ShortName=\"b\" /></DirectoryRef>", "<DirectoryRef Id=\"A\"><Directory Id=\"B\" Name=\"b\" /></DirectoryRef>", "WIX0017"),
    ("<Verb Id=\"open\" Target=\"[#a]\" />", "<Verb Id=\"open\" Target=\"[#a]\" />", "!WIX0036"),
    ("<IgnoreModularization Name=\"A\" Type=\"Property\" />", "<IgnoreModularization Name=\"A\" Type=\"Property\" />", "!convert::gone"),
    ("<game:Game Id=\"A\" />", "<game:Game Id=\"A\" />", "!convert::gone"),
    ("<sql:SqlScript Id=\"A\" BinaryKey=\"B\" />", "<sql:SqlScript Id=\"A\" BinaryRef=\"B\" />", "convert::renamed"),
    ("<iis:Certificate Id=\"A\" BinaryKey=\"B\" />", "<iis:Certificate Id=\"A\" BinaryRef=\"B\" />", "WIX0071"),
    // directories
    ("<Directory Id=\"TARGETDIR\" Name=\"SourceDir\">\n      <Directory Id=\"ProgramFilesFolder\" Name=\"PFiles\">\n        <Directory Id=\"A\" Name=\"a\" />\n      </Directory>\n    </Directory>", "<StandardDirectory Id=\"ProgramFilesFolder\">\n      <Directory Id=\"A\" Name=\"a\" />\n    </StandardDirectory>", "WIX0058 WIX0059"),
    ("<DirectoryRef Id=\"TARGETDIR\"><Component Id=\"A\" /></DirectoryRef>", "<Component Id=\"A\" Directory=\"TARGETDIR\" />", "WIX0066 !WIX0070"),
    ("<Directory Id=\"TARGETDIR\" Name=\"SourceDir\"><Merge Id=\"A\" Language=\"0\" SourceFile=\"a.msm\" /></Directory>", "<StandardDirectory Id=\"TARGETDIR\"><Merge Id=\"A\" Language=\"0\" SourceFile=\"a.msm\" /></StandardDirectory>", "WIX0058"),
    ("<DirectoryRef Id=\"ProgramFilesFolder\"><Directory Id=\"A\" Name=\"a\" /></DirectoryRef>", "<StandardDirectory Id=\"ProgramFilesFolder\"><Directory Id=\"A\" Name=\"a\" /></StandardDirectory>", "WIX0066"),
    ("<DirectoryRef Id=\"ProgramFilesFolder\" />", "<DirectoryRef Id=\"ProgramFilesFolder\" />", "!WIX0067"),
    ("<Directory Id=\"$(var.Folder)\"><Directory Id=\"A\" Name=\"a\" /></Directory>", "<Directory Id=\"$(var.Folder)\"><Directory Id=\"A\" Name=\"a\" /></Directory>", "!WIX0059"),
    // components, files, the registry
    ("<Component Id=\"A\" Guid=\"*\" Directory=\"B\" Win64=\"no\" />", "<Component Id=\"A\" Directory=\"B\" Bitness=\"always32\" />", "WIX0023 WIX0042"),
    ("<Component Id=\"A\" Directory=\"B\" Win64=\"$(var.Win64)\" />", "<Component Id=\"A\" Directory=\"B\" Bitness=\"$(var.Win64)\" />", "WIX0042 !WIX0043"),
    ("<?define Win64 = \"yes\" ?>\n    <Component Id=\"A\" Directory=\"B\" Win64=\"$(var.Win64)\" />", "<?define Win64 = \"always64\" ?>\n    <Component Id=\"A\" Directory=\"B\" Bitness=\"$(var.Win64)\" />", "WIX0042 convert::bitness_variable"),
    ("<?define Win64=no?>\n    <?if $(var.Win64) = no?><?endif?>\n    <Component Id=\"A\" Directory=\"B\" Win64=\"$(var.Win64)\" />", "<?define Win64Bitness = \"always32\" ?>\n    <?define Win64=no?>\n    <?if $(var.Win64) = no?><?endif?>\n    <Component Id=\"A\" Directory=\"B\" Bitness=\"$(var.Win64Bitness)\" />", "WIX0042 convert::bitness_variable"),
    ("<CustomAction Id=\"A\" BinaryKey=\"WixCA\" DllEntry=\"CAQuietExec64\" Win64=\"yes\" />", "<CustomAction Id=\"A\" BinaryRef=\"Wix4UtilCA_X86\" DllEntry=\"WixQuietExec64\" Bitness=\"always64\" />", "WIX0029 WIX0014 WIX0015 WIX0042"),
    ("<CustomAction Id=\"A\" Property=\"QtExecCmdLine\" Value=\"b\" />", "<CustomAction Id=\"A\" Property=\"WixQuietExecCmdLine\" Value=\"b\" />", "WIX0015"),
    ("<Component Id=\"A\" Directory=\"B\"><File Source=\"$(var.Out)\\7 z.exe\" /></Component>", "<Component Id=\"A\" Directory=\"B\"><File Id=\"_7_z.exe\" Source=\"$(var.Out)\\7 z.exe\" /></Component>", "WIX0012"),
    ("<Component Id=\"A\" Directory=\"B\"><File Source=\"$(var.File)\" /></Component>", "<Component Id=\"A\" Directory=\"B\"><File Source=\"$(var.File)\" /></Component>", "?convert::file_name_variable"),
    ("<Component Id=\"A\" Directory=\"B\"><CreateFolder><util:PermissionEx User=\"C\" /></CreateFolder><File Id=\"D\"><util:PermissionEx User=\"C\" /></File></Component>", "<Component Id=\"A\" Directory=\"B\"><CreateFolder><util:PermissionEx User=\"C\" /></CreateFolder><File Id=\"D\"><util:PermissionEx User=\"C\" Inheritable=\"no\" /></File></Component>", "WIX0019"),
    ("<Component Id=\"A\" Directory=\"B\"><RegistryKey Root=\"HKCU\" Key=\"k\" Action=\"createAndRemoveOnUninstall\" ForceCreateOnInstall=\"yes\" /></Component>", "<Component Id=\"A\" Directory=\"B\"><RegistryKey Root=\"HKCU\" Key=\"k\" ForceCreateOnInstall=\"yes\" ForceDeleteOnUninstall=\"yes\" /></Component>", "WIX0054"),
    ("<Component Id=\"A\" Directory=\"B\"><RegistryKey Root=\"HKCU\" Key=\"k\" Action=\"none\" /></Component>", "<Component Id=\"A\" Directory=\"B\"><RegistryKey Root=\"HKCU\" Key=\"k\" /></Component>", "WIX0054"),
    ("<Component Id=\"A\" Directory=\"B\"><Registry Root=\"HKCU\" Key=\"k\" Name=\"n\" Value=\"v\" Action=\"write\" /></Component>", "<Component Id=\"A\" Directory=\"B\"><RegistryValue Root=\"HKCU\" Key=\"k\" Name=\"n\" Value=\"v\" Type=\"string\" /></Component>", "convert::registry"),
    ("<Component Id=\"A\" Directory=\"B\"><Registry Root=\"HKCU\" Key=\"k\" Action=\"removeKeyOnInstall\" /></Component>", "<Component Id=\"A\" Directory=\"B\"><RemoveRegistryKey Root=\"HKCU\" Key=\"k\" Action=\"removeOnInstall\" /></Component>", "convert::registry"),
    ("<Component Id=\"A\" Directory=\"B\"><Registry Root=\"HKCU\" Key=\"k\"><Registry Name=\"n\" Value=\"v\" /></Registry></Component>", "<Component Id=\"A\" Directory=\"B\"><Registry Root=\"HKCU\" Key=\"k\"><RegistryValue Name=\"n\" Value=\"v\" Type=\"string\" /></Registry></Component>", "!convert::registry convert::registry"),
    // references
    ("<PropertyRef Id=\"WIX_SUITE_SERVERR2\" /><PropertyRef Id=\"WIX_SUITE_BLADE\" />", "<util:QueryWindowsSuiteInfo />", "WIX0060 WIX0060"),
    ("<PropertyRef Id=\"VS2019DEVENV\" />", "<vs:FindVisualStudio />\n    <PropertyRef Id=\"VS2019DEVENV\" />", "WIX0060"),
    ("<UIRef Id=\"WixUI_Common\" />", "<UIRef Id=\"WixUI_Common\" />", ""),
    ("<InstallExecuteSequence><Custom Action=\"A\" After=\"WixCloseApplications\">B</Custom></InstallExecuteSequence>", "<InstallExecuteSequence><Custom Action=\"A\" After=\"Wix4CloseApplications_$(sys.BUILDARCHSHORT)\" Condition=\"B\" /></InstallExecuteSequence>", "WIX0065 WIX0022"),
    ("<InstallExecuteSequence><Custom Action=\"ConfigureIIs\" After=\"A\" /></InstallExecuteSequence>", "<InstallExecuteSequence><Custom Action=\"ConfigureIIs\" After=\"A\" /></InstallExecuteSequence>", "!WIX0065"),
    // dependencies and tags
    ("<Component Id=\"A\" Directory=\"B\"><dep:Provides Key=\"k\"><dep:Requires Key=\"r\" /></dep:Provides></Component>", "<Component Id=\"A\" Directory=\"B\"><Provides Key=\"k\" dep:Check=\"yes\"><Requires Key=\"r\" dep:Enforce=\"yes\" /></Provides></Component>", "WIX0045 WIX0045 WIX0045 WIX0045"),
    ("<tag:Tag Regid=\"r\" Licensed=\"yes\" Type=\"application\" Win64=\"yes\" />", "<SoftwareTag Regid=\"r\" Bitness=\"always64\" />", "WIX0044 WIX0056 WIX0057 WIX0042"),
    ("<tag:TagRef Regid=\"r\" />", "<SoftwareTagRef Regid=\"r\" />", "WIX0055"),
    // tables
    ("<CustomTable Id=\"A\"><Column Id=\"B\" Category=\"Text\" Modularize=\"None\" /><Row><Data Column=\"B\">c</Data></Row></CustomTable>", "<CustomTable Id=\"A\"><Column Id=\"B\" Category=\"text\" Modularize=\"none\" /><Row><Data Column=\"B\" Value=\"c\" /></Row></CustomTable>", "WIX0020 WIX0021 WIX0022"),
    ("<CustomTable Id=\"A\" BootstrapperApplicationData=\"no\"><Column Id=\"B\" /></CustomTable>", "<CustomTable Id=\"A\"><Column Id=\"B\" /></CustomTable>", "WIX0018"),
    ("<CustomTable Id=\"A\"><Row /></CustomTable>", "<CustomTable Id=\"A\"><Row /></CustomTable>", "!WIX0052"),
    // bundles
    ("<BootstrapperApplicationRef Id=\"WixStandardBootstrapperApplication.RtfLicense\" />", "<BootstrapperApplication>\n      <bal:WixStandardBootstrapperApplication Theme=\"rtfLicense\" />\n    </BootstrapperApplication>", "WIX0040"),
    ("<ExePackage Id=\"A\" Cache=\"yes\" InstallCommand=\"/q\"><RemotePayload Hash=\"0\" /></ExePackage>", "<ExePackage Id=\"A\" Cache=\"keep\" InstallArguments=\"/q\"><ExePackagePayload Hash=\"0\" /></ExePackage>", "WIX0061 WIX0041 WIX0047 WIX0051"),
    ("<MsuPackage Id=\"A\" KB=\"1\" Permanent=\"yes\" />", "<MsuPackage Id=\"A\" />", "WIX0062 WIX0063"),
    ("<RelatedBundle Id=\"A\" Action=\"Upgrade\" />", "<RelatedBundle Code=\"A\" Action=\"upgrade\" />", "WIX0074 WIX0072"),
    ("<Variable Name=\"a\" Type=\"string\" Value=\"[B]\" /><Variable Name=\"b\" Value=\"1\" />", "<Variable Name=\"a\" Type=\"formatted\" Value=\"[B]\" /><Variable Name=\"b\" Value=\"1\" />", "WIX0028"),
    ("<bal:Condition Message=\"m\">A</bal:Condition>", "<bal:Condition Message=\"m\" Condition=\"A\" />", "WIX0022"),
    ("<MsiPackage Id=\"A\" DisplayInternalUI=\"yes\" />", "<MsiPackage Id=\"A\" DisplayInternalUI=\"yes\" />", "!WIX0034"),
    ("<MsiPackage Id=\"A\" />\n    <WixVariable Id=\"WixMbaPrereqPackageId\" Value=\"A\" />", "<MsiPackage Id=\"A\" bal:PrereqPackage=\"yes\" />", "WIX0069"),
];

#[test]
fn every_conversion_gives_what_it_should() {
    for (from, to, said) in CASES {
        let (outcome, text) = converted(&old(from));
        assert_eq!(inside(&text), *to, "{from}");
        assert_eq!(codes(&outcome.findings), *said, "{from}");
        let (again, _) = converted(&text);
        assert!(again.bytes.is_none(), "converted again: {text}\n{:#?}", again.findings);
    }
}

#[test]
fn product_and_package_are_one() {
    const OPEN: &str = "<Wix xmlns=\"http://schemas.microsoft.com/wix/2006/wi\">\n";
    #[rustfmt::skip]
    let cases = [
        (
            "  <Product Id=\"*\" Name=\"A\">\n    <Package InstallerVersion=\"200\" Compressed=\"yes\" InstallScope=\"perUser\" />\n  </Product>\n",
            "  <Package Name=\"A\" InstallerVersion=\"200\" Scope=\"perUser\">\n  </Package>\n",
        ),
        (
            "  <Product Id=\"{0}\">\n    <!-- a --><Package InstallerVersion=\"500\" Keywords=\"k\" SummaryCodepage=\"1251\" InstallPrivileges=\"limited\"/>\n  </Product>\n",
            "  <Package ProductCode=\"{0}\" Compressed=\"no\" Scope=\"perUser\">\n    <!-- a --><SummaryInformation Keywords=\"k\" Codepage=\"1251\"/>\n  </Package>\n",
        ),
        (
            "  <Product Id=\"*\">\n    <Package Compressed=\"yes\" InstallerVersion=\"500\" InstallPrivileges=\"elevated\" />\n    <Property Id=\"ALLUSERS\" Value=\"1\" />\n    <MediaTemplate />\n  </Product>\n",
            "  <Package>\n  </Package>\n",
        ),
        (
            "  <Product Id=\"*\">\n    <?if $(var.P) = x64?>\n    <Package Compressed=\"yes\" InstallScope=\"perMachine\" InstallerVersion=\"200\" Platform=\"x64\" />\n    <?else?>\n    <Package Compressed=\"yes\" InstallScope=\"perMachine\" InstallerVersion=\"200\" Platform=\"x86\" />\n    <?endif?>\n  </Product>\n",
            "  <Package InstallerVersion=\"200\">\n    <?if $(var.P) = x64?>\n    <?else?>\n    <?endif?>\n  </Package>\n",
        ),
        (
            "  <Module Id=\"M\" Language=\"0\" Version=\"1\">\n    <Package Id=\"{1}\" InstallerVersion=\"500\" Manufacturer=\"A\" />\n  </Module>\n",
            "  <Module Id=\"M\" Language=\"0\" Version=\"1\" Guid=\"{1}\" InstallerVersion=\"500\">\n    <SummaryInformation Manufacturer=\"A\" />\n  </Module>\n",
        ),
    ];
    for (from, to) in cases {
        let (_, text) = converted(&format!("{OPEN}{from}</Wix>\n"));
        let rest = text.split_once(">\n").expect("a line").1;
        assert_eq!(rest, format!("{to}</Wix>\n"), "{from}");
    }
}

#[test]
fn what_scope_a_package_had_is_asked_or_told() {
    let codes_of = |inside: &str| {
        let text = format!(
            "<Wix xmlns=\"http://schemas.microsoft.com/wix/2006/wi\"><Product Id=\"*\"><Package InstallerVersion=\"500\"{inside}</Product></Wix>"
        );
        codes(&converted(&text).0.findings).replace("WIX0023 WIX0030", "").trim().to_owned()
    };
    assert_eq!(codes_of(" InstallScope=\"perMachine\" />"), "");
    assert_eq!(codes_of(" />"), "?convert::all_users");
    assert_eq!(codes_of(" /><Property Id=\"ALLUSERS\" Value=\"2\" />"), "!convert::all_users");
    assert_eq!(codes_of(" /><Property Id=\"ALLUSERS\">1</Property>"), "convert::all_users");
}

#[test]
fn dialogs_get_their_namespace() {
    let (outcome, text) = converted(&old("<UIRef Id=\"WixUI_Mondo\" />"));
    assert_eq!(inside(&text), "<ui:WixUI Id=\"WixUI_Mondo\" />");
    assert!(text.contains(" xmlns:ui=\"http://wixtoolset.org/schemas/v4/wxs/ui\">"), "{text}");
    let hint = outcome.findings.iter().find(|finding| finding.code == "convert::extension").expect("a hint");
    assert_eq!(hint.help.as_deref(), Some("build with `-ext WixToolset.UI.wixext`"));
}

#[test]
fn scripts_are_named_after_their_action_or_not_at_all() {
    let script = |id: &str| {
        converted(&old(&format!("<CustomAction Id=\"{id}\" Script=\"jscript\">a &amp; b</CustomAction>"))).0
    };
    assert_eq!(script("Run").beside, [("Run.js".to_owned(), "a & b".to_owned())]);
    for id in ["../x", "a\\b", "$(var.A)", "", "C:x", ".."] {
        let outcome = script(id);
        assert!(outcome.beside.is_empty() && codes(&outcome.findings) == "!WIX0022", "{id}");
    }
}

/// Without `MediaTemplate`, the compiler knows no disk that a file could name.
#[test]
fn a_media_template_stays_where_a_disk_is_named() {
    for (disk, stays) in [(" DiskId=\"1\"", true), ("", false)] {
        let text = format!(
            "<Wix xmlns=\"http://schemas.microsoft.com/wix/2006/wi\"><Product Id=\"*\" Name=\"A\" Language=\"1033\" \
             Version=\"1.0.0\" Manufacturer=\"M\" UpgradeCode=\"{{0FD2A5B4-2A8E-4D4E-9C06-0A1B5C0D7E11}}\">\
             <Package InstallScope=\"perMachine\" Compressed=\"yes\" /><MediaTemplate /></Product>\
             <Fragment><Component Id=\"C\" Directory=\"D\"><File Id=\"F\" Source=\"f.txt\"{disk} /></Component>\
             </Fragment></Wix>"
        );
        assert_eq!(converted(&text).1.contains("<MediaTemplate />"), stays, "{disk}");
    }
}
