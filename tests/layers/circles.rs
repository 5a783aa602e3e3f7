//! Files of one room name each other in one direction: types at the bottom, then what reads them, then what composes.

use super::sources;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Where a module is below its room's root: `["burn", "manifest"]`; the root itself is empty.
type Place = Vec<String>;

/// A source's words, `::` and signs, without comments, texts and characters.
pub(super) fn words(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    while let Some(first) = rest.chars().next() {
        let hashes = rest.strip_prefix('r').map(|after| after.len() - after.trim_start_matches('#').len());
        let raw = hashes.filter(|hashes| rest[1 + hashes..].starts_with('"'));
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if let Some(hashes) = raw {
            let end = format!("\"{}", "#".repeat(hashes));
            let body = 2 + hashes;
            rest[body..].find(&end).map_or(rest.len(), |at| body + at + end.len())
        } else if first == '"' {
            let mut escaped = false;
            let end = rest[1..].find(|c| match c {
                _ if escaped => {
                    escaped = false;
                    false
                }
                '\\' => {
                    escaped = true;
                    false
                }
                _ => c == '"',
            });
            end.map_or(rest.len(), |at| at + 2)
        } else if first == '\'' {
            // a character, or the sign of a lifetime
            let mut chars = rest[1..].char_indices();
            match (chars.next(), chars.next()) {
                (Some((_, '\\')), Some((at, escaped))) => {
                    let body = 1 + at + escaped.len_utf8();
                    body + rest[body..].find('\'').map_or(0, |at| at + 1)
                }
                (Some(_), Some((at, '\''))) => at + 2,
                _ => 1,
            }
        } else if is_word(first) {
            let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            found.push(&rest[..end]);
            end
        } else if rest.starts_with("::") {
            found.push("::");
            2
        } else {
            if !first.is_whitespace() {
                found.push(&rest[..first.len_utf8()]);
            }
            first.len_utf8()
        };
        rest = &rest[length..];
    }
    found
}

/// What one source says of others.
#[derive(Default)]
struct Source {
    /// What each name that `use` brings in stands for.
    brought: BTreeMap<String, Vec<String>>,
    /// The paths that it needs: not those that it only passes on.
    needed: Vec<Vec<String>>,
}

/// The paths of a `use`, with the name that each gets; `words` begin behind `use`. Gives how many words it took.
fn tree(words: &[&str], prefix: &[String], found: &mut Vec<(String, Vec<String>)>) -> usize {
    let mut path = prefix.to_vec();
    let mut name = None;
    let mut at = 0;
    while let Some(word) = words.get(at) {
        at += 1;
        match *word {
            "{" => loop {
                at += tree(&words[at..], &path, found);
                match words.get(at) {
                    Some(&",") => at += 1,
                    Some(&"}") => return at + 1,
                    _ => return at,
                }
            },
            "," | "}" | ";" => {
                at -= 1;
                break;
            }
            "as" => {
                name = words.get(at).map(|name| (*name).to_owned());
                at += 1;
            }
            "::" | "*" => {}
            "self" if !path.is_empty() => {}
            word => path.push(word.to_owned()),
        }
    }
    if path.len() > prefix.len() || words.first() == Some(&"self") {
        found.push((name.or_else(|| path.last().cloned()).unwrap_or_default(), path));
    }
    at
}

impl Source {
    fn read(text: &str) -> Source {
        let own = super::own_code(text);
        let words = words(own);
        let mut source = Source::default();
        let mut at = 0;
        while at < words.len() {
            if words[at] == "use" && words.get(at + 1).is_some_and(|next| *next != "<") {
                let public = matches!(words.get(at.wrapping_sub(1)), Some(&("pub" | ")")));
                let mut found = Vec::new();
                at += 1 + tree(&words[at + 1..], &[], &mut found);
                if !public {
                    source.needed.extend(found.iter().map(|(_, path)| path.clone()));
                }
                source.brought.extend(found);
                continue;
            }
            let mut path = vec![words[at].to_owned()];
            let begins = at == 0 || words[at - 1] != "::";
            while let [.., "::", next] = &words[..words.len().min(at + 3)]
                && words.get(at + 1) == Some(&"::")
                && next.starts_with(|c: char| c.is_alphabetic() || c == '_')
            {
                path.push((*next).to_owned());
                at += 2;
            }
            at += 1;
            if begins && path.len() > 1 {
                source.needed.push(path);
            }
        }
        let Source { brought, needed } = &mut source;
        // what was brought in by a `use` that is not passed on is counted already
        needed.retain(|path| brought.get(&path[0]).is_none_or(|whole| *whole == *path));
        source
    }
}

/// A room: its sources by their places.
struct Room<'r> {
    /// The first words of a path that begins at the room's root: `crate`, or `crate::NAME`.
    root: Vec<&'r str>,
    sources: BTreeMap<Place, Source>,
}

