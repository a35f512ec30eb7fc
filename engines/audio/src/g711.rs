//! G.711: A-law and µ-law to 16-bit samples and back (ITU-T G.711).

/// A-law for silence.
pub const ALAW_SILENCE: u8 = 0xd5;
/// µ-law for silence.
pub const ULAW_SILENCE: u8 = 0xff;

const fn alaw_expand(code: u8) -> i16 {
    let code = code ^ 0x55;
    let segment = (code & 0x70) >> 4;
    let mut value = ((code & 0x0f) as i16) << 4;
    value += if segment == 0 { 8 } else { 0x108 };
    if segment > 1 {
        value <<= segment - 1;
    }
    if code & 0x80 != 0 { value } else { -value }
}

const fn ulaw_expand(code: u8) -> i16 {
    let code = !code;
    let value = ((((code & 0x0f) as i32) << 3) + 0x84) << ((code & 0x70) >> 4);
    let value = value - 0x84;
    if code & 0x80 != 0 { -value as i16 } else { value as i16 }
}

/// A 16-bit sample as A-law.
#[inline]
pub const fn to_alaw(sample: i16) -> u8 {
    let (mask, magnitude) =
        if sample >= 0 { (0xd5, (sample >> 3) as u32) } else { (0x55, (-(sample >> 3) - 1) as u32) };
    let segment = if magnitude < 32 { 0 } else { 27 - magnitude.leading_zeros() };
    let step = if segment < 2 { 1 } else { segment };
    ((segment << 4 | (magnitude >> step) & 0x0f) as u8) ^ mask
}

/// A 16-bit sample as µ-law.
#[inline]
pub const fn to_ulaw(sample: i16) -> u8 {
    let (sign, magnitude) = if sample < 0 { (0x80u8, -(sample as i32)) } else { (0, sample as i32) };
    let magnitude = (if magnitude > 32_635 { 32_635 } else { magnitude }) as u32 + 0x84;
    let segment = 24 - magnitude.leading_zeros();
    !(sign | (segment << 4) as u8 | ((magnitude >> (segment + 3)) & 0x0f) as u8)
}

const fn table(expand_alaw: bool) -> [i16; 256] {
    let mut out = [0; 256];
    let mut code = 0;
    while code < 256 {
        out[code] = if expand_alaw { alaw_expand(code as u8) } else { ulaw_expand(code as u8) };
        code += 1;
    }
    out
}

const fn between(from_alaw: bool) -> [u8; 256] {
    let mut out = [0; 256];
    let mut code = 0;
    while code < 256 {
        out[code] =
            if from_alaw { to_ulaw(alaw_expand(code as u8)) } else { to_alaw(ulaw_expand(code as u8)) };
        code += 1;
    }
    out
}

/// Sample of each A-law code.
pub static ALAW: [i16; 256] = table(true);
/// Sample of each µ-law code.
pub static ULAW: [i16; 256] = table(false);
/// µ-law code of each A-law code.
pub static ALAW_TO_ULAW: [u8; 256] = between(true);
/// A-law code of each µ-law code.
pub static ULAW_TO_ALAW: [u8; 256] = between(false);

/// Decodes as many codes as fit; the number of samples written.
pub fn decode(table: &[i16; 256], codes: &[u8], out: &mut [i16]) -> usize {
    for (sample, code) in out.iter_mut().zip(codes) {
        *sample = table[usize::from(*code)];
    }
    codes.len().min(out.len())
}

/// Replaces each code by its partner in the other law.
pub fn translate(table: &[u8; 256], codes: &[u8], out: &mut [u8]) -> usize {
    for (to, from) in out.iter_mut().zip(codes) {
        *to = table[usize::from(*from)];
    }
    codes.len().min(out.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_comes_back() {
        for code in 0..=255u8 {
            assert_eq!(to_alaw(ALAW[usize::from(code)]), code, "A-law {code:#x}");
            // µ-law has two zeros; the negative one becomes the positive.
            let expected = if code == 0x7f { 0xff } else { code };
            assert_eq!(to_ulaw(ULAW[usize::from(code)]), expected, "µ-law {code:#x}");
        }
    }

    #[test]
    fn known_points() {
        assert_eq!((to_alaw(0), to_ulaw(0)), (ALAW_SILENCE, ULAW_SILENCE));
        assert_eq!((ALAW[0xaa], ALAW[0x2a]), (32_256, -32_256));
        assert_eq!((ULAW[0x80], ULAW[0x00]), (32_124, -32_124));
        assert_eq!((to_alaw(i16::MIN), to_alaw(i16::MAX)), (0x2a, 0xaa));
        assert_eq!((to_ulaw(i16::MIN), to_ulaw(i16::MAX)), (0x00, 0x80));
    }

    #[test]
    fn coding_keeps_the_sound() {
        for sample in (i16::MIN..=i16::MAX).step_by(7) {
            for back in [ALAW[usize::from(to_alaw(sample))], ULAW[usize::from(to_ulaw(sample))]] {
                let error = (i32::from(back) - i32::from(sample)).abs();
                assert!(error <= 16 + i32::from(sample).abs() / 16, "{sample} came back as {back}");
            }
        }
    }
}
