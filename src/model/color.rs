//! Colors, in the formats of different calendar apps.

use super::TextError;

/// A color, given as a CSS name for RFC 7986 section 5.9 and as red, green and blue for Apple.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Color {
    rgb: u32,
}

impl Color {
    /// Parses a CSS name or `#rrggbb`.
    ///
    /// # Errors
    /// [`TextError::Form`] if it is neither.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let lower = text.to_ascii_lowercase();
        if let Some((_, rgb)) = NAMES.iter().find(|(name, _)| *name == lower) {
            return Ok(Self { rgb: *rgb });
        }
        lower
            .strip_prefix('#')
            .filter(|digits| digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()))
            .and_then(|digits| u32::from_str_radix(digits, 16).ok())
            .map(|rgb| Self { rgb })
            .ok_or(TextError::Form("a CSS color name such as `teal`, or `#rrggbb`"))
    }

    /// Formats the color as `#RRGGBB`.
    pub fn hex(self) -> String {
        format!("#{:06X}", self.rgb)
    }

    /// Returns the color, darkened until text in the color is readable on white, and white text on the color. The
    /// contrast is at least 4.5 to 1 (WCAG 2.2, 1.4.3), with a margin for gray backgrounds.
    #[must_use]
    pub fn readable_on_light(self) -> Self {
        self.towards(0x00_00_00, |color| color.contrast(Self { rgb: 0xF5_F7_F9 }) >= 4.6)
    }

    /// Returns the color, lightened until it is readable on the dark backgrounds of pages.
    #[must_use]
    pub fn readable_on_dark(self) -> Self {
        self.towards(0xFF_FF_FF, |color| color.contrast(Self { rgb: 0x1D_23_2A }) >= 4.6)
    }

    /// Returns the contrast of two colors, from 1 to 21 (WCAG 2.2, definition of contrast ratio).
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    fn luminance(self) -> f64 {
        let channel = |shift: u32| {
            let part = f64::from((self.rgb >> shift) & 0xff) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(16) + 0.7152 * channel(8) + 0.0722 * channel(0)
    }

    /// Mixes the color with another one in twenty-one steps, and returns the first mixture that satisfies `good`.
    fn towards(self, other: u32, good: impl Fn(Self) -> bool) -> Self {
        let mixed = |step: u32| {
            let part = |shift: u32| {
                let (own, end) = ((self.rgb >> shift) & 0xff, (other >> shift) & 0xff);
                ((own * (20 - step) + end * step) / 20) << shift
            };
            Self { rgb: part(16) | part(8) | part(0) }
        };
        (0..=20).map(mixed).find(|color| good(*color)).unwrap_or(Self { rgb: other })
    }

    /// Returns the CSS3 name of the color, or of the nearest named color.
    pub fn name(self) -> &'static str {
        let distance = |other: u32| -> u32 {
            [16, 8, 0]
                .into_iter()
                .map(|shift| ((self.rgb >> shift) & 0xff).abs_diff((other >> shift) & 0xff).pow(2))
                .sum()
        };
        let nearest = NAMES.iter().min_by_key(|(_, rgb)| distance(*rgb));
        nearest.map(|(name, _)| *name).expect("there are colours with names")
    }
}

impl Default for Color {
    /// Returns a blue that is readable on white.
    fn default() -> Self {
        Self { rgb: 0x1F_5F_A8 }
    }
}

