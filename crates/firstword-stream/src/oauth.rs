//! OAUTHBEARER: the token that a client shows, from a file that whoever renews tokens writes.
//!
//! The file is read again whenever the client asks, which it does after four fifths of a token's life. A token is
//! never checked here, only read for when it ends: the broker judges it.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rdkafka::client::OAuthToken;
use serde::Deserialize;

/// For how long a token is taken to be good that does not say so itself.
const UNSAID: Duration = Duration::from_secs(300);

/// What a JSON Web Token says of itself, as far as a client cares (RFC 7519, 4.1).
#[derive(Deserialize, Default)]
struct Claims {
    /// When it ends, in seconds since 1970; fractions are allowed.
    exp: Option<f64>,
    /// Whom it stands for.
    sub: Option<String>,
}

/// Reads the token of a file.
///
/// # Errors
/// A file that cannot be read or is empty. The message names the file and nothing that is in it.
pub(crate) fn token(file: &Path) -> Result<OAuthToken, String> {
    let shown = file.display();
    let text = std::fs::read_to_string(file)
        .map_err(|error| format!("cannot read the OAuth token in {shown}: {error}"))?;
    let token = text.trim();
    if token.is_empty() {
        return Err(format!("the OAuth token in {shown} is empty"));
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(of(token, now))
}

/// A token that is shown at a time since 1970.
fn of(token: &str, now: Duration) -> OAuthToken {
    let claims = claims(token).unwrap_or_default();
    let unsaid = (now + UNSAID).as_millis() as i64;
    OAuthToken {
        token: token.to_owned(),
        principal_name: claims.sub.unwrap_or_default().replace('\0', ""),
        lifetime_ms: claims.exp.map_or(unsaid, |seconds| (seconds * 1_000.0) as i64),
    }
}

/// The claims of a JSON Web Token: the second of its parts, which are separated by dots.
fn claims(token: &str) -> Option<Claims> {
    let json = base64url(token.split('.').nth(1)?)?;
    serde_json::from_slice(&json).ok()
}

/// Base 64 with `-` and `_` and without padding (RFC 4648, 5).
fn base64url(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut held, mut bits) = (Vec::new(), 0_u32, 0);
    for letter in text.bytes() {
        let six = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        held = (held << 6 | u32::from(six)) & 0x3fff;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(1_000_000);

    #[test]
    fn base_64_is_read_at_every_length() {
        for (text, bytes) in
            [("", ""), ("Zg", "f"), ("Zm8", "fo"), ("Zm9v", "foo"), ("Zm9vYmFy", "foobar")]
        {
            assert_eq!(base64url(text).unwrap(), bytes.as_bytes());
        }
        assert_eq!(base64url("-_8").unwrap(), [0xfb, 0xff]);
        assert_eq!(base64url("+/8"), None);
    }

    #[test]
    fn a_token_ends_when_it_says_so() {
        // {"alg":"none"} . {"sub":"alice","exp":2000000.5} . nothing
        let jwt = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSIsImV4cCI6MjAwMDAwMC41fQ.";
        let read = of(jwt, NOW);
        assert_eq!(read.lifetime_ms, 2_000_000_500);
        assert_eq!(read.principal_name, "alice");
        assert_eq!(read.token, jwt);
    }

    #[test]
    fn a_token_that_says_nothing_is_good_for_a_while() {
        for opaque in ["opaque", "a.b.c", "e30.e30.", ".."] {
            assert_eq!(of(opaque, NOW).lifetime_ms, 1_000_300_000, "{opaque}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_file_is_said_without_what_is_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("token");
        assert!(token(&file).err().unwrap().starts_with("cannot read the OAuth token in "));
        std::fs::write(&file, " \n").unwrap();
        assert!(token(&file).err().unwrap().ends_with("token is empty"));
        std::fs::write(&file, "first\n").unwrap();
        assert_eq!(token(&file).unwrap().token, "first");
        std::fs::write(&file, "second").unwrap();
        assert_eq!(token(&file).unwrap().token, "second");
    }
}