impl Room<'_> {
    /// The place that `path` leads to when `from` says it.
    fn leads(&self, from: &Place, path: &[String], depth: usize) -> Option<Place> {
        let first = path.first()?;
        let climbs = path.iter().take_while(|word| *word == "super").count();
        let mut whole = if climbs > 0 {
            let mut base = from.clone();
            base.truncate(from.len().checked_sub(climbs)?);
            [&base, &path[climbs..]].concat()
        } else if first == "self" {
            [from, &path[1..]].concat()
        } else if path.iter().zip(&self.root).all(|(word, root)| word == root) && path.len() > self.root.len()
        {
            path[self.root.len()..].to_vec()
        } else {
            let child = [from.as_slice(), std::slice::from_ref(first)].concat();
            self.sources.contains_key(&child).then(|| [from, path].concat())?
        };
        let mut rest = Vec::new();
        while !self.sources.contains_key(&whole) {
            rest.insert(0, whole.pop()?);
        }
        // who passes a name on is not who has it
        let passed = rest.first().and_then(|name| self.sources[&whole].brought.get(name));
        match passed.filter(|_| depth < 8) {
            Some(passed) => self.leads(&whole, &[passed, &rest[1..]].concat(), depth + 1),
            None => Some(whole),
        }
    }

    /// Which of its sources each needs. A module and those inside of it are one thing to others, and may share.
    fn needs(&self) -> BTreeMap<&Place, BTreeSet<&Place>> {
        let needs = |(place, source): (_, &Source)| {
            let led = source.needed.iter().filter_map(|path| self.leads(place, path, 0));
            let others = led.filter(|other| !other.starts_with(place) && !place.starts_with(other));
            (place, others.filter_map(|other| Some(self.sources.get_key_value(&other)?.0)).collect())
        };
        self.sources.iter().map(needs).collect()
    }

    /// The circles, each with all of its places.
    fn circles(&self) -> Vec<Vec<&Place>> {
        let places: Vec<&Place> = self.sources.keys().collect();
        let needs: Vec<Vec<usize>> = self
            .needs()
            .into_values()
            .map(|others| others.iter().filter_map(|other| places.binary_search(other).ok()).collect())
            .collect();
        let reached = |from: usize| {
            let mut seen = vec![false; places.len()];
            let mut open = vec![from];
            while let Some(at) = open.pop() {
                open.extend(needs[at].iter().filter(|next| !std::mem::replace(&mut seen[**next], true)));
            }
            seen
        };
        let reached: Vec<_> = (0..places.len()).map(reached).collect();
        let circle = |at: usize| {
            let both = |other: &usize| reached[at][*other] && reached[*other][at];
            (0..places.len()).filter(both).map(|other| places[other]).collect::<Vec<_>>()
        };
        let circles: BTreeSet<_> = (0..places.len()).map(circle).collect();
        circles.into_iter().filter(|circle| !circle.is_empty()).collect()
    }
}

/// The room in `folder`, whose paths begin with `root`.
fn room<'r>(folder: &Path, root: Vec<&'r str>) -> Room<'r> {
    let mut files = Vec::new();
    sources(folder, &mut files);
    let place = |path: &PathBuf| {
        let relative = path.strip_prefix(folder).expect("inside").with_extension("");
        let mut place: Place =
            relative.iter().map(|part| part.to_str().expect("a plain name").to_owned()).collect();
        if matches!(place.last().map(String::as_str), Some("mod" | "lib" | "main")) {
            place.pop();
        }
        place
    };
    let read = |path: &PathBuf| Source::read(&std::fs::read_to_string(path).expect("readable"));
    Room { root, sources: files.iter().map(|path| (place(path), read(path))).collect() }
}

#[test]
fn no_files_of_one_room_need_each_other() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders =
        std::fs::read_dir(top.join("src")).expect("readable").map(|entry| entry.expect("readable").path());
    let mut rooms: Vec<PathBuf> = folders.filter(|path| path.is_dir()).collect();
    rooms.extend([top.join("xtask/src"), top.join("native/registration/src")]);
    rooms.sort();
    let mut found = Vec::new();
    for folder in &rooms {
        let name = folder.file_name().and_then(|name| name.to_str()).expect("a plain name");
        let package = folder.join("Cargo.toml").is_file() || name == "src";
        let room = room(folder, if package { vec!["crate"] } else { vec!["crate", name] });
        let shown = folder.strip_prefix(top).expect("inside");
        let file = |place: &&Place| shown.join(place.join("/")).display().to_string().replace('\\', "/");
        found.extend(room.circles().iter().map(|circle| circle.iter().map(file).collect::<Vec<_>>()));
    }
    assert!(found.is_empty(), "files that need each other, directly or by way of others:\n{found:#?}");
}

#[test]
fn a_circle_is_seen_through_whoever_passes_a_name_on() {
    let source = |place: &str, text: &str| {
        let place = place.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        (place, Source::read(text))
    };
    let circles = |sources: [(Place, Source); 3]| {
        let room = Room { root: vec!["crate", "room"], sources: sources.into() };
        room.circles()
            .iter()
            .map(|circle| circle.iter().map(|place| place.join("/")).collect())
            .collect::<Vec<Vec<_>>>()
    };
    let passed = [
        source("", "pub use image::{Image, Other as Another};\nmod image;\nmod part;"),
        source("part", "use super::Image; // use nothing else"),
        source("image", "fn parts() { let _ = crate::room::part::read(r\"x\"); }"),
    ];
    assert_eq!(circles(passed), [["image", "part"]]);
    let behind_a_module_of_tests = [
        source("part", "#[cfg(test)]\nmod example;\nuse super::image::Image;"),
        source("image", "use super::part::Part;\n#[cfg(test)]\nmod tests {}"),
        source("", "mod part;\nmod image;"),
    ];
    assert_eq!(circles(behind_a_module_of_tests), [["image", "part"]]);
    let one_way = [
        source("", "pub use image::Image;\nuse crate::room::part;"),
        source(
            "part",
            "// use super::image::Image;\nconst TEXT: &str = \"use super::image;\"; use crate::other::image::X;",
        ),
        source("image", "use super::part::{self, Part};\n#[cfg(test)]\nmod tests {}"),
    ];
    assert!(circles(one_way).is_empty());
    let climbed = [
        source("deep/below", "use super::super::beside::{Thing};"),
        source(
            "beside",
            "impl Thing { fn x<'a>(&'a self) -> char { self::odd('\\'', '\"'); super::deep::below::y() } }",
        ),
        source("deep", "mod below;"),
    ];
    assert_eq!(circles(climbed), [["beside", "deep/below"]]);
}
