use super::super::bits::BitWriter;
use super::super::{Effort, Matcher, SEGMENT, Writer};
use super::*;

/// What the encoder makes of `bytes`: frames and their sizes.
fn encoded(bytes: &[u8], window: Window) -> Vec<(Vec<u8>, usize)> {
    let mut matcher = Matcher::new(window, Effort::default(), bytes.len() as u64);
    let mut writer = Writer::new(window);
    let frames = bytes.chunks(SEGMENT).flat_map(|part| writer.write(&matcher.next(part).parse()));
    frames.map(|frame| (frame.bytes, frame.uncompressed)).collect()
}

fn decoded(frames: &[(Vec<u8>, usize)], window: Window) -> Option<Vec<u8>> {
    let mut decoder = Decoder::new(window);
    let mut bytes = Vec::new();
    for (data, size) in frames {
        bytes.extend_from_slice(decoder.next(data, *size)?);
    }
    Some(bytes)
}

/// Words, calls, noise and runs, `count` bytes at least.
fn mixture(count: usize) -> Vec<u8> {
    let mut state = 1u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state >> 16
    };
    let mut bytes = Vec::new();
    while bytes.len() < count {
        match next() % 5 {
            0 => bytes.extend((0..next() % 300).map(|_| next() as u8)),
            1 => bytes.extend([0xe8, next() as u8, next() as u8, 0, 0]),
            2 => bytes.extend(vec![next() as u8; next() as usize % 600]),
            _ => {
                let from = next() as usize * 16 % bytes.len().max(1);
                let until = bytes.len().min(from + next() as usize % 90);
                bytes.extend_from_within(from..until);
            }
        }
    }
    bytes
}

#[test]
fn what_was_encoded_comes_back_past_several_windows() {
    let bytes = mixture(700_001);
    for exponent in [15, 16, 17, 21] {
        let window = Window::new(exponent).expect("a window");
        assert!(decoded(&encoded(&bytes, window), window).as_ref() == Some(&bytes), "{exponent}");
    }
}

#[test]
fn a_frame_that_was_cut_short_or_changed_is_refused_or_has_its_size() {
    let window = Window::new(15).expect("a window");
    let frames = encoded(&mixture(40_000), window);
    let (first, size) = &frames[0];
    for end in (0..first.len()).step_by(7) {
        assert_eq!(decoded(&[(first[..end].to_vec(), *size)], window), None, "{end}");
    }
    for at in 0..first.len().min(4000) {
        let mut changed = frames.clone();
        changed[0].0[at] ^= 1 << (at % 8);
        if let Some(bytes) = decoded(&changed, window) {
            assert_eq!(bytes.len(), frames.iter().map(|(_, size)| size).sum::<usize>(), "{at}");
        }
    }
    assert_eq!(decoded(&[(first.clone(), FRAME + 1)], window), None);
}

/// The header of a folder without calls and of an uncompressed block of `size` bytes, then its recent offsets.
fn uncompressed(size: u32, recent: [u32; 3]) -> Vec<u8> {
    let mut bits = BitWriter::default();
    bits.write(3 << 24 | size, 28);
    bits.align_always();
    recent.iter().for_each(|offset| bits.bytes(&offset.to_le_bytes()));
    bits.frame()
}

/// Microsoft's documents do not say in whose data the padding is; a stream of either kind is read.
#[test]
fn the_padding_of_a_block_that_ends_with_its_frame_may_be_in_the_next_one() {
    let window = Window::new(15).expect("a window");
    let (block, next) = ([&uncompressed(3, [1; 3])[..], b"abc"].concat(), &uncompressed(2, [1; 3])[..]);
    // the second block's header has no bit for calls before it
    let mut bits = BitWriter::default();
    bits.write(3 << 24 | 2, 27);
    bits.align_always();
    let next = [&bits.frame()[..], &next[4..], b"de"].concat();
    let padded = |data: &[u8]| [data, &[0]].concat();
    for frames in
        [[(padded(&block), 3), (next.clone(), 2)], [(block.clone(), 3), ([&[0], &next[..]].concat(), 2)]]
    {
        assert_eq!(decoded(&frames, window).as_deref(), Some(&b"abcde"[..]));
    }
    let whole = [padded(&block), next].concat();
    assert_eq!(decoded(&[(whole, 5)], window).as_deref(), Some(&b"abcde"[..]));
}

#[test]
fn an_uncompressed_block_goes_on_in_the_next_frame() {
    let window = Window::new(15).expect("a window");
    let frames = [([&uncompressed(5, [1; 3])[..], b"ab"].concat(), 2), (b"cde\0".to_vec(), 3)];
    assert_eq!(decoded(&frames, window).as_deref(), Some(&b"abcde"[..]));
}

#[test]
fn what_decoders_differ_over_is_refused() {
    let window = Window::new(15).expect("a window");
    for frame in [
        uncompressed(0, [1; 3]),
        [&uncompressed(3, [1 << 21, 1, 1])[..], b"abc"].concat(),
        [&uncompressed(3, [1; 3])[..], b"ab"].concat(),
        vec![],
        vec![0; 100],
        vec![0xff; 100],
    ] {
        assert_eq!(decoded(&[(frame.clone(), 3)], window), None, "{frame:?}");
    }
}
