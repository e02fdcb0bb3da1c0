//! Numbers as text inside JSON, small and open: any language with zlib reads them in a few lines.
//!
//! A block is base64 (RFC 4648, padded) of zlib (RFC 1950) of whole numbers, each in zigzag
//! (0, -1, 1, -2 become 0, 1, 2, 3) and LEB128 (seven bits a byte, low first, high bit: more follow).
//! Numbers with a fraction are whole multiples of a unit that stands before the block: `2^-12:` or
//! `10^-3:`; `bits:` holds the 64 bits of each double as a whole number, where no unit is exact.
//!
//! Never trusts a length: reading stops at the number of values the caller expects, so a small text
//! cannot ask for much memory.

use super::{ensure, refuse};
use crate::error::Result;

/// Most bytes of one whole number in LEB128.
const LEB_MAX: usize = 10;

/// Effort of zlib, 0 to 10: the last step costs twice the time for one part in a hundred.
const EFFORT: u8 = 9;

/// Whole numbers up to here are exact as doubles.
const EXACT_MAX: f64 = 9_007_199_254_740_992.0;

/// What one step of a whole number is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// 2 to this power, -60 to 60.
    Two(i32),
    /// 10 to this power, -15 to 0.
    Ten(i32),
    /// The bits of the double are the number.
    Bits,
}

impl Unit {
    /// The coarsest unit of which all values are whole multiples, told by doing it. A zero may lose
    /// its sign, nothing else changes.
    pub(super) fn of<'a>(values: &(impl Iterator<Item = &'a f64> + Clone)) -> Self {
        let exact = |unit: Self| {
            values.clone().all(|it| {
                let whole = libm::round(unit.steps(*it));
                whole.abs() <= EXACT_MAX && unit.value(whole as i64) == *it
            })
        };
        // Ten to the -k is finer than two to the -k, so the coarser of the two come first.
        let mut units: Vec<Self> = (0..=60).map(|it| Self::Two(-it)).collect();
        units.extend((1..=15).map(|it| Self::Ten(-it)));
        units.sort_by(|a, b| b.value(1).total_cmp(&a.value(1)));
        units.into_iter().find(|it| exact(*it)).unwrap_or(Self::Bits)
    }

    /// The whole number that stands for a value.
    pub(super) fn whole(self, value: f64) -> i64 {
        match self {
            Self::Bits => value.to_bits() as i64,
            _ => libm::round(self.steps(value)) as i64,
        }
    }

    /// The value a whole number stands for.
    pub(super) fn value(self, whole: i64) -> f64 {
        match self {
            Self::Two(power) => libm::ldexp(whole as f64, power),
            Self::Ten(power) => whole as f64 / libm::exp10(f64::from(-power)),
            Self::Bits => f64::from_bits(whole as u64),
        }
    }

    fn steps(self, value: f64) -> f64 {
        match self {
            Self::Two(power) => libm::ldexp(value, -power),
            Self::Ten(power) => value * libm::exp10(f64::from(-power)),
            Self::Bits => f64::NAN,
        }
    }

    fn read(text: &str) -> Option<Self> {
        let power = |it: &str| it.parse::<i32>().ok();
        match text.split_once('^') {
            None => (text == "bits").then_some(Self::Bits),
            Some(("2", it)) => power(it).filter(|it| (-60..=0).contains(it)).map(Self::Two),
            Some(("10", it)) => power(it).filter(|it| (-15..0).contains(it)).map(Self::Ten),
            Some(_) => None,
        }
    }
}

impl std::fmt::Display for Unit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Two(power) => write!(f, "2^{power}"),
            Self::Ten(power) => write!(f, "10^{power}"),
            Self::Bits => write!(f, "bits"),
        }
    }
}

/// A block of whole numbers.
pub(super) fn pack(values: &[i64]) -> String {
    let mut bytes = Vec::with_capacity(values.len() * 2);
    for value in values {
        let mut rest = ((value << 1) ^ (value >> 63)) as u64;
        while rest >= 0x80 {
            bytes.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        bytes.push(rest as u8);
    }
    base64(&miniz_oxide::deflate::compress_to_vec_zlib(&bytes, EFFORT))
}

/// The whole numbers of a block: `count` of them, or at most `count` if `exactly` is false.
pub(super) fn unpack(text: &str, count: usize, exactly: bool, what: &str) -> Result<Vec<i64>> {
    let Some(packed) = bytes_of(text) else { return refuse(format!("{what} is not base64")) };
    let most = count.saturating_mul(LEB_MAX);
    let bytes = match miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(&packed, most) {
        Ok(bytes) => bytes,
        Err(it) => return refuse(format!("{what} is no zlib block of at most {most} bytes: {it}")),
    };
    let mut values = Vec::with_capacity(count.min(bytes.len()));
    let (mut rest, mut shift) = (0_u64, 0);
    for byte in bytes {
        ensure(shift < 63 || (shift == 63 && byte <= 1), || {
            format!("{what} holds a number beyond 64 bits at place {}", values.len())
        })?;
        rest |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte < 0x80 {
            ensure(values.len() < count, || format!("{what} holds more than {count} numbers"))?;
            values.push((rest >> 1) as i64 ^ -((rest & 1) as i64));
            (rest, shift) = (0, 0);
        }
    }
    let whole = shift == 0 && (values.len() == count || !exactly);
    ensure(whole, || format!("{what} ends after {} of {count} numbers", values.len()))?;
    Ok(values)
}

/// A block with its unit. `change` may replace the whole numbers by what is smaller to keep.
pub(super) fn pack_with(values: &[f64], change: impl FnOnce(&mut [i64], Unit)) -> String {
    let unit = Unit::of(&values.iter());
    let mut whole: Vec<i64> = values.iter().map(|it| unit.whole(*it)).collect();
    change(&mut whole, unit);
    format!("{unit}:{}", pack(&whole))
}

/// The unit of a block, and the block.
pub(super) fn unit_of<'a>(text: &'a str, what: &str) -> Result<(Unit, &'a str)> {
    let parts = text.split_once(':').and_then(|(unit, it)| Some((Unit::read(unit)?, it)));
    match parts {
        Some(parts) => Ok(parts),
        None => refuse(format!("{what} has no unit like 2^-12, 10^-3 or bits before a colon")),
    }
}

