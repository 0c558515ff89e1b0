//! Countries with their cities, streets, postal codes and telephone numbers, each in its own customary form.

use crate::demo::random::Random;

/// One country of the retail group.
pub(in crate::demo) struct Country {
    /// ISO code.
    pub(in crate::demo) code: &'static str,
    /// Currency.
    pub(in crate::demo) currency: &'static str,
    /// City, region or state, beginning of the postal code, latitude and longitude.
    pub(in crate::demo) cities: &'static [City],
    /// Street names in the form of the country; `#` is the house number.
    streets: &'static [&'static str],
    /// Rest of the postal code: `9` a digit, `A` a letter, others literal.
    postal_rest: &'static str,
    /// Telephone number: `9` a digit, others literal; ranges kept for fiction where the country has them.
    phone: &'static str,
}

/// A city with its region and where it lies.
pub(in crate::demo) struct City {
    /// Name.
    pub(in crate::demo) name: &'static str,
    /// State, province, region.
    pub(in crate::demo) region: &'static str,
    postal_start: &'static str,
    /// Degrees north.
    pub(in crate::demo) latitude: f64,
    /// Degrees east.
    pub(in crate::demo) longitude: f64,
}

const fn city(name: &'static str, region: &'static str, postal_start: &'static str, latitude: f64, longitude: f64) -> City {
    City {
        name,
        region,
        postal_start,
        latitude,
        longitude,
    }
}

/// The countries, with the share of customers and stores that each has.
pub(in crate::demo) const COUNTRIES: &[(&Country, u32)] = &[
    (&UNITED_STATES, 34),
    (&GERMANY, 18),
    (&FRANCE, 13),
    (&UNITED_KINGDOM, 12),
    (&NETHERLANDS, 8),
    (&SWEDEN, 6),
    (&SPAIN, 5),
    (&CANADA, 4),
];

/// Where the suppliers sit, and the only country with states and ZIP codes.
pub(in crate::demo) const UNITED_STATES: Country = Country {
    code: "US",
    currency: "USD",
    cities: &[
        city("New York", "NY", "100", 40.71, -74.01),
        city("Buffalo", "NY", "142", 42.89, -78.88),
        city("Boston", "MA", "021", 42.36, -71.06),
        city("Worcester", "MA", "016", 42.26, -71.80),
        city("Newark", "NJ", "071", 40.74, -74.17),
        city("Hartford", "CT", "061", 41.77, -72.67),
        city("Providence", "RI", "029", 41.82, -71.41),
        city("Philadelphia", "PA", "191", 39.95, -75.17),
        city("Pittsburgh", "PA", "152", 40.44, -79.99),
        city("Baltimore", "MD", "212", 39.29, -76.61),
        city("Richmond", "VA", "232", 37.54, -77.44),
        city("Charlotte", "NC", "282", 35.23, -80.84),
        city("Atlanta", "GA", "303", 33.75, -84.39),
        city("Miami", "FL", "331", 25.76, -80.19),
        city("Cleveland", "OH", "441", 41.50, -81.69),
        city("Detroit", "MI", "482", 42.33, -83.05),
        city("Chicago", "IL", "606", 41.88, -87.63),
        city("Milwaukee", "WI", "532", 43.04, -87.91),
        city("Minneapolis", "MN", "554", 44.98, -93.27),
        city("Kansas City", "MO", "641", 39.10, -94.58),
        city("Dallas", "TX", "752", 32.78, -96.80),
        city("Houston", "TX", "770", 29.76, -95.37),
        city("Denver", "CO", "802", 39.74, -104.99),
        city("Phoenix", "AZ", "850", 33.45, -112.07),
        city("Los Angeles", "CA", "900", 34.05, -118.24),
        city("San Diego", "CA", "921", 32.72, -117.16),
        city("Portland", "OR", "972", 45.52, -122.68),
        city("Seattle", "WA", "981", 47.61, -122.33),
    ],
    streets: &[
        "# Maple Ave",
        "# Oak St",
        "# Cedar Ln",
        "# Washington Blvd",
        "# Lakeview Dr",
        "# Hill Rd",
        "# Second St",
        "# Park Ave",
        "# Mill Rd",
        "# Sunset Blvd",
    ],
    postal_rest: "99",
    phone: "+1 299-555-0199",
};

const GERMANY: Country = Country {
    code: "DE",
    currency: "EUR",
    cities: &[
        city("Berlin", "Berlin", "10", 52.52, 13.40),
        city("Hamburg", "Hamburg", "20", 53.55, 9.99),
        city("München", "Bayern", "80", 48.14, 11.58),
        city("Köln", "Nordrhein-Westfalen", "50", 50.94, 6.96),
        city("Leipzig", "Sachsen", "04", 51.34, 12.37),
        city("Stuttgart", "Baden-Württemberg", "70", 48.78, 9.18),
        city("Nürnberg", "Bayern", "90", 49.45, 11.08),
        city("Bremen", "Bremen", "28", 53.08, 8.80),
    ],
    streets: &[
        "Lindenstraße #",
        "Hauptstraße #",
        "Am Markt #",
        "Bahnhofstraße #",
        "Gartenweg #",
        "Schillerplatz #",
        "Kirchgasse #",
        "Mühlenweg #",
    ],
    postal_rest: "999",
    phone: "+49 30 23125 999",
};

