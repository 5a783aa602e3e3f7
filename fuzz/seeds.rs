//! Writes what `read_lzx` begins with into the folder named: streams by our encoder, of every kind of block.

use installer_cab::{Cabinet, CabinetFile, Effort, Method, Source, Window, write};
use std::io::Cursor;
use std::num::NonZeroUsize;
use std::path::PathBuf;

fn main() -> std::io::Result<()> {
    let folder: PathBuf = std::env::args_os().nth(1).expect("usage: seeds FOLDER").into();
    std::fs::create_dir_all(&folder)?;
    for (index, text) in texts().into_iter().enumerate() {
        for (exponent, effort) in [(15, Effort::Fast), (18, Effort::Balanced), (21, Effort::Max)] {
            let window = Window::new(exponent).expect("a window");
            let file = CabinetFile {
                name: "f".to_owned(),
                size: text.len() as u64,
                modified: 0,
                source: Source::Bytes(text.clone()),
            };
            let cabinet = Cabinet { method: Method::Lzx { window, effort }, files: vec![file] };
            let mut out = Cursor::new(Vec::new());
            write(&cabinet, NonZeroUsize::MIN, &mut out).expect("within the limits");
            let cabinet = out.into_inner();
            let mut seed = vec![exponent - 15];
            // Header, folder, file.
            let mut at = 36 + 8 + 16 + 2;
            while at < cabinet.len() {
                let size = usize::from(u16::from_le_bytes([cabinet[at + 4], cabinet[at + 5]]));
                seed.extend_from_slice(&cabinet[at + 4..at + 8 + size]);
                at += 8 + size;
            }
            std::fs::write(folder.join(format!("{index}-{exponent}")), seed)?;
        }
    }
    Ok(())
}

/// Small ones, for small inputs are tried more often.
fn texts() -> Vec<Vec<u8>> {
    let mut state = 1u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    let noise: Vec<u8> = (0..300).map(|_| next()).collect();
    let words: Vec<u8> = (0..2000).flat_map(|k| format!("{} ", k * k % 97).into_bytes()).collect();
    let table: Vec<u8> = (0..3000u32).flat_map(|k| [k as u8, (k >> 8) as u8, 0, next() & 3]).collect();
    let calls: Vec<u8> = (0..900).flat_map(|_| [0x90, 0xe8, next(), next() & 1, 0, 0]).collect();
    let mixed = [&words[..700], &noise, &words[..900], &noise[..101]].concat();
    vec![vec![7; 40_000], noise.clone(), words, table, calls, mixed, noise.repeat(110)]
}
