//! What WiX 6.0.2 really said and made, recorded in `tests/data/wix`, told again by a stand-in: how we read its
//! findings, and how its packages compare with ours.
//!
//! The packages are made of the recorded tables by msitools, so neither our writer nor our engine has a hand in them. Of
//! cabinets the record says only that they are there.
#![cfg(unix)]

use crate::made::{said, xtask};
use crate::support;
use crate::wix_stand_in::StandIn;
use ancm_installer::diag::Diagnostic;
use ancm_installer::id::Arch;
use ancm_installer::plan::EngineInputs;
use ancm_installer::release::cross_check::{Compared, Found, compare};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use xtask::tool::search::Variables;
use xtask::tool::wix::build::{Job, Run};
use xtask::tool::wix::{Host, Search};

/// Cells in which the record is not what Windows would give: Wine's msi, through which WiX asked for the languages of a
/// file, knows the first only.
const OF_WINE: (&str, &str, &str, &str) = ("File", "Language", "1033,1031", "1033");

/// Starts the stand-in on a source.
fn build(stand_in: &StandIn, source: &Path, limit: Duration) -> Run {
    let folder = stand_in.path("run");
    let _ = fs::remove_dir_all(&folder); // of the last source
    fs::create_dir(&folder).expect("writable");
    let host = Host {
        variables: Variables::default(),
        project: source.parent().expect("a folder").to_owned(),
        patience: Duration::from_secs(20),
    };
    let wix = Search::run(&host, Some(&stand_in.program()), None).found.expect("the stand-in");
    let inputs = EngineInputs {
        arch: Arch::X64,
        sources: vec![source.to_owned()],
        localizations: Vec::new(),
        culture: "en-US".to_owned(),
        defines: BTreeMap::new(),
        bind_paths: Vec::new(),
    };
    let job = Job { inputs: &inputs, output: package(stand_in), scratch: folder.join("obj"), limit };
    wix.build(&job).expect("it starts")
}

/// What it made.
fn package(stand_in: &StandIn) -> PathBuf {
    stand_in.path("run/x.msi")
}

