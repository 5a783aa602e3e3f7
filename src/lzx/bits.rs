//! The bit stream: 16-bit little-endian words, the highest bit first.

/// Collects bits.
#[derive(Debug, Default)]
pub(crate) struct BitWriter {
    bytes: Vec<u8>,
    pending: u64,
    count: u32,
}

impl BitWriter {
    /// Appends the lowest `count` bits of `bits`, at most 32; the others are zero.
    #[inline(always)]
    pub(crate) fn write(&mut self, bits: u32, count: u32) {
        debug_assert!(count <= 32 && u64::from(bits) >> count == 0);
        self.pending = (self.pending << count) | u64::from(bits);
        self.count += count;
        while self.count >= 16 {
            self.count -= 16;
            let word = (self.pending >> self.count) & 0xffff;
            self.bytes.extend_from_slice(&word.to_le_bytes()[..2]);
        }
    }

    /// Pads with zero bits to the end of a word; writes nothing where one ends.
    pub(crate) fn align(&mut self) {
        if self.count > 0 {
            self.write(0, 16 - self.count);
        }
    }

    /// Pads with 1 to 16 zero bits, as an uncompressed block does.
    pub(crate) fn align_always(&mut self) {
        self.write(0, 16 - self.count);
    }

    /// Appends whole bytes where a word has ended.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        debug_assert_eq!(self.count, 0);
        self.bytes.extend_from_slice(bytes);
    }

    /// Ends a frame: pads to the end of a word, hands over what was written, and begins anew.
    pub(crate) fn frame(&mut self) -> Vec<u8> {
        self.align();
        std::mem::take(&mut self.bytes)
    }
}
