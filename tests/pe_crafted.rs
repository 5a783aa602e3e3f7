//! Images made by hand for the test: each kind of ARM64X relocation, and files that would take unbounded time or memory
//! if the reader believed them.

use crate::support::pe::{HEADERS, SECTION, SIGNATURE, image, put, resource_directory, words};
use ancm_installer::pe::{Directory, Error, Image, Machine, MessageTable, Resource, View};

/// Where the bytes that relocations change are in the section of [`arm64x`], in bytes.
const CHANGED: usize = 0x180;

/// An ARM64X image whose section has a load configuration, `before` at [`CHANGED`], and the relocation table `table`.
fn arm64x(before: &[u8], table: &[u8]) -> Vec<u8> {
    let mut data = vec![0; 0x200];
    put(&mut data, 0, &0x140u32.to_le_bytes()); // Size
    put(&mut data, 0xC8, &1u64.to_le_bytes()); // CHPEMetadataPointer
    put(&mut data, 0xE0, &0x200u32.to_le_bytes()); // DynamicValueRelocTableOffset
    put(&mut data, 0xE4, &1u16.to_le_bytes()); // DynamicValueRelocTableSection
    put(&mut data, CHANGED, before);
    data.extend(table);
    image(Machine::ARM64, &data, &[(Directory::LoadConfig, SECTION, 0x140)])
}

/// A block of fixups for the page of the section.
fn block(entries: &[u16]) -> Vec<u8> {
    let mut entries: Vec<u8> = entries.iter().flat_map(|entry| entry.to_le_bytes()).collect();
    entries.resize(entries.len().next_multiple_of(4), 0);
    [words(&[SECTION, 8 + entries.len() as u32]), entries].concat()
}

fn version_1(fixups: &[u8]) -> Vec<u8> {
    let entry = [6u64.to_le_bytes().to_vec(), words(&[fixups.len() as u32]), fixups.to_vec()].concat();
    [words(&[1, entry.len() as u32]), entry].concat()
}

fn version_2(fixups: &[u8]) -> Vec<u8> {
    // HeaderSize, FixupInfoSize, Symbol, SymbolGroup, Flags
    let header = words(&[24, fixups.len() as u32, 6, 0, 0, 0]);
    let entry = [header, fixups.to_vec()].concat();
    [words(&[2, entry.len() as u32]), entry].concat()
}

/// The first 16 changed bytes of the x64 view.
fn changed(view: &View<'_>) -> [u8; 16] {
    view.bytes()[HEADERS + CHANGED..][..16].try_into().expect("16 bytes")
}

const BEFORE: [u8; 16] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];

