//! Cabinets of a package that are divided among several, as WiX does it (`CreateCabinetsCommand`, and `CabCGetNextCabinet` in
//! its `cabcutil.cpp`).

use crate::msi::{Cell, Database};

/// The name of part `number`, from 0 on, of the cabinet `first`: `cab1.cab`, `cab1a.cab` to `cab1z.cab`, `cab1aa.cab` and so on.
/// A cabinet has less than 2 GiB and a part 20 MiB, so that two letters are enough.
#[must_use]
pub fn part_name(first: &str, number: usize) -> String {
    let letter = |number: usize| char::from(b'a' + (number % 26) as u8);
    // WiX takes the last four characters off, whatever they are
    let end = first.char_indices().rev().nth(3).map_or(0, |(end, _)| end);
    let stem = if end > 0 { &first[..end] } else { first };
    match number.checked_sub(1) {
        None => first.to_owned(),
        Some(number @ 0..26) => format!("{stem}{}.cab", letter(number)),
        Some(number) => format!("{stem}{}{}.cab", letter(number / 26 - 1), letter(number)),
    }
}

/// Gives each part behind the first one of the cabinet `parts[0]` a disk of its own in the Media table, right behind that of
/// the first one and with its last sequence number, and the disks behind them the numbers that follow.
pub fn divided(database: &mut Database, parts: &[String]) {
    let Some(media) = database.tables.get_mut("Media") else { return };
    let (Some(disk), Some(sequence), Some(cabinet)) =
        (media.column("DiskId"), media.column("LastSequence"), media.column("Cabinet"))
    else {
        return;
    };
    let number = |row: &Vec<Cell>| row.get(disk).and_then(Cell::as_int).unwrap_or(0);
    media.rows.sort_by_key(number);
    let is_first =
        |row: &Vec<Cell>| row.get(cabinet).and_then(Cell::as_str) == parts.first().map(String::as_str);
    let Some(at) = media.rows.iter().position(is_first) else { return };
    let (mut last, sequence_of_first) = (number(&media.rows[at]), media.rows[at][sequence].clone());
    let width = media.columns.len();
    let new = parts[1..].iter().map(|name| {
        let mut row = vec![Cell::Null; width];
        (row[sequence], row[cabinet]) = (sequence_of_first.clone(), Cell::text(name.as_str()));
        row
    });
    let behind = at + 1;
    media.rows.splice(behind..behind, new.collect::<Vec<_>>());
    for row in &mut media.rows[behind..] {
        last += 1;
        row[disk] = Cell::Int(last);
    }
}