/// A stand-in that gives for `NAME.wxs` the recorded text, exit code and package.
fn replaying(data: &Path) -> StandIn {
    let stand_in = StandIn::new(
        "6.0.2",
        &format!(
            "name=$(basename \"$before\" .wxs)
            folder=$(dirname \"$0\")
            [ -f '{data}'/transcripts/$name.txt ] && cat '{data}'/transcripts/$name.txt
            [ -f \"$folder/$name.msi\" ] && cp \"$folder/$name.msi\" \"$out\"
            exit $(cat \"$folder/$name.exit\")",
            data = data.display()
        ),
    );
    fs::write(stand_in.path("0.exit"), "0").expect("writable");
    stand_in
}

fn lines(path: &Path) -> Vec<Vec<String>> {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let split = |line: &str| line.split('\t').map(str::to_owned).collect();
    text.lines().skip(1).map(split).collect()
}

/// `file line severity code`, as the lists of the record have it.
fn listed(finding: &Diagnostic) -> String {
    let place = finding.at.as_ref().map_or("- -".to_owned(), |at| {
        format!("{} {}", at.file.rsplit('\\').next().unwrap_or_default(), at.line)
    });
    format!("{place} {} {}", finding.severity, finding.code)
}

#[test]
fn findings_of_every_broken_source_are_told_as_wix_told_them() {
    let data = support::data("wix");
    let mut cases: BTreeMap<String, (String, Vec<String>)> = BTreeMap::new();
    for row in lines(&data.join("expected/errors.tsv")) {
        let [case, exit, file, line, severity, code] = row.as_slice() else { panic!("{row:?}") };
        let (_, findings) = cases.entry(case.clone()).or_insert_with(|| (exit.clone(), Vec::new()));
        if severity != "none" {
            findings.push(format!("{file} {line} {severity} {code}"));
        }
    }
    assert_eq!(cases.len(), 87);
    let stand_in = replaying(&data);
    let mut failures = String::new();
    for (case, (exit, mut expected)) in cases {
        fs::write(stand_in.path(&format!("{case}.exit")), &exit).expect("writable");
        if exit == "0" {
            fs::write(stand_in.path(&format!("{case}.msi")), "it wrote one").expect("writable");
        }
        let run = build(&stand_in, &data.join("errors").join(&case).with_extension("wxs"), LIMIT);
        let mut found: Vec<String> = run.messages.diagnostics.iter().map(listed).collect();
        // the list has a finding once for each line
        for list in [&mut expected, &mut found] {
            list.sort();
            list.dedup();
        }
        if found != expected || !run.messages.others.is_empty() {
            let _ = writeln!(failures, "{case}: {expected:?}, read {found:?}, {:?}", run.messages.others);
        }
        let problem = run.problem(&package(&stand_in));
        let expected = (exit != "0").then(|| "it named errors".to_owned());
        assert_eq!(problem, expected, "{case}");
        let texts = run.messages.diagnostics.iter().map(|finding| finding.message.as_str());
        let whole = run.said[0].lines().zip(texts).filter(|(line, text)| line.ends_with(text)).count();
        assert_eq!(whole, run.said[0].lines().count(), "{case}: a text is not whole");
    }
    assert!(failures.is_empty(), "{failures}");
}

/// The package that the record describes, by msitools: every table, and the streams that are known.
fn recorded(data: &Path, case: &str, folder: &Path, msibuild: &Path) -> PathBuf {
    let text = fs::read_to_string(data.join("expected").join(format!("{case}.json"))).expect("readable");
    let record: Value = serde_json::from_str(&text).expect("JSON");
    let folder = folder.join(case);
    fs::create_dir(&folder).expect("writable");
    for streams in ["Binary", "Icon", "AcmeTable"] {
        std::os::unix::fs::symlink(data.join(streams), folder.join(streams)).expect("writable");
    }
    let mut names = vec!["_ForceCodepage.idt".to_owned(), "_SummaryInformation.idt".to_owned()];
    let codepage = record["codepage"].as_str().expect("text");
    fs::write(folder.join(&names[0]), format!("\r\n\r\n{codepage}\t_ForceCodepage\r\n")).expect("writable");
    fs::write(folder.join(&names[1]), summary(&record["summary"])).expect("writable");
    let list = |value: &Value| -> Vec<String> {
        let list = value.as_array().expect("a list").iter();
        list.map(|text| text.as_str().expect("text").to_owned()).collect()
    };
    for (name, table) in record["tables"].as_object().expect("tables") {
        let columns = list(&table["columns"]);
        let (labels, kinds): (Vec<&str>, Vec<&str>) =
            columns.iter().map(|column| column.split_once(' ').expect("name and type")).unzip();
        let keys = list(&table["keys"]);
        let mut text =
            format!("{}\r\n{}\r\n{name}\t{}\r\n", labels.join("\t"), kinds.join("\t"), keys.join("\t"));
        for row in table["rows"].as_array().expect("rows") {
            let cells: Vec<String> = list(row)
                .into_iter()
                .map(|cell| cell.replace('\t', "\x10").replace('\r', "\x11").replace('\n', "\x19"))
                .collect();
            text.push_str(&cells.join("\t"));
            text.push_str("\r\n");
        }
        fs::write(folder.join(format!("{name}.idt")), text).expect("writable");
        names.push(format!("{name}.idt"));
    }
    let package = folder.with_extension("msi");
    let mut command = Command::new(msibuild);
    support::run(command.current_dir(&folder).arg(&package).arg("-i").args(names));
    package
}

/// The recorded summary information as msibuild reads it, with a package code and times, which the record masks.
fn summary(record: &Value) -> String {
    let text = |name: &str| record[name].as_str().unwrap_or_default().to_owned();
    let number = |name: &str| text(name).split(' ').next().unwrap_or_default().to_owned();
    let time = || "2026/01/02 03:04:05".to_owned();
    let properties = [
        (1, "1252".to_owned()),
        (2, text("Title")),
        (3, text("Subject")),
        (4, text("Author")),
        (5, text("Keywords")),
        (6, text("Comments")),
        (7, text("Template")),
        (9, "{4F6F1D5C-4C1B-4B52-9C4E-3D5B7A6E8F90}".to_owned()),
        (12, time()),
        (13, time()),
        (14, number("Version")),
        (15, number("Source")),
        (18, text("Application")),
        (19, number("Security")),
    ];
    let rows = properties.iter().filter(|(_, value)| !value.is_empty());
    let rows: String = rows.map(|(id, value)| format!("{id}\t{value}\r\n")).collect();
    format!("PropertyId\tValue\r\ni2\tl255\r\n_SummaryInformation\tPropertyId\r\n{rows}")
}

/// `xtask wix build` as the record was made: from its folder, with what `NAME.args` adds.
fn ours(data: &Path, case: &str, output: &Path) -> Result<(), String> {
    let arguments = fs::read_to_string(data.join(format!("cases/{case}.args"))).unwrap_or_default();
    let mut command = xtask();
    command.args(["wix", "build", "-arch", "x64", &format!("{case}.wxs"), "-b", "../payload"]);
    // the record of named bind paths was made from the folder above
    command.args(arguments.split_whitespace().map(|word| word.replace("extra=payload", "extra=../payload")));
    let output = command.arg("-o").arg(output).current_dir(data.join("cases")).output().expect("it starts");
    if output.status.success() { Ok(()) } else { Err(said(&output)) }
}

/// Whether a difference comes from how the record was made.
fn of_the_record(found: &Found) -> bool {
    let (table, column, ours, theirs) = OF_WINE;
    let languages = found.table == table
        && found.column == column
        && (found.embedded.as_deref(), found.wix.as_deref()) == (Some(ours), Some(theirs));
    // msitools leave the sign that a line break has in their tables
    let line_break = found.wix.as_ref().map(|text| text.replace('\x19', "\n"));
    languages
        || line_break.is_some() && line_break == found.embedded
        || found.table == "_Streams" && found.key.contains(".cab") && found.wix.is_none()
}

#[test]
fn packages_of_wix_equal_ours_but_for_what_may_differ() {
    let Some(msibuild) = support::tool("msibuild") else { return };
    let data = support::data("wix");
    let stand_in = replaying(&data);
    let mut compared = 0;
    let mut failures = String::new();
    let mut cases: Vec<String> = fs::read_dir(data.join("expected"))
        .expect("readable")
        .filter_map(|entry| {
            Some(entry.expect("readable").file_name().to_str()?.strip_suffix(".json")?.to_owned())
        })
        .collect();
    cases.sort();
    assert_eq!(cases.len(), 58);
    for case in cases {
        let own = stand_in.path("ours.msi");
        if let Err(said) = ours(&data, &case, &own) {
            assert!(said.contains("this engine does not yet"), "{case}: {said}");
            eprintln!("not compared: {case}: {}", said.lines().next().unwrap_or_default());
            continue;
        }
        recorded(&data, &case, &stand_in.path(""), &msibuild);
        fs::write(stand_in.path(&format!("{case}.exit")), "0").expect("writable");
        let run = build(&stand_in, &data.join(format!("cases/{case}.wxs")), LIMIT);
        assert_eq!(run.problem(&package(&stand_in)), None, "{case}");
        let read = |path: &Path| {
            let file =
                File::open(path).and_then(|mut file| Compared::read(&mut file).map_err(io::Error::other));
            file.unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        };
        let report = compare(&case, &read(&own), &read(&package(&stand_in)));
        let reasons: Vec<&str> = report.allowed.iter().map(|found| found.key.as_str()).collect();
        let expected =
            ["Revision Number", "Create Time/Date", "Last Saved Time/Date", "Creating Application"];
        assert_eq!(reasons, expected, "{case}");
        let mut differ = report.differences.iter().filter(|found| !of_the_record(found)).peekable();
        if differ.peek().is_some() {
            let _ = writeln!(failures, "{case}:");
        }
        differ.for_each(|found| writeln!(failures, "    {found:?}").expect("memory"));
        compared += 1;
    }
    eprintln!("{compared} packages compared");
    assert!(failures.is_empty(), "{failures}");
    assert!(compared >= 55, "{compared}");
}

const LIMIT: Duration = Duration::from_secs(60);

#[test]
fn one_that_hangs_is_stopped() {
    let stand_in = StandIn::new("6.0.2", "echo 'a.wxs(1) : warning WIX1076: so far'; sleep 600");
    let start = Instant::now();
    let run = build(&stand_in, &stand_in.path("a.wxs"), Duration::from_secs(3));
    assert!(start.elapsed() < Duration::from_secs(300));
    assert_eq!(run.problem(&package(&stand_in)).as_deref(), Some("it did not end in time, and was stopped"));
    let said: Vec<String> = run.messages.diagnostics.iter().map(ToString::to_string).collect();
    assert_eq!(said, ["a.wxs:1: warning[WIX1076]: so far"], "what it had said is not lost");
}

#[test]
fn a_command_line_that_is_too_long_for_windows_goes_into_a_file() {
    let stand_in = StandIn::new("6.0.2", "cat \"${before#@}\" > \"$(dirname \"$0\")/response\"; exit 1");
    let folder = stand_in.path("");
    let host =
        Host { variables: Variables::default(), project: folder.clone(), patience: Duration::from_secs(20) };
    let wix = Search::run(&host, Some(&stand_in.program()), None).found.expect("the stand-in");
    let run = |name: &str, value: &str| {
        let inputs = EngineInputs {
            arch: Arch::Arm64,
            sources: vec![folder.join("a b.wxs")],
            localizations: Vec::new(),
            culture: "en-US".to_owned(),
            defines: [(name.to_owned(), value.to_owned())].into(),
            bind_paths: Vec::new(),
        };
        let (output, scratch) = (folder.join("x.msi"), folder.join("obj"));
        wix.build(&Job { inputs: &inputs, output, scratch, limit: LIMIT }).expect("it starts")
    };
    run("Long", &"x".repeat(40_000));
    let arguments = stand_in.arguments();
    assert_eq!(arguments, ["build".to_owned(), format!("@{}", folder.join("obj/wix.rsp").display())]);
    let response = fs::read_to_string(folder.join("response")).expect("read");
    assert!(response.starts_with("\"-nologo\"\n\"-arch\"\n\"arm64\"\n\"-d\"\n\"Long=xxx"), "{response:.80}");
    assert!(response.ends_with("a b.wxs\"\n"), "the source is one word");

    run("Short", "x");
    assert_eq!(stand_in.arguments()[..4], ["build", "-nologo", "-arch", "arm64"]);
}
