//! Colours: how far two of them stand apart, as WCAG 2 counts it, and what a page makes of one. Knows the grounds of our pages.

use std::fmt;
use std::str::FromStr;

/// What text has to stand apart from its ground.
const LEAST: f64 = 4.5;
/// By night colours that are just legible look like something that was switched off.
const WANTED_BY_NIGHT: f64 = 6.0;
/// Paper, cards, what lies below and what is pointed at, as in `server/ui/style/tokens.css`.
const BY_DAY: [Colour; 4] =
    [Colour(0xfa, 0xf9, 0xf6), Colour(0xff, 0xff, 0xff), Colour(0xf2, 0xf0, 0xeb), Colour(0xef, 0xec, 0xe6)];
const BY_NIGHT: [Colour; 4] =
    [Colour(0x14, 0x16, 0x1b), Colour(0x1c, 0x1f, 0x26), Colour(0x0f, 0x11, 0x15), Colour(0x25, 0x29, 0x32)];
const WHITE: Colour = Colour(0xff, 0xff, 0xff);
const BLACK: Colour = Colour(0, 0, 0);
const CARD_BY_NIGHT: Colour = BY_NIGHT[1];
/// What stands on the accent by night.
const INK_BY_NIGHT: Colour = Colour(0x10, 0x16, 0x2a);
/// Steps towards white in which a colour for the night is looked for.
const STEPS: u8 = 20;

/// Red, green and blue.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Colour(u8, u8, u8);

/// A colour by day and by night.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pair {
    pub day: Colour,
    pub night: Colour,
}

/// What becomes of one colour on a page: it, under the pointer, as a ground for itself, and what is written on it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Palette {
    pub accent: Pair,
    pub hover: Pair,
    pub soft: Pair,
    pub on: Pair,
}

/// Why a colour cannot be used.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum ColourError {
    #[error("\"{0}\" is no colour: write it as in #2148b5")]
    Unknown(String),
    #[error("{0} has a contrast of {1:.1}:1 on the pages by day, and text needs 4.5:1: take a darker colour")]
    TooLight(Colour, f64),
}

impl Palette {
    /// The colour is that of the day, where it has to be legible as it is; the one of the night is as much lighter as it must be.
    pub fn of(colour: Colour) -> Result<Self, ColourError> {
        let soft = colour.towards(WHITE, 0.9);
        let least = colour.least_contrast(&BY_DAY).min(colour.contrast(soft));
        if least < LEAST {
            return Err(ColourError::TooLight(colour, least));
        }
        let by_night = (0..=STEPS).map(|step| colour.towards(WHITE, f64::from(step) / f64::from(STEPS)));
        let night = by_night.into_iter().find(|night| night.is_legible_by_night()).unwrap_or(WHITE);
        Ok(Self {
            accent: Pair { day: colour, night },
            hover: Pair { day: colour.towards(BLACK, 0.2), night: night.towards(WHITE, 0.3) },
            soft: Pair { day: soft, night: night.soft_by_night() },
            on: Pair { day: WHITE, night: INK_BY_NIGHT },
        })
    }
}

impl Colour {
    /// From 1 for the same to 21 for black and white.
    fn contrast(self, other: Self) -> f64 {
        let (one, other) = (self.luminance() + 0.05, other.luminance() + 0.05);
        one.max(other) / one.min(other)
    }

    fn least_contrast(self, grounds: &[Self]) -> f64 {
        grounds.iter().map(|ground| self.contrast(*ground)).fold(f64::INFINITY, f64::min)
    }

    fn is_legible_by_night(self) -> bool {
        let on_itself = self.contrast(INK_BY_NIGHT).min(self.contrast(self.soft_by_night()));
        self.least_contrast(&BY_NIGHT) >= WANTED_BY_NIGHT && on_itself >= LEAST
    }

    fn soft_by_night(self) -> Self {
        CARD_BY_NIGHT.towards(self, 0.14)
    }

    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let share = f64::from(part) / 255.0;
            if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }

    fn towards(self, other: Self, share: f64) -> Self {
        let between = |one: u8, other: u8| (f64::from(one) + (f64::from(other) - f64::from(one)) * share).round() as u8;
        Self(between(self.0, other.0), between(self.1, other.1), between(self.2, other.2))
    }
}

impl FromStr for Colour {
    type Err = ColourError;

    /// As a browser's own fields write it.
    fn from_str(text: &str) -> Result<Self, ColourError> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii());
        let part = |at: usize| u8::from_str_radix(digits?.get(at..at + 2)?, 16).ok();
        match (part(0), part(2), part(4)) {
            (Some(red), Some(green), Some(blue)) if !text.contains('+') => Ok(Self(red, green, blue)),
            _ => Err(ColourError::Unknown(text.chars().take(20).collect())),
        }
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colour(text: &str) -> Colour {
        text.parse().unwrap()
    }

    #[test]
    fn a_colour_is_written_in_one_way() {
        assert_eq!(colour("#21A8b5").to_string(), "#21a8b5");
        for wrong in
            ["", "#", "2148b5", "#2148b", "#2148b55", "#2148bg", "#+1+1+1", "blue", "#ää", "#2148b5 ", "url(x)"]
        {
            assert!(wrong.parse::<Colour>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn contrast_is_that_of_the_standard() {
        let check = |one: &str, other: &str, expected: f64| {
            let told = colour(one).contrast(colour(other));
            assert!((told - expected).abs() < 0.01, "{one} {other}: {told}");
        };
        check("#000000", "#ffffff", 21.0);
        check("#ffffff", "#ffffff", 1.0);
        check("#777777", "#ffffff", 4.48);
        check("#0000ff", "#ffffff", 8.59);
    }

    #[test]
    fn whatever_is_taken_is_legible_by_day_and_by_night() {
        for red in (0..=255).step_by(51) {
            for green in (0..=255).step_by(51) {
                for blue in (0..=255).step_by(51) {
                    let Ok(palette) = Palette::of(Colour(red, green, blue)) else { continue };
                    let Palette { accent, hover, soft, on } = palette;
                    for (text, grounds) in [
                        (accent.day, [&BY_DAY[..], &[soft.day, on.day]].concat()),
                        (accent.night, [&BY_NIGHT[..], &[soft.night, on.night]].concat()),
                        (on.day, vec![hover.day]),
                        (on.night, vec![hover.night]),
                        (hover.day, BY_DAY.to_vec()),
                        (hover.night, BY_NIGHT.to_vec()),
                    ] {
                        assert!(text.least_contrast(&grounds) >= LEAST, "{palette:?}: {text} on {grounds:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_too_light_is_refused_with_how_much() {
        let refused = Palette::of(colour("#ffcc00")).unwrap_err().to_string();
        assert!(refused.starts_with("#ffcc00 has a contrast of 1.") && refused.contains("4.5:1"), "{refused}");
        assert!(Palette::of(colour("#8a8a8a")).is_err());
        assert!(Palette::of(colour("#2148b5")).is_ok() && Palette::of(BLACK).is_ok());
    }
}