/// The color names of CSS Color Module Level 3, section 4.3.
const NAMES: [(&str, u32); 147] = [
    ("aliceblue", 0xf0f8ff),
    ("antiquewhite", 0xfaebd7),
    ("aqua", 0x00ffff),
    ("aquamarine", 0x7fffd4),
    ("azure", 0xf0ffff),
    ("beige", 0xf5f5dc),
    ("bisque", 0xffe4c4),
    ("black", 0x000000),
    ("blanchedalmond", 0xffebcd),
    ("blue", 0x0000ff),
    ("blueviolet", 0x8a2be2),
    ("brown", 0xa52a2a),
    ("burlywood", 0xdeb887),
    ("cadetblue", 0x5f9ea0),
    ("chartreuse", 0x7fff00),
    ("chocolate", 0xd2691e),
    ("coral", 0xff7f50),
    ("cornflowerblue", 0x6495ed),
    ("cornsilk", 0xfff8dc),
    ("crimson", 0xdc143c),
    ("cyan", 0x00ffff),
    ("darkblue", 0x00008b),
    ("darkcyan", 0x008b8b),
    ("darkgoldenrod", 0xb8860b),
    ("darkgray", 0xa9a9a9),
    ("darkgreen", 0x006400),
    ("darkgrey", 0xa9a9a9),
    ("darkkhaki", 0xbdb76b),
    ("darkmagenta", 0x8b008b),
    ("darkolivegreen", 0x556b2f),
    ("darkorange", 0xff8c00),
    ("darkorchid", 0x9932cc),
    ("darkred", 0x8b0000),
    ("darksalmon", 0xe9967a),
    ("darkseagreen", 0x8fbc8f),
    ("darkslateblue", 0x483d8b),
    ("darkslategray", 0x2f4f4f),
    ("darkslategrey", 0x2f4f4f),
    ("darkturquoise", 0x00ced1),
    ("darkviolet", 0x9400d3),
    ("deeppink", 0xff1493),
    ("deepskyblue", 0x00bfff),
    ("dimgray", 0x696969),
    ("dimgrey", 0x696969),
    ("dodgerblue", 0x1e90ff),
    ("firebrick", 0xb22222),
    ("floralwhite", 0xfffaf0),
    ("forestgreen", 0x228b22),
    ("fuchsia", 0xff00ff),
    ("gainsboro", 0xdcdcdc),
    ("ghostwhite", 0xf8f8ff),
    ("gold", 0xffd700),
    ("goldenrod", 0xdaa520),
    ("gray", 0x808080),
    ("green", 0x008000),
    ("greenyellow", 0xadff2f),
    ("grey", 0x808080),
    ("honeydew", 0xf0fff0),
    ("hotpink", 0xff69b4),
    ("indianred", 0xcd5c5c),
    ("indigo", 0x4b0082),
    ("ivory", 0xfffff0),
    ("khaki", 0xf0e68c),
    ("lavender", 0xe6e6fa),
    ("lavenderblush", 0xfff0f5),
    ("lawngreen", 0x7cfc00),
    ("lemonchiffon", 0xfffacd),
    ("lightblue", 0xadd8e6),
    ("lightcoral", 0xf08080),
    ("lightcyan", 0xe0ffff),
    ("lightgoldenrodyellow", 0xfafad2),
    ("lightgray", 0xd3d3d3),
    ("lightgreen", 0x90ee90),
    ("lightgrey", 0xd3d3d3),
    ("lightpink", 0xffb6c1),
    ("lightsalmon", 0xffa07a),
    ("lightseagreen", 0x20b2aa),
    ("lightskyblue", 0x87cefa),
    ("lightslategray", 0x778899),
    ("lightslategrey", 0x778899),
    ("lightsteelblue", 0xb0c4de),
    ("lightyellow", 0xffffe0),
    ("lime", 0x00ff00),
    ("limegreen", 0x32cd32),
    ("linen", 0xfaf0e6),
    ("magenta", 0xff00ff),
    ("maroon", 0x800000),
    ("mediumaquamarine", 0x66cdaa),
    ("mediumblue", 0x0000cd),
    ("mediumorchid", 0xba55d3),
    ("mediumpurple", 0x9370db),
    ("mediumseagreen", 0x3cb371),
    ("mediumslateblue", 0x7b68ee),
    ("mediumspringgreen", 0x00fa9a),
    ("mediumturquoise", 0x48d1cc),
    ("mediumvioletred", 0xc71585),
    ("midnightblue", 0x191970),
    ("mintcream", 0xf5fffa),
    ("mistyrose", 0xffe4e1),
    ("moccasin", 0xffe4b5),
    ("navajowhite", 0xffdead),
    ("navy", 0x000080),
    ("oldlace", 0xfdf5e6),
    ("olive", 0x808000),
    ("olivedrab", 0x6b8e23),
    ("orange", 0xffa500),
    ("orangered", 0xff4500),
    ("orchid", 0xda70d6),
    ("palegoldenrod", 0xeee8aa),
    ("palegreen", 0x98fb98),
    ("paleturquoise", 0xafeeee),
    ("palevioletred", 0xdb7093),
    ("papayawhip", 0xffefd5),
    ("peachpuff", 0xffdab9),
    ("peru", 0xcd853f),
    ("pink", 0xffc0cb),
    ("plum", 0xdda0dd),
    ("powderblue", 0xb0e0e6),
    ("purple", 0x800080),
    ("red", 0xff0000),
    ("rosybrown", 0xbc8f8f),
    ("royalblue", 0x4169e1),
    ("saddlebrown", 0x8b4513),
    ("salmon", 0xfa8072),
    ("sandybrown", 0xf4a460),
    ("seagreen", 0x2e8b57),
    ("seashell", 0xfff5ee),
    ("sienna", 0xa0522d),
    ("silver", 0xc0c0c0),
    ("skyblue", 0x87ceeb),
    ("slateblue", 0x6a5acd),
    ("slategray", 0x708090),
    ("slategrey", 0x708090),
    ("snow", 0xfffafa),
    ("springgreen", 0x00ff7f),
    ("steelblue", 0x4682b4),
    ("tan", 0xd2b48c),
    ("teal", 0x008080),
    ("thistle", 0xd8bfd8),
    ("tomato", 0xff6347),
    ("turquoise", 0x40e0d0),
    ("violet", 0xee82ee),
    ("wheat", 0xf5deb3),
    ("white", 0xffffff),
    ("whitesmoke", 0xf5f5f5),
    ("yellow", 0xffff00),
    ("yellowgreen", 0x9acd32),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_accent_can_be_read_on_light_and_on_dark() {
        for (name, rgb) in NAMES {
            let color = Color { rgb };
            let (light, dark) = (color.readable_on_light(), color.readable_on_dark());
            assert!(light.contrast(Color { rgb: 0xFF_FF_FF }) >= 4.5, "{name}");
            assert!(dark.contrast(Color { rgb: 0x14_18_1D }) >= 4.5, "{name}");
            assert!(dark.contrast(Color { rgb: 0x10_14_18 }) >= 4.5, "{name}");
        }
        let black = Color { rgb: 0 };
        assert!((black.contrast(Color { rgb: 0xFF_FF_FF }) - 21.0).abs() < 1e-9);
    }

    #[test]
    fn names_and_hex_are_parsed_and_printed() {
        let teal = Color::parse("Teal").unwrap();
        assert_eq!((teal.hex().as_str(), teal.name()), ("#008080", "teal"));
        assert_eq!(Color::parse("#018082").unwrap().name(), "teal");
        for bad in ["", "tealish", "#12345", "#12345g", "008080", "#+12345"] {
            assert!(Color::parse(bad).is_err(), "{bad}");
        }
    }
}
