//! The gate before the search for requests: can this text name a document at all?
//!
//! Every phrase of the role `Object` has a word of which every alternative holds one of these fragments (a test
//! goes through them), so a text without any fragment in its plain form asks for nothing. One load, one
//! multiplication and one test a byte; a hit is compared exactly.

/// Four letters each; `_` stands for whatever is no letter. In alphabetical order.
pub(super) static FRAGMENTS: &[[u8; 4]] = &[
    *b"_cb_", *b"_cbu", *b"_cnh", *b"_cni", *b"_cpf", *b"_cvc", *b"_cvv", *b"_dni", *b"_id_",
    *b"_nie", *b"_nif", *b"_nir", *b"_rg_", *b"_rib", *b"_ssn", *b"assn", *b"assk", *b"assp",
    *b"ausw", *b"banc", *b"bank", *b"card", *b"cart", *b"cedu", *b"cida", *b"clab", *b"cryp",
    *b"curp", *b"epas", *b"fisc", *b"iban", *b"iden", *b"insu", *b"kart", *b"kont", *b"lver",
    *b"nver", *b"orre", *b"sapo", *b"secu", *b"sejo", *b"segu", *b"ssep", *b"steu", *b"tarj",
];

const SLOTS: usize = 1 << 12;

/// The slot of four letters, the latest in the lowest byte.
const fn slot(four: u32) -> usize {
    (four.wrapping_mul(0x9e37_79b1) >> 20) as usize
}

/// Letters in small form, everything else one byte.
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
static LETTERS: [u8; 256] = {
    let mut table = [b'_'; 256];
    let mut at = 0;
    while at < 26 {
        table[b'a' as usize + at] = b'a' + at as u8;
        table[b'A' as usize + at] = b'a' + at as u8;
        at += 1;
    }
    table
};

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
static MAY_BE: [bool; SLOTS] = {
    let mut table = [false; SLOTS];
    let mut at = 0;
    while at < FRAGMENTS.len() {
        table[slot(u32::from_be_bytes(FRAGMENTS[at]))] = true;
        at += 1;
    }
    table
};

/// Whether a plain text holds a fragment.
pub(super) fn opens(plain: &[u8]) -> bool {
    let mut four = u32::from_be_bytes(*b"____");
    let mut ends_one = |byte: u8| {
        let letter = LETTERS.get(usize::from(byte)).copied().unwrap_or(b'_');
        four = four << 8 | u32::from(letter);
        MAY_BE.get(slot(four)).copied().unwrap_or(true) && FRAGMENTS.contains(&four.to_be_bytes())
    };
    for byte in plain {
        if ends_one(*byte) {
            return true;
        }
    }
    ends_one(b'_')
}
