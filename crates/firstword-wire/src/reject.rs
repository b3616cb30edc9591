//! Dead letters: what was no event, why, and where it stood.

use crate::{Reject, json};

/// Appends a dead letter as one JSON line: `reason`, `field` where one field shows it, `line` (from 1), `file` where
/// there is a name, and the line as it came: as `value`, or, where it is not UTF-8, as `value_hex`.
pub fn write_reject(
    out: &mut Vec<u8>,
    reject: Reject,
    file: Option<&str>,
    line: u64,
    value: &[u8],
) {
    out.extend(b"{\"reason\":");
    json::string(out, reject.reason.as_str());
    if let Some(field) = reject.field {
        out.extend(b",\"field\":");
        json::string(out, field.as_str());
    }
    if let Some(file) = file {
        out.extend(b",\"file\":");
        json::string(out, file);
    }
    out.extend(b",\"line\":");
    json::number(out, line);
    match std::str::from_utf8(value) {
        Ok(text) => {
            out.extend(b",\"value\":");
            json::string(out, text);
        }
        Err(_) => {
            out.extend(b",\"value_hex\":\"");
            let hex = |nibble: u8| b"0123456789abcdef".get(usize::from(nibble)).copied();
            out.extend(value.iter().flat_map(|byte| [hex(byte >> 4), hex(byte & 15)]).flatten());
            out.push(b'"');
        }
    }
    out.extend(b"}\n");
}
