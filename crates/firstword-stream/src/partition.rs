//! Who belongs where: the default partitioner of Kafka's Java client, so that any producer can key events itself.

use firstword_rules::Name;

/// murmur2 as the Java client has it, over the bytes of a key.
pub fn murmur2(data: &[u8]) -> u32 {
    const M: u32 = 0x5bd1_e995;
    let mix = |mut word: u32| {
        word = word.wrapping_mul(M);
        (word ^ word >> 24).wrapping_mul(M)
    };
    let mut hash = 0x9747_b28c ^ data.len() as u32;
    let (words, rest) = data.as_chunks::<4>();
    for word in words {
        hash = hash.wrapping_mul(M) ^ mix(u32::from_le_bytes(*word));
    }
    if !rest.is_empty() {
        let tail = rest.iter().rev().fold(0, |tail, byte| tail << 8 | u32::from(*byte));
        hash = (hash ^ tail).wrapping_mul(M);
    }
    hash = (hash ^ hash >> 13).wrapping_mul(M);
    hash ^ hash >> 15
}

/// The partition, of so many, that a person belongs to: that of the key `person:<name>`.
pub fn partition_of(person: &Name<'_>, partitions: i32) -> i32 {
    of_key(person.to_string().as_bytes(), partitions)
}

pub(crate) fn of_key(key: &[u8], partitions: i32) -> i32 {
    (murmur2(key) & 0x7FFF_FFFF) as i32 % partitions.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values that Kafka's own tests hold its partitioner to.
    #[test]
    fn murmur2_is_that_of_the_java_client() {
        for (key, hash) in [
            ("21", -973_932_308),
            ("foobar", -790_332_482),
            ("a-little-bit-long-string", -985_981_536),
            ("a-little-bit-longer-string", -1_486_304_829),
            ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
            ("abc", 479_470_107),
        ] {
            assert_eq!(murmur2(key.as_bytes()) as i32, hash, "{key}");
        }
    }
}