const FRANCE: Country = Country {
    code: "FR",
    currency: "EUR",
    cities: &[
        city("Paris", "Île-de-France", "75", 48.86, 2.35),
        city("Lyon", "Auvergne-Rhône-Alpes", "69", 45.76, 4.84),
        city("Marseille", "Provence", "13", 43.30, 5.37),
        city("Lille", "Hauts-de-France", "59", 50.63, 3.06),
        city("Nantes", "Pays de la Loire", "44", 47.22, -1.55),
        city("Strasbourg", "Grand Est", "67", 48.57, 7.75),
    ],
    streets: &[
        "# rue des Lilas",
        "# avenue de la Gare",
        "# rue du Moulin",
        "# place du Marché",
        "# rue Victor Hugo",
        "# chemin des Vignes",
    ],
    postal_rest: "999",
    phone: "+33 1 99 00 99 99",
};

const UNITED_KINGDOM: Country = Country {
    code: "GB",
    currency: "GBP",
    cities: &[
        city("London", "England", "SW", 51.51, -0.13),
        city("Manchester", "England", "M", 53.48, -2.24),
        city("Leeds", "England", "LS", 53.80, -1.55),
        city("Bristol", "England", "BS", 51.45, -2.59),
        city("Glasgow", "Scotland", "G", 55.86, -4.25),
        city("Cardiff", "Wales", "CF", 51.48, -3.18),
    ],
    streets: &[
        "# High Street",
        "# Station Road",
        "# Church Lane",
        "# Victoria Road",
        "# Green Lane",
        "# Mill Close",
    ],
    postal_rest: "9 9AA",
    phone: "+44 20 7946 0999",
};

const NETHERLANDS: Country = Country {
    code: "NL",
    currency: "EUR",
    cities: &[
        city("Amsterdam", "Noord-Holland", "10", 52.37, 4.90),
        city("Rotterdam", "Zuid-Holland", "30", 51.92, 4.48),
        city("Utrecht", "Utrecht", "35", 52.09, 5.12),
        city("Eindhoven", "Noord-Brabant", "56", 51.44, 5.48),
        city("Groningen", "Groningen", "97", 53.22, 6.57),
    ],
    streets: &["Kerkstraat #", "Dorpsweg #", "Molenlaan #", "Prinsengracht #", "Stationsplein #"],
    postal_rest: "99 AA",
    phone: "+31 20 000 9999",
};

const SWEDEN: Country = Country {
    code: "SE",
    currency: "SEK",
    cities: &[
        city("Stockholm", "Stockholm", "1", 59.33, 18.07),
        city("Göteborg", "Västra Götaland", "4", 57.71, 11.97),
        city("Malmö", "Skåne", "2", 55.60, 13.00),
        city("Uppsala", "Uppsala", "7", 59.86, 17.64),
    ],
    streets: &["Storgatan #", "Drottninggatan #", "Skolvägen #", "Björkvägen #"],
    postal_rest: "99 99",
    phone: "+46 8 465 004 99",
};

const SPAIN: Country = Country {
    code: "ES",
    currency: "EUR",
    cities: &[
        city("Madrid", "Madrid", "28", 40.42, -3.70),
        city("Barcelona", "Cataluña", "08", 41.39, 2.17),
        city("Valencia", "Valencia", "46", 39.47, -0.38),
        city("Sevilla", "Andalucía", "41", 37.39, -5.98),
    ],
    streets: &["Calle Mayor, #", "Avenida del Sol, #", "Calle de la Luna, #", "Plaza Nueva, #"],
    postal_rest: "999",
    phone: "+34 600 000 999",
};

const CANADA: Country = Country {
    code: "CA",
    currency: "CAD",
    cities: &[
        city("Toronto", "ON", "M", 43.65, -79.38),
        city("Montréal", "QC", "H", 45.50, -73.57),
        city("Vancouver", "BC", "V", 49.28, -123.12),
        city("Calgary", "AB", "T", 51.05, -114.07),
    ],
    streets: &["# King St", "# Rideau Ave", "# Birch Cres", "# Harbour Rd"],
    postal_rest: "9A 9A9",
    phone: "+1 499-555-0199",
};

impl Country {
    /// A postal code of the city in the country's form.
    pub(in crate::demo) fn postal_code(&self, city: &City, random: &mut Random) -> String {
        format!("{}{}", city.postal_start, fill(self.postal_rest, random))
    }

    /// A street with a house number.
    pub(in crate::demo) fn street(&self, random: &mut Random) -> String {
        let number = random.log_normal(38.0, 1.1).min(9_800.0) as u64 + 1;
        random.pick(self.streets).replace('#', &number.to_string())
    }

    /// A telephone number in the country's form.
    pub(in crate::demo) fn phone(&self, random: &mut Random) -> String {
        fill(self.phone, random)
    }
}

/// Replaces `9` by digits and `A` by letters.
fn fill(form: &str, random: &mut Random) -> String {
    form.chars()
        .map(|sign| match sign {
            '9' => char::from(b'0' + random.below(10) as u8),
            'A' => char::from(b'A' + random.below(26) as u8),
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_country_writes_its_postal_codes_in_one_length() {
        let mut random = Random::new(5, "places");
        for (country, _) in COUNTRIES {
            for city in country.cities {
                let code = country.postal_code(city, &mut random);
                assert!((5..=8).contains(&code.len()), "{} {code}", country.code);
            }
        }
        let zip = UNITED_STATES.postal_code(&UNITED_STATES.cities[2], &mut random);
        assert!(zip.starts_with("021") && zip.len() == 5, "{zip}");
    }
}
