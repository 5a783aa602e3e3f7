//! Names and texts of WiX 3 by what they are now; and what is nobody's business, byte for byte.

use super::{codes, converted, inside, old};
use ancm_installer::convert::{Options, convert};

/// What becomes of `text` in a fragment, and the codes of what is said of it.
fn becomes(text: &str) -> (String, String) {
    let (outcome, new) = converted(&old(text));
    (inside(&new).to_owned(), codes(&outcome.findings))
}

/// `text` is left alone.
fn stays(text: &str) {
    assert_eq!(becomes(text), (text.to_owned(), String::new()));
}

#[test]
fn actions_of_extensions_have_names_by_version_and_processor() {
    let after = |name: &str| {
        format!("<InstallExecuteSequence><Custom Action=\"A\" After=\"{name}\" /></InstallExecuteSequence>")
    };
    for (old, new) in [
        ("WixCloseApplications", "Wix4CloseApplications_$(sys.BUILDARCHSHORT)"),
        ("ConfigureIIs", "Wix4ConfigureIIs_$(sys.BUILDARCHSHORT)"),
        ("WixSchedFirewallExceptionsInstall", "Wix5SchedFirewallExceptionsInstall_$(sys.BUILDARCHSHORT)"),
    ] {
        assert_eq!(becomes(&after(old)), (after(new), "WIX0065".to_owned()));
    }
    stays(&after("CostFinalize"));
}

#[test]
fn properties_are_found_by_elements() {
    let reference = |name: &str| format!("<PropertyRef Id=\"{name}\" />");
    for (name, element, stays) in [
        ("WIX_SUITE_SERVERR2", "util:QueryWindowsSuiteInfo", false),
        ("WIX_NATIVE_MACHINE", "util:QueryNativeMachine", false),
        ("VS2019DEVENV", "vs:FindVisualStudio", true),
        ("VS2022_ROOT_FOLDER", "vs:FindVisualStudio", false),
    ] {
        let (new, code) = becomes(&reference(name));
        let rest = if stays { format!("\n    {}", reference(name)) } else { String::new() };
        assert_eq!(new, format!("<{element} />{rest}"));
        assert_eq!(code.split(' ').count(), 1, "{name}: {code}");
    }
    for other in [
        "WIX_IS_NETFRAMEWORK_48_OR_LATER_INSTALLED",
        "NETFRAMEWORK45",
        "WIX_SUITE_",
        "VS2017",
        "VS2013DEVENV",
    ] {
        stays(&reference(other));
    }
}

#[test]
fn ids_of_files_are_those_of_wix_3() {
    for (name, id) in
        [("a b.txt", "a_b.txt"), ("7z.exe", "_7z.exe"), ("a..b", "a_b"), ("-x", "__x"), ("ü.txt", "__.txt")]
    {
        let file =
            |id: &str| format!("<ComponentGroup Id=\"A\"><File {id}Source=\"b/{name}\" /></ComponentGroup>");
        assert_eq!(becomes(&file("")), (file(&format!("Id=\"{id}\" ")), "WIX0012".to_owned()));
    }
}

#[test]
fn types_of_variables_follow_from_values() {
    let variable = |value: &str, more: &str| format!("<Variable Name=\"A\" Value=\"{value}\"{more} />");
    for text in ["", "a", "vx", "v1.2.3.4.5", "[A]"] {
        let (new, _) = becomes(&variable(text, ""));
        assert_eq!(new, variable(text, " Type=\"formatted\""));
    }
    for other in ["1", "-1", "v1", "v1.2.3.4", "V2"] {
        stays(&variable(other, ""));
    }
}

#[test]
fn what_nobody_touches_is_written_byte_for_byte() {
    let text = "<?xml version='1.0'?>\r\n<!-- top -->\r\n<?include a.wxi?>\n<Wix \txmlns = 'u'\n  a=\"1 > 0\" >\n\
                a &lt; b<![CDATA[ <x> </y> ]]> über&#65;<e/><e  /><f></f ><p:g xmlns:p=\"q\" p:h='&quot;'/>\r\n<?if a = b ?>\
                </Wix >\n<!-- end -->\n";
    let (outcome, _) = converted(text);
    assert_eq!(codes(&outcome.findings), "!convert::old_source", "it is XML, and no source");
    assert_eq!(outcome.bytes.map(String::from_utf8), None);
}

#[test]
fn an_end_tag_has_the_name_of_its_start_tag() {
    let outcome = convert("a.wxs", b"<Wix xmlns='u'>a</:Wix >", &Options::default());
    assert_eq!(outcome.bytes.expect("another end tag"), b"<Wix xmlns='u'>a</Wix >");
}

#[test]
fn localized_strings_have_another_sign() {
    let property = |value: &str| format!("<Property Id=\"A\" Value=\"{value}\" />");
    assert_eq!(
        becomes(&property("a $(loc.B) $$(loc.C) $$$(loc.D)")),
        (property("a !(loc.B) $$(loc.C) $$!(loc.D)"), "WIX0011".to_owned())
    );
    for same in ["$(var.A)", "!(loc.A)", "$(loc.A", "$(loc..A)", "$(loc.)"] {
        stays(&property(same));
    }
}

/// The name of a package moves to another element, where it is escaped anew.
#[test]
fn what_is_escaped_comes_back() {
    let name = "a < b && \"c\" > 'd' €€>\n\t\r";
    let escaped = "a &lt; b &amp;&amp; &quot;c&quot; &gt; &apos;d&apos; &#x20AC;&#8364;>&#10;&#x9;&#13;";
    for (quote, expected) in [
        ('"', "a &lt; b &amp;&amp; &quot;c&quot; > 'd' €€>&#10;&#9;&#13;"),
        ('\'', "a &lt; b &amp;&amp; \"c\" > &apos;d&apos; €€>&#10;&#9;&#13;"),
    ] {
        let (_, new) = converted(&old(&format!(
            "<ExePackage Id=\"A\" Name=\"{escaped}\"><RemotePayload Size={quote}1{quote} /></ExePackage>"
        )));
        assert!(new.contains(&format!("Name={quote}{expected}{quote}")), "{new}");
        let document = roxmltree::Document::parse(&new).expect("XML");
        let payload = document.descendants().find(|node| node.tag_name().name() == "ExePackagePayload");
        assert_eq!(payload.and_then(|payload| payload.attribute("Name")), Some(name));
    }
}
