//! Translation of x86 calls: the operand of the opcode E8 is made absolute, so that calls of one target look alike.
//!
//! It is always on, with the size that Microsoft's own encoder states: without it the header has 32 bits less, and data
//! without calls does not change.

use super::format::FRAME;

/// What the header states as the size of the translated data.
pub(crate) const SIZE: i32 = 12_000_000;

/// Frames of a folder that are translated.
const FRAMES: usize = 32_768;

/// A frame's last bytes, where no opcode is looked for.
const TAIL: usize = 10;

/// Translates `bytes`, which begin with a frame, `start` bytes from the beginning of the folder.
pub(crate) fn translate(bytes: &mut [u8], start: usize) {
    for (number, frame) in (start / FRAME..FRAMES).zip(bytes.chunks_mut(FRAME)) {
        translate_frame(frame, number * FRAME);
    }
}

fn translate_frame(frame: &mut [u8], start: usize) {
    for_each_call(frame, start as i32, |position, relative| {
        if !(-position..SIZE).contains(&relative) {
            return relative;
        }
        if relative < SIZE - position { relative + position } else { relative - SIZE }
    });
}

/// Undoes the translation of a frame that begins `start` bytes from the beginning of the folder, in data that states `size`.
/// Zero is the absolute target of a call of the folder's first byte.
pub(crate) fn restore(frame: &mut [u8], start: u64, size: i32) {
    let Some(start) = i32::try_from(start).ok().filter(|start| *start < (FRAMES * FRAME) as i32) else {
        return;
    };
    for_each_call(frame, start, |position, absolute| {
        if !(-position..size).contains(&absolute) {
            return absolute;
        }
        if absolute >= 0 { absolute - position } else { absolute.wrapping_add(size) }
    });
}

/// Changes the operand of each call by its position in the folder and what it was. What follows an opcode is none.
fn for_each_call(frame: &mut [u8], start: i32, change: impl Fn(i32, i32) -> i32) {
    let end = frame.len().saturating_sub(TAIL);
    let mut at = 0;
    while let Some(found) = memchr::memchr(0xe8, &frame[at.min(end)..end]) {
        at += found;
        let operand = frame[at + 1..at + 5].first_chunk_mut().expect("four bytes");
        // Below 1 GiB and a frame.
        let position = start + at as i32;
        *operand = change(position, i32::from_le_bytes(*operand)).to_le_bytes();
        at += 5;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_translated_comes_back() {
        let position = 40_000i32;
        for operand in [
            0,
            1,
            -1,
            -position,
            -position - 1,
            SIZE,
            SIZE - 1,
            SIZE - position,
            SIZE - position - 1,
            i32::MIN,
            i32::MAX,
        ] {
            let mut bytes = vec![0x90; 3 * FRAME];
            bytes[40_000] = 0xe8;
            bytes[40_001..40_005].copy_from_slice(&operand.to_le_bytes());
            let before = bytes.clone();
            translate(&mut bytes, 0);
            assert_eq!(bytes != before, (-position..SIZE).contains(&operand), "{operand}");
            for (number, frame) in (0..).zip(bytes.chunks_mut(FRAME)) {
                restore(frame, number * FRAME as u64, SIZE);
            }
            assert!(bytes == before, "{operand}");
        }
    }

    #[test]
    fn the_last_ten_bytes_of_a_frame_and_frames_past_1_gib_stay() {
        let mut bytes = [[0xe8, 1, 0, 0, 0].repeat(2), vec![0]].concat();
        translate(&mut bytes, FRAME);
        assert_eq!(bytes[..6], [0xe8, 1, 0x80, 0, 0, 0xe8]);
        assert_eq!(bytes[6..], [1, 0, 0, 0, 0]);
        let mut bytes = [0xe8; 100];
        translate(&mut bytes[..10], FRAME);
        translate(&mut bytes, FRAMES * FRAME);
        restore(&mut bytes, (FRAMES * FRAME) as u64, SIZE);
        assert_eq!(bytes, [0xe8; 100]);
    }
}
