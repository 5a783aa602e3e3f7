//! Both engines make each package, and what they made is compared.

use super::{Run, json};
use crate::made::{self, files, said};
use crate::support;
use crate::wix_stand_in::StandIn;
use serde_json::Value;

#[test]
fn both_engines_are_compared_and_what_may_differ_is_said() {
    let stand_in = StandIn::embedded("6.0.2", "");
    let mut run = Run::with(&stand_in, &["--cross-check", "--json", "-v"]);
    let output = run.works();
    let report = &json(&output)["cross_check"][0];
    assert_eq!(report["differences"], Value::Array(Vec::new()));
    let allowed: Vec<&str> = report["allowed"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|found| found["key"].as_str())
        .collect();
    // the stand-in has another time, so another code, and files of another time in the cabinet
    assert_eq!(
        allowed,
        ["Revision Number", "Create Time/Date", "Last Saved Time/Date", "aspnetcoremodule.cab"]
    );
    assert!(report["allowed"][0]["reason"].as_str().is_some_and(|why| why.starts_with("the PackageCode")));
    let said = said(&output);
    let kinds =
        "the PackageCode, the time of its making, the time of its last change, how cabinets are compressed";
    assert!(said.contains(&format!("Compared with WiX 6.0.2: the same but for {kinds}: ")), "{said}");
    assert_eq!(report["allowed"][0]["kind"], "the PackageCode");
    assert!(run.package().is_file());
    // the embedded engine's package is the one that is kept where it is chosen, and what WiX says of it is told
    let stand_in = StandIn::embedded("6.0.2", "echo 'wix.exe : warning WIX1076: take care'");
    let mut other = Run::with(&stand_in, &["--cross-check", "--engine", "embedded"]);
    let told = made::said(&other.works());
    assert!(told.contains("warning[WIX1076]: take care"), "{told}");
    let alone = Run::new(&["--engine", "embedded"]).works_and_gives();
    assert!(std::fs::read(other.package()).expect("made") == alone, "comparing changes nothing");
}

#[test]
fn a_difference_without_a_reason_is_told_with_table_key_column_and_values() {
    let Some(msibuild) = support::tool("msibuild") else { return };
    // one of each kind: a cell, a row too many, a row too few, a table
    let queries = [
        "UPDATE `Property` SET `Value` = 'Somebody' WHERE `Property` = 'ARPCONTACT'",
        "INSERT INTO `Property` (`Property`, `Value`) VALUES ('NEW', '1')",
        "DELETE FROM `LaunchCondition` WHERE `Condition` = 'Privileged'",
        "CREATE TABLE `Extra` (`Name` CHAR(72) NOT NULL PRIMARY KEY `Name`)",
    ];
    let quoted: Vec<String> =
        queries.iter().map(|query| format!("\"{}\"", query.replace('`', "\\`"))).collect();
    let more = format!("'{}' \"$out\" -q {}", msibuild.display(), quoted.join(" "));
    let stand_in = StandIn::embedded("6.0.2", &more);
    let mut run = Run::with(&stand_in, &["--cross-check", "--engine", "embedded", "--json"]);
    let output = run.output();
    assert_eq!(output.status.code(), Some(20), "{}", said(&output));
    let checked = json(&output);
    assert_eq!(checked["schema"], "ancm-cross-check/1");
    assert_eq!(checked["wix"], "6.0.2");
    let found: Vec<[String; 5]> = checked["packages"][0]["differences"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|found| {
            ["table", "key", "column", "embedded", "wix"]
                .map(|name| found[name].as_str().unwrap_or("-").to_owned())
        })
        .collect();
    let expected = [
        ["Extra", "", "", "-", "0 rows"],
        ["LaunchCondition", "Privileged", "", "Privileged|", "-"],
        ["Property", "ARPCONTACT", "Value", "ANCM installer project", "Somebody"],
        ["Property", "NEW", "", "-", "NEW|1"],
    ];
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!(found[..3], expected[..3]);
        assert!(found[3].starts_with(expected[3]) && found[4] == expected[4], "{found:?}");
    }
    assert_eq!(found.len(), expected.len());
    let told = "Property, row `ARPCONTACT`, column Value: the embedded engine has `ANCM installer project`, WiX has `Somebody`";
    assert!(said(&output).contains(told), "{}", said(&output));
    assert!(files(run.out.path()).is_empty(), "nothing is left of the run");
}

#[test]
fn a_file_that_differs_is_found_inside_the_cabinet() {
    // the stand-in packages another schema than the one that it was given
    let more = "for word; do [ \"$before\" = -b ] && stage=$word; before=$word; done
        echo '<!-- -->' >> \"$stage/aspnetcore_schema_v2.xml\"
        SOURCE_DATE_EPOCH=1700000000 XTASK wix \"$@\" || exit";
    let more = more.replace("XTASK", &format!("'{}'", env!("CARGO_BIN_EXE_xtask")));
    let stand_in = StandIn::embedded("6.0.2", &more);
    let said = Run::with(&stand_in, &["--cross-check", "--engine", "embedded"]).fails(
        20,
        &["MsiFileHash, row `AspNetCoreSchemaV2File`", ", column FileSize: the embedded engine has `"],
    );
    assert!(said.contains("_Streams, row `aspnetcoremodule.cab|"), "{said}");
}
