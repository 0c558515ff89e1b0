//! What postal codes and regions look like, by country. To teach a country, add its entry; the United States are one of several.

/// A country as the rules need it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Country {
    /// ISO 3166-1 alpha-2.
    pub code: &'static str,
    /// Name in English.
    pub name: &'static str,
    /// The form of its postal codes, for people.
    pub postal_form: &'static str,
    /// Shapes of its postal codes, with spaces between.
    postal_shapes: &'static str,
    /// A code stored as a number below this has lost a zero in front; absent where none begins with one.
    pub lost_zero_below: Option<f64>,
    /// Codes of its regions, with spaces between; empty where they are not usual.
    pub regions: &'static str,
    /// What these are, for people.
    pub regions_name: &'static str,
}

impl Country {
    /// Every country that is known, in the order in which they are asked.
    pub fn all() -> &'static [Self] {
        COUNTRIES
    }

    /// The country of a code.
    pub fn of_code(code: &str) -> Option<Self> {
        COUNTRIES
            .iter()
            .find(|country| country.code.eq_ignore_ascii_case(code.trim()))
            .copied()
    }

    /// Whether a postal code can have this shape.
    pub fn has_postal_shape(&self, shape: &str) -> bool {
        // `_` stands for a space within a shape.
        self.postal_shapes.split(' ').any(|known| known.replace('_', " ") == shape)
    }

    /// Whether this is the code of a region.
    pub fn has_region(&self, code: &str) -> bool {
        self.regions.split(' ').any(|known| known == code)
    }
}

const fn country(
    (code, name): (&'static str, &'static str),
    (postal_form, postal_shapes, lost_zero_below): (&'static str, &'static str, Option<f64>),
    (regions_name, regions): (&'static str, &'static str),
) -> Country {
    Country {
        code,
        name,
        postal_form,
        postal_shapes,
        lost_zero_below,
        regions,
        regions_name,
    }
}

const FIVE: &str = "5 digits";
const FOUR: &str = "4 digits";

const COUNTRIES: &[Country] = &[
    country(
        ("US", "the United States"),
        ("5 or 9 digits", "99999 99999-9999 999999999", Some(10_000.0)),
        (
            "states of the United States",
            "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA \
             WA WV WI WY DC PR GU VI AS MP",
        ),
    ),
    country(
        ("DE", "Germany"),
        (FIVE, "99999", Some(10_000.0)),
        ("states of Germany", "BB BE BW BY HB HE HH MV NI NW RP SH SL SN ST TH"),
    ),
    country(("FR", "France"), (FIVE, "99999", Some(10_000.0)), ("regions of France", "")),
    country(
        ("GB", "the United Kingdom"),
        (
            "a British postcode",
            "A9_9AA A99_9AA AA9_9AA AA99_9AA A9A_9AA AA9A_9AA A99AA A999AA AA99AA AA999AA A9A9AA AA9A9AA",
            None,
        ),
        ("nations of the United Kingdom", "ENG SCT WLS NIR"),
    ),
    country(
        ("CA", "Canada"),
        ("A9A 9A9", "A9A_9A9 A9A9A9 A9A-9A9", None),
        ("provinces of Canada", "AB BC MB NB NL NS NT NU ON PE QC SK YT"),
    ),
    country(("ES", "Spain"), (FIVE, "99999", Some(10_000.0)), ("regions of Spain", "")),
    country(("IT", "Italy"), (FIVE, "99999", Some(10_000.0)), ("regions of Italy", "")),
    country(
        ("NL", "the Netherlands"),
        ("9999 AA", "9999_AA 9999AA", None),
        ("provinces of the Netherlands", "DR FL FR GE GR LI NB NH OV UT ZE ZH"),
    ),
    country(
        ("AU", "Australia"),
        (FOUR, "9999", Some(1_000.0)),
        ("states of Australia", "NSW VIC QLD WA SA TAS ACT NT"),
    ),
    country(
        ("CH", "Switzerland"),
        (FOUR, "9999", None),
        (
            "cantons of Switzerland",
            "AG AI AR BE BL BS FR GE GL GR JU LU NE NW OW SG SH SO SZ TG TI UR VD VS ZG ZH",
        ),
    ),
    country(("AT", "Austria"), (FOUR, "9999", None), ("states of Austria", "")),
    country(("BE", "Belgium"), (FOUR, "9999", None), ("regions of Belgium", "")),
    country(("PL", "Poland"), ("99-999", "99-999", None), ("regions of Poland", "")),
    country(("SE", "Sweden"), ("999 99", "999_99 99999", None), ("counties of Sweden", "")),
    country(
        ("BR", "Brazil"),
        ("99999-999", "99999-999 99999999", None),
        (
            "states of Brazil",
            "AC AL AM AP BA CE DF ES GO MA MG MS MT PA PB PE PI PR RJ RN RO RR RS SC SE SP TO",
        ),
    ),
    country(("PT", "Portugal"), ("9999-999", "9999-999", None), ("regions of Portugal", "")),
    country(
        ("JP", "Japan"),
        ("999-9999", "999-9999 9999999", None),
        ("prefectures of Japan", ""),
    ),
    country(("IN", "India"), ("6 digits", "999999 999_999", None), ("states of India", "")),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn postal_codes_have_the_shapes_of_their_country() {
        let shape_of = |code: &str, shape: &str| Country::of_code(code).unwrap().has_postal_shape(shape);
        assert!(shape_of("us", "99999-9999") && !shape_of("US", "9999"));
        assert!(shape_of("GB", "AA9A 9AA") && shape_of("CA", "A9A 9A9") && !shape_of("DE", "9999"));
        assert!(Country::of_code("CA").unwrap().has_region("ON") && !Country::of_code("CA").unwrap().has_region("O"));
        assert!(Country::of_code("XX").is_none());
    }

    #[test]
    fn every_code_is_told_once() {
        let mut codes: Vec<&str> = Country::all().iter().map(|country| country.code).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), Country::all().len());
    }
}
