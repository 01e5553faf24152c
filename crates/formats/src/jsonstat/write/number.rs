//! Numbers as JSON has them.

use crate::jsonstat::tree::quote;
use crate::message::Variable;

/// How many digits a number has after its point.
pub(super) fn decimals_in(number: &str) -> u32 {
    let fraction = number.split_once('.').map_or("", |(_, fraction)| fraction);
    fraction.bytes().take_while(u8::is_ascii_digit).count() as u32
}

/// Writes a number with its digits, everything else as text.
pub(super) fn write_value(out: &mut String, text: &str, variable: &Variable) {
    if !variable.component.data_type.is_numeric() {
        quote(out, text);
        return;
    }
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (whole, after) = rest.split_at(digits);
    let (point, exponent) = match after.strip_prefix('.') {
        None => (None, after),
        Some(after) => {
            let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let (fraction, exponent) = after.split_at(digits);
            (Some(fraction), exponent)
        }
    };
    let is_exponent = exponent.is_empty()
        || exponent.strip_prefix(['e', 'E']).is_some_and(|power| {
            let power = power.strip_prefix(['+', '-']).unwrap_or(power);
            !power.is_empty() && power.bytes().all(|byte| byte.is_ascii_digit())
        });
    if !is_exponent || (whole.is_empty() && point.is_none_or(str::is_empty)) {
        quote(out, text);
        return;
    }
    // JSON has no zeros in front, and a digit on both sides of the point.
    let whole = whole.trim_start_matches('0');
    out.push_str(sign);
    out.push_str(if whole.is_empty() { "0" } else { whole });
    if let Some(fraction) = point.filter(|fraction| !fraction.is_empty()) {
        out.push('.');
        out.push_str(fraction);
    }
    out.push_str(exponent);
}