#[test]
fn every_kind_of_relocation_changes_the_x64_view_and_nothing_else() {
    let at = |offset: u16| CHANGED as u16 + offset;
    let (zero, value, delta) = (0, 1 << 12, 2 << 12);
    let width = |log: u16| log << 14;
    let cases: [(&str, Vec<u16>, [u8; 16]); 7] = [
        (
            "zeros, 4 bytes",
            vec![at(0) | zero | width(2)],
            [0, 0, 0, 0, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
        ),
        ("zeros, 8 bytes", vec![at(8) | zero | width(3)], [1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0]),
        (
            "a value, 2 bytes",
            vec![at(2) | value | width(1), 0xBBAA],
            [1, 2, 0xAA, 0xBB, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
        ),
        (
            "a value, 8 bytes",
            vec![at(0) | value | width(3), 0x2221, 0x2423, 0x2625, 0x2827],
            [0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x28, 9, 10, 11, 12, 13, 14, 15, 16],
        ),
        (
            "a delta, times 4",
            vec![at(4) | delta, 2],
            [1, 2, 3, 4, 13, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
        ),
        (
            "a delta, down, times 8",
            vec![at(4) | delta | 3 << 14, 1],
            [1, 2, 3, 4, 0xFD, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
        ),
        (
            "two, one after the other",
            vec![at(0) | value, 0x77, at(0) | value | width(1), 0x6655],
            [0x55, 0x66, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
        ),
    ];
    for (what, entries, after) in cases {
        for table in [version_1(&block(&entries)), version_2(&block(&entries))] {
            let bytes = arm64x(&BEFORE, &table);
            let image = Image::parse(&bytes).unwrap_or_else(|error| panic!("{what}: {error}"));
            assert_eq!(changed(image.native()), BEFORE, "{what}: the native view is the file");
            assert_eq!(changed(image.x64().expect("an x64 view")), after, "{what}");
        }
    }
}

#[test]
fn the_x64_view_has_its_own_headers() {
    let machine = (SIGNATURE + 4) as u16;
    let fixups = [words(&[0, 12]), vec![machine as u8, 0x50 | (machine >> 8) as u8, 0x64, 0x86]].concat();
    let bytes = arm64x(&BEFORE, &version_1(&fixups));
    let image = Image::parse(&bytes).expect("an image");
    let machines: Vec<Machine> = image.views().map(|view| view.headers().machine).collect();
    assert_eq!(machines, [Machine::ARM64, Machine::AMD64]);
}

#[test]
fn entries_for_other_symbols_are_left_alone() {
    let mut table = version_1(&block(&[CHANGED as u16]));
    table[8] = 7;
    let bytes = arm64x(&BEFORE, &table);
    assert!(Image::parse(&bytes).expect("an image").x64().is_none());
}

#[test]
fn broken_relocation_tables_are_errors_that_say_what_is_wrong() {
    let message = |table: &[u8]| Image::parse(&arm64x(&BEFORE, table)).expect_err("broken").to_string();
    let table = "the dynamic value relocation table";
    assert_eq!(message(&version_1(&words(&[SECTION, 0]))), format!("a block of {table} has 0 bytes"));
    assert_eq!(message(&words(&[3, 4, 0])), format!("{table} has version 3, expected 1 or 2"));
    let kind_3 = version_1(&block(&[CHANGED as u16 | 3 << 12, 0]));
    assert_eq!(message(&kind_3), format!("an entry of {table} has the unknown kind 3"));
    assert!(message(&words(&[1, 0xFFFF_FFFF])).starts_with(table), "longer than its section");
    let outside = [words(&[0x0900_0000, 12]), vec![0, 0, 0, 0x80]].concat();
    let expected = "the place of an ARM64X relocation at address 0x9000000 lies in no section's data";
    assert_eq!(message(&version_1(&outside)), expected);
    let in_bss = version_1(&block(&[0xFFF]));
    assert!(message(&in_bss).starts_with("the place of an ARM64X relocation"), "{}", message(&in_bss));
}

fn too_much<T: std::fmt::Debug>(result: Result<T, Error>) {
    assert!(matches!(result, Err(Error::TooMuch { .. })), "{result:?}");
}

/// A section with an export directory of one function at `function` and 65,536 names, all of which are `text`.
fn exports(function: u32, text: &[u8]) -> Vec<u8> {
    const NAMES: u32 = 65_536;
    let (function_table, name_table) = (SECTION + 40, SECTION + 44);
    let ordinal_table = name_table + 4 * NAMES;
    let name = ordinal_table + 2 * NAMES;
    let mut data = words(&[0, 0, 0, name, 1, 1, NAMES, function_table, name_table, ordinal_table, function]);
    data.extend(words(&[name; NAMES as usize]));
    data.extend(vec![0; 2 * NAMES as usize]);
    data.extend(text);
    data.push(0);
    data
}

#[test]
fn names_and_forwards_that_overlap_do_not_multiply() {
    let long = vec![b'A'; 100_000];
    let data = exports(SECTION, &long);
    let bytes = image(Machine::AMD64, &data, &[(Directory::Export, SECTION, 40)]);
    too_much(Image::parse(&bytes).expect("an image").native().exports());

    // one short name many times, each with the same long forward
    let mut data = exports(0, b"");
    let forward = SECTION + data.len() as u32;
    put(&mut data, 40, &forward.to_le_bytes());
    data.extend(&long);
    data.push(0);
    let bytes = image(Machine::AMD64, &data, &[(Directory::Export, SECTION, data.len() as u32)]);
    too_much(Image::parse(&bytes).expect("an image").native().exports());
}

fn resources_of(data: &[u8]) -> Result<Vec<Resource<'static>>, Error> {
    let bytes = image(Machine::AMD64, data, &[(Directory::Resource, SECTION, data.len() as u32)]);
    let image = Image::parse(&bytes).expect("an image");
    let resources = image.native().resources()?;
    Ok(resources.into_iter().map(Resource::into_owned).collect())
}

#[test]
fn resource_directories_and_data_that_overlap_do_not_multiply() {
    let directory = 0x8000_0000;
    // 300 types share one directory of 300 names, all of which share an empty directory
    let types = resource_directory(300, directory | 2416);
    let names = resource_directory(300, directory | 4832);
    too_much(resources_of(&[types, names, resource_directory(0, 0)].concat()));
    // 1,000 languages share 1 MB of data
    let root = resource_directory(1, directory | 24);
    let names = resource_directory(1, directory | 48);
    let languages = resource_directory(1000, 48 + 16 + 8000);
    let content = SECTION + 48 + 16 + 8000 + 16;
    let entry = words(&[content, 1 << 20, 0, 0]);
    too_much(resources_of(&[root, names, languages, entry, vec![0; 1 << 20]].concat()));
}

#[test]
fn message_blocks_that_overlap_do_not_multiply() {
    let mut table = words(&[1000]);
    for block in 0..1000 {
        table.extend(words(&[block, block, 4 + 12_000]));
    }
    table.extend([0x00, 0xF0, 1, 0]);
    table.extend(vec![b'A'; 0xF000]);
    too_much(MessageTable::parse(&table));
}

#[test]
fn more_sections_than_an_image_can_have_are_refused() {
    let mut bytes = image(Machine::AMD64, &[], &[]);
    put(&mut bytes, SIGNATURE + 6, &0xFFFFu16.to_le_bytes());
    bytes.resize(3 << 20, 0);
    too_much(Image::parse(&bytes));
}

#[test]
fn addresses_at_the_end_of_the_address_space_are_errors() {
    for directory in [Directory::Export, Directory::Import, Directory::Resource, Directory::DelayImport] {
        for rva in [u32::MAX, u32::MAX - 4, 0x8000_0000] {
            let bytes = image(Machine::AMD64, &[0; 64], &[(directory, rva, u32::MAX)]);
            let image = Image::parse(&bytes).expect("an image");
            let view = image.native();
            let all = [view.exports().is_err(), view.imports().is_err(), view.resources().is_err()];
            assert_eq!(all.iter().filter(|failed| **failed).count(), 1, "{directory:?} at {rva:#x}");
        }
    }
}