/// Each number less the one before; in a table of rows `width` long, less what the neighbours left
/// and above make likely (left + above - the one between). A step function leaves zeros.
pub(super) fn differ(table: &mut [i64], width: usize) {
    for at in (0..table.len()).rev() {
        let (left, above) = (!at.is_multiple_of(width), at >= width);
        let of = |holds: bool, back: usize| if holds { table[at - back] } else { 0 };
        let likely =
            of(left, 1).wrapping_add(of(above, width)).wrapping_sub(of(left && above, width + 1));
        table[at] = table[at].wrapping_sub(likely);
    }
}

/// Undoes [`differ`].
pub(super) fn gather(table: &mut [i64], width: usize) {
    for at in 0..table.len() {
        let (left, above) = (!at.is_multiple_of(width), at >= width);
        let of = |holds: bool, back: usize| if holds { table[at - back] } else { 0 };
        let likely =
            of(left, 1).wrapping_add(of(above, width)).wrapping_sub(of(left && above, width + 1));
        table[at] = table[at].wrapping_add(likely);
    }
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let at = |i: usize| u32::from(three.get(i).copied().unwrap_or(0));
        let joined = at(0) << 16 | at(1) << 8 | at(2);
        for i in 0..4 {
            let sextet = (joined >> (18 - 6 * i) & 63) as usize;
            text.push(if i <= three.len() { char::from(ALPHABET[sextet]) } else { '=' });
        }
    }
    text
}

fn bytes_of(text: &str) -> Option<Vec<u8>> {
    let text = text.as_bytes();
    if !text.len().is_multiple_of(4) {
        return None;
    }
    let padding = text.iter().rev().take_while(|it| **it == b'=').count();
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    for four in text[..text.len() - padding.min(2)].chunks(4) {
        let mut joined = 0_u32;
        for i in 0..4 {
            let sextet = four.get(i).map_or(Some(0), |it| sextet(*it))?;
            joined = joined << 6 | sextet;
        }
        bytes.extend_from_slice(&joined.to_be_bytes()[1..four.len()]);
    }
    Some(bytes)
}

fn sextet(byte: u8) -> Option<u32> {
    Some(u32::from(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_the_one_of_the_rfc() {
        let pairs =
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")];
        for (plain, coded) in pairs {
            assert_eq!(base64(plain.as_bytes()), coded);
            assert_eq!(bytes_of(coded).unwrap(), plain.as_bytes());
        }
        for bad in ["Zg", "Z===", "Zm9v\n", "Z*==", "===="] {
            assert_eq!(bytes_of(bad), None, "{bad}");
        }
        let every: Vec<u8> = (0..=255).collect();
        assert_eq!(bytes_of(&base64(&every)).unwrap(), every);
    }

    #[test]
    fn whole_numbers_come_back() {
        let values = [0, -1, 1, 63, 64, -65, i64::MAX, i64::MIN, 1 << 40];
        let block = pack(&values);
        assert_eq!(unpack(&block, values.len(), true, "it").unwrap(), values);
        assert_eq!(unpack(&block, 20, false, "it").unwrap(), values);
        for count in [0, 8, 10] {
            assert!(unpack(&block, count, true, "it").is_err());
        }
        assert!(unpack("AAAA", 3, true, "it").is_err());
    }

    #[test]
    fn the_coarsest_exact_unit_is_found() {
        let of = |values: &[f64]| Unit::of(&values.iter());
        assert_eq!(of(&[3.0, -7.0, -0.0]), Unit::Two(0));
        assert_eq!(of(&[0.75]), Unit::Two(-2));
        assert_eq!(of(&[0.1, 12.3]), Unit::Ten(-1));
        assert_eq!(of(&[0.1, 0.5, 1234.567]), Unit::Ten(-3));
        assert_eq!(of(&[1.0 / 3.0, 1e300]), Unit::Bits);
        assert_eq!(of(&[f64::NAN]), Unit::Bits);
        for values in [vec![0.1, 2.25], vec![1.0 / 3.0, 1e300, f64::INFINITY], vec![-0.625]] {
            let text = pack_with(&values, |_, _| ());
            let (unit, block) = unit_of(&text, "it").unwrap();
            let whole = unpack(block, values.len(), true, "it").unwrap();
            assert_eq!(whole.iter().map(|it| unit.value(*it)).collect::<Vec<_>>(), values);
        }
        for bad in ["AAAA", "3^2:AAAA", "2^-99:", "2^1:", "10^0:"] {
            assert!(unit_of(bad, "it").is_err(), "{bad}");
        }
    }

    #[test]
    fn differences_of_a_step_are_few_and_come_back() {
        let mut table: Vec<i64> = (0..35).map(|i| i64::from(i / 7 > 2 && i % 7 > 3) * 9).collect();
        let before = table.clone();
        differ(&mut table, 7);
        assert_eq!(table.iter().filter(|it| **it != 0).count(), 1);
        gather(&mut table, 7);
        assert_eq!(table, before);
        let mut line = vec![i64::MAX, i64::MIN, 5];
        differ(&mut line, 3);
        gather(&mut line, 3);
        assert_eq!(line, [i64::MAX, i64::MIN, 5]);
    }
}
