//! What reader and writer agree on: sizes, flags, checksum, time.

/// Uncompressed bytes of every data block of a folder but the last.
pub(super) const BLOCK: usize = 32_768;

/// Bytes that a data block may have beyond [`BLOCK`] when compressed (MSZIP: 12, LZX: 6144).
pub(super) const BLOCK_GROWTH: usize = 6_144;

/// `CFHEADER` without optional fields.
pub(super) const HEADER: usize = 36;

/// `CFFOLDER` without its reserved field.
pub(super) const FOLDER: usize = 8;

/// `CFFILE` without its name.
pub(super) const FILE: usize = 16;

/// `CFDATA` without its reserved field and its data.
pub(super) const DATA: usize = 8;

/// Longest name in bytes; what follows it is a zero byte.
pub(super) const NAME_MAX: usize = 255;

/// File attribute: the name is UTF-8.
pub(super) const NAME_IS_UTF8: u16 = 0x80;

/// File attribute: changed since the last backup; what Windows' own tools set.
pub(super) const ARCHIVE: u16 = 0x20;

/// The checksum of `CFDATA` over `bytes`, going on from `seed`.
pub(super) fn checksum(bytes: &[u8], seed: u32) -> u32 {
    // four words at once, which counts where this is not optimized
    let mut lanes = bytes.chunks_exact(16);
    let wide = |lane: &[u8]| u128::from_le_bytes(*lane.first_chunk().expect("16 bytes"));
    let sum = lanes.by_ref().fold(0, |sum, lane| sum ^ wide(lane));
    let sum = (0..4).fold(seed, |total, word| total ^ (sum >> (32 * word)) as u32);
    let mut words = lanes.remainder().chunks_exact(4);
    let sum =
        words.by_ref().fold(sum, |sum, word| sum ^ u32::from_le_bytes([word[0], word[1], word[2], word[3]]));
    sum ^ words.remainder().iter().fold(0, |rest, byte| (rest << 8) | u32::from(*byte))
}

/// The checksum of a data block: its data, then the two sizes of its header.
pub(super) fn block_checksum(data: &[u8], uncompressed: u16) -> u32 {
    let compressed = u32::try_from(data.len()).expect("a block is shorter than 64 KiB");
    checksum(data, compressed | (u32::from(uncompressed) << 16))
}

/// Appends a data block (`CFDATA`) of `data`, which decompresses to `uncompressed` bytes.
pub(super) fn append_block(data: &[u8], uncompressed: usize, blocks: &mut Vec<u8>) {
    let size = u16::try_from(data.len()).expect("a block is shorter than 64 KiB");
    let uncompressed = u16::try_from(uncompressed).expect("32 KiB at most");
    blocks.extend_from_slice(&block_checksum(data, uncompressed).to_le_bytes());
    blocks.extend_from_slice(&size.to_le_bytes());
    blocks.extend_from_slice(&uncompressed.to_le_bytes());
    blocks.extend_from_slice(data);
}

const DAY: i64 = 86_400;

/// MS-DOS date and time (UTC) of `seconds` since 1970, held to the years that the format can say.
pub(super) fn dos_time(seconds: i64) -> (u16, u16) {
    const FIRST: i64 = 315_532_800; // 1980-01-01T00:00:00Z
    const LAST: i64 = 4_354_819_198; // 2107-12-31T23:59:58Z
    let seconds = seconds.clamp(FIRST, LAST);
    let (year, month, day) = civil(seconds.div_euclid(DAY));
    let time = seconds.rem_euclid(DAY);
    let date = ((year - 1980) << 9) | (month << 5) | day;
    let time = ((time / 3600) << 11) | ((time / 60 % 60) << 5) | (time % 60 / 2);
    (u16::try_from(date).expect("7, 4 and 5 bits"), u16::try_from(time).expect("5, 6 and 5 bits"))
}

/// Seconds since 1970 of an MS-DOS date and time, taken as UTC. Fields out of their range count on.
pub(super) fn unix_time(date: u16, time: u16) -> i64 {
    let (date, time) = (i64::from(date), i64::from(time));
    let days = days(1980 + (date >> 9), ((date >> 5) & 15).clamp(1, 12), date & 31);
    days * DAY + (time >> 11) * 3600 + ((time >> 5) & 63) * 60 + (time & 31) * 2
}

/// Year, month and day of the day `days` after 1970-01-01, in the Gregorian calendar
/// (Hinnant, *chrono-Compatible Low-Level Date Algorithms*: years that begin in March, eras of 400 years).
#[must_use]
pub fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year + i64::from(month <= 2), month, day)
}

/// The inverse of [`civil`].
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let (era, year) = (year.div_euclid(400), year.rem_euclid(400));
    let day = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year * 365 + year / 4 - year / 100 + day - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_utc_in_steps_of_two_seconds() {
        assert_eq!(dos_time(1_000_000_000), (0x2b29, 0x0dd4)); // 2001-09-09T01:46:40Z
        assert_eq!(dos_time(1_000_000_001), (0x2b29, 0x0dd4));
        assert_eq!(unix_time(0x2b29, 0x0dd4), 1_000_000_000);
        assert_eq!(dos_time(951_782_400), (0x285d, 0)); // 2000-02-29
    }

    #[test]
    fn times_out_of_range_are_held_to_it() {
        assert_eq!(dos_time(0), (0x0021, 0));
        assert_eq!(dos_time(i64::MIN), (0x0021, 0));
        assert_eq!(dos_time(i64::MAX), (0xff9f, 0xbf7d));
        assert_eq!(unix_time(0xff9f, 0xbf7d), 4_354_819_198);
    }

    #[test]
    fn every_day_comes_back() {
        for day in 0..46_751 {
            let seconds = 315_532_800 + day * DAY + 12 * 3600;
            let (date, time) = dos_time(seconds);
            assert_eq!(unix_time(date, time), seconds);
        }
    }

    #[test]
    fn checksums_take_a_short_tail_in_reverse() {
        assert_eq!(checksum(&[], 7), 7);
        assert_eq!(checksum(&[1, 2, 3, 4], 0), 0x0403_0201);
        assert_eq!(checksum(&[1, 2, 3, 4, 5, 6], 0), 0x0403_0201 ^ 0x0506);
        let bytes: Vec<u8> = (0..16 + 4 + 2).collect();
        let words = [0x0302_0100, 0x0706_0504, 0x0b0a_0908, 0x0f0e_0d0c, 0x1312_1110, 0x1415];
        assert_eq!(checksum(&bytes, 9), words.into_iter().fold(9, |sum, word| sum ^ word));
    }
}
