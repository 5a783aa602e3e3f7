//! The editor of `applicationHost.config` on files that nobody would write: mutations of good files, and the corpus of
//! `tests/apphost/corpus`, which earlier runs have kept.
//!
//! `APPHOST_FUZZ=n` runs for n seconds instead of a few thousand rounds, from another start each time, and keeps a file in
//! the corpus for each outcome that no file there has: an error, or a set of steps.

use crate::support::random::Random;
use ancm_installer::apphost::{Change, Edited, Error, Inverse, edit, undo};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

const GOOD: [&str; 4] = [
    include_str!("apphost/iis75.config"),
    include_str!("apphost/iis10.config"),
    include_str!("apphost/express.config"),
    include_str!("apphost/bare.config"),
];

fn register() -> Vec<Change> {
    let name = || "AspNetCoreModuleV2".to_owned();
    let area = || ("WWW Server".to_owned(), "ANCM".to_owned());
    vec![
        Change::HandlersUnlocked,
        Change::GlobalModule { name: name(), image: r"%ProgramFiles%\IIS\aspnetcorev2.dll".into() },
        Change::RootModule { name: name(), locked: true },
        Change::Section { name: "aspNetCore".into() },
        Change::TraceArea {
            provider: area().0,
            guid: "{3a2a4e84-4c21-4981-ae10-3fda0d9b0f83}".into(),
            area: area().1,
            value: 65536,
        },
        Change::DynamicType { mime: "text/event-stream".into() },
    ]
}

fn unregister() -> Vec<Change> {
    vec![
        Change::NoModule { name: "AspNetCoreModuleV2".into() },
        Change::NoSection { name: "aspNetCore".into() },
        Change::NoTraceArea { provider: "WWW Server".into(), area: "ANCM".into() },
    ]
}

/// Cuts, doubles, swaps and overwrites pieces of a file.
fn mutate(random: &mut Random, bytes: &mut Vec<u8>, donors: &[&str]) {
    const PIECES: [&str; 14] = [
        "<",
        ">",
        "/>",
        "\"",
        "'",
        "&",
        "&#x0;",
        "<!--",
        "-->",
        "<![CDATA[",
        " path=\"\"",
        "<location>",
        "\0",
        "\r\n",
    ];
    for _ in 0..=random.below(4) {
        let (from, to) = (random.below(bytes.len() + 1), random.below(bytes.len() + 1));
        let (from, to) = (from.min(to), from.max(to).min(from.min(to) + 200));
        let new = match random.below(4) {
            0 => Vec::new(),
            1 => PIECES[random.below(PIECES.len())].as_bytes().to_vec(),
            2 => bytes[from..to].repeat(2),
            _ => {
                let donor = donors[random.below(donors.len())].as_bytes();
                let start = random.below(donor.len());
                donor[start..(start + random.below(300)).min(donor.len())].to_vec()
            }
        };
        let end = if random.below(2) == 0 { from } else { to };
        bytes.splice(from..end, new);
    }
}

/// Edits a file, and holds the editor to its promises.
fn edited(bytes: &[u8], changes: &[Change], what: &dyn std::fmt::Display) -> Result<Edited, Error> {
    let made = edit(bytes, changes)?;
    let back = undo(&made.bytes, &made.inverse).expect("what we wrote is readable");
    assert!(back.bytes == bytes, "{what}: undoing is not the identity");
    let twice = edit(&made.bytes, changes).expect("what we wrote is editable");
    assert!(twice.inverse.is_empty(), "{what}: not idempotent: {:?}", twice.inverse);
    Ok(made)
}

/// What came of it, with names and numbers left out.
fn outcome(result: &Result<Edited, Error>) -> String {
    let text = match result {
        Ok(made) => made
            .inverse
            .to_text()
            .lines()
            .map(|line| line.split('\t').next().unwrap_or(""))
            .collect::<Vec<_>>()
            .join(" "),
        Err(error) => error.to_string().split('`').step_by(2).collect(),
    };
    text.chars().filter(|c| !c.is_ascii_digit()).collect()
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/apphost/corpus")
}

fn corpus() -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(folder()).expect("the corpus").map(|entry| entry.expect("readable"));
    let mut files: Vec<_> = entries
        .map(|entry| {
            (entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path()).expect("readable"))
        })
        .collect();
    files.sort();
    files
}

#[test]
fn the_corpus_keeps_the_promises() {
    let corpus = corpus();
    assert!(corpus.len() > 20, "{} files", corpus.len());
    for (name, bytes) in &corpus {
        for changes in [register(), unregister()] {
            let _ = edited(bytes, &changes, name);
        }
    }
}

#[test]
#[allow(clippy::disallowed_methods, reason = "the time may be given by the one who runs the test")]
fn mutated_files_never_panic_and_keep_the_promises() {
    let seconds = std::env::var("APPHOST_FUZZ").ok().and_then(|n| n.parse().ok()).map(Duration::from_secs);
    let (started, now) = (Instant::now(), SystemTime::now());
    let base =
        seconds.map_or(0, |_| now.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |t| t.as_secs()) << 24);
    let good = GOOD.map(|file| edit(file.as_bytes(), &register()).expect("editable"));
    let records = good.each_ref().map(|made| made.inverse.to_text());
    let corpus = corpus();
    let mut known: BTreeSet<String> = BTreeSet::new();
    for (_, bytes) in &corpus {
        known.extend([register(), unregister()].iter().map(|changes| outcome(&edit(bytes, changes))));
    }
    let (mut editable, mut round) = (0, 0);
    while seconds.map_or(round < 3000, |limit| started.elapsed() < limit) {
        round += 1;
        let mut random = Random((base + round).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        let which = random.below(GOOD.len());
        let start = match random.below(8) {
            0..=3 => GOOD[which].as_bytes(),
            4..=6 => &good[which].bytes,
            _ => corpus.get(random.below(corpus.len())).map_or(GOOD[which].as_bytes(), |(_, bytes)| bytes),
        };
        let mut bytes = start.to_vec();
        mutate(&mut random, &mut bytes, &GOOD);
        let changes = if random.below(2) == 0 { register() } else { unregister() };
        let result = edited(&bytes, &changes, &round);
        editable += u64::from(result.is_ok());
        let outcome = outcome(&result);
        if seconds.is_some() && bytes.len() < 4096 && known.insert(outcome) {
            std::fs::write(folder().join(format!("{:x}.config", base + round)), &bytes).expect("writable");
        }
        let _ = undo(&bytes, &good[which].inverse);
        let mut record = records[which].clone().into_bytes();
        mutate(&mut random, &mut record, &[&records[which]]);
        if let Ok(record) = Inverse::parse(&String::from_utf8_lossy(&record))
            && let Ok(made) = undo(&bytes, &record)
        {
            undo(&made.bytes, &made.inverse).expect("no record makes a file unreadable");
        }
    }
    assert!(editable > round / 20, "only {editable} of {round} mutated files were editable");
    println!("{round} rounds, {editable} editable, {} outcomes known", known.len());
}
