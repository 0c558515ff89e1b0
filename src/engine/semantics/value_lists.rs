//! Closed lists of values that the world agrees on: countries, currencies, months, days of the week.

/// ISO 3166-1 alpha-2.
const COUNTRIES_2: &str = "\
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC \
    CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD \
    GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH \
    KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW \
    MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC \
    SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY \
    UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW EU UK XK";
/// ISO 3166-1 alpha-3.
const COUNTRIES_3: &str = "\
    ABW AFG AGO AIA ALA ALB AND ARE ARG ARM ASM ATA ATF ATG AUS AUT AZE BDI BEL BEN BES BFA BGD BGR BHR BHS BIH BLM BLR \
    BLZ BMU BOL BRA BRB BRN BTN BVT BWA CAF CAN CCK CHE CHL CHN CIV CMR COD COG COK COL COM CPV CRI CUB CUW CXR CYM CYP \
    CZE DEU DJI DMA DNK DOM DZA ECU EGY ERI ESH ESP EST ETH FIN FJI FLK FRA FRO FSM GAB GBR GEO GGY GHA GIB GIN GLP GMB \
    GNB GNQ GRC GRD GRL GTM GUF GUM GUY HKG HMD HND HRV HTI HUN IDN IMN IND IOT IRL IRN IRQ ISL ISR ITA JAM JEY JOR JPN \
    KAZ KEN KGZ KHM KIR KNA KOR KWT LAO LBN LBR LBY LCA LIE LKA LSO LTU LUX LVA MAC MAF MAR MCO MDA MDG MDV MEX MHL MKD \
    MLI MLT MMR MNE MNG MNP MOZ MRT MSR MTQ MUS MWI MYS MYT NAM NCL NER NFK NGA NIC NIU NLD NOR NPL NRU NZL OMN PAK PAN \
    PCN PER PHL PLW PNG POL PRI PRK PRT PRY PSE PYF QAT REU ROU RUS RWA SAU SDN SEN SGP SGS SHN SJM SLB SLE SLV SMR SOM \
    SPM SRB SSD STP SUR SVK SVN SWE SWZ SXM SYC SYR TCA TCD TGO THA TJK TKL TKM TLS TON TTO TUN TUR TUV TWN TZA UGA UKR \
    UMI URY USA UZB VAT VCT VEN VGB VIR VNM VUT WLF WSM YEM ZAF ZMB ZWE";
/// ISO 4217, in use.
const CURRENCIES: &str = "\
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP \
    CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF \
    IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK \
    MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR \
    SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES \
    VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWL";
/// Names of months and their short forms, in several languages; lower case, without accents where they are often dropped.
const MONTHS: &str = "\
    january february march april may june july august september october november december jan feb mar apr jun jul aug sep \
    sept oct nov dec januar februar marz maerz märz mai juni juli oktober dezember okt dez janvier fevrier février mars \
    avril juin juillet aout août septembre octobre novembre decembre décembre enero febrero marzo abril mayo junio julio \
    agosto septiembre octubre noviembre diciembre gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre";
/// Names of the days of the week and their short forms.
const WEEKDAYS: &str = "\
    monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun montag dienstag \
    mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so lundi mardi mercredi jeudi vendredi samedi \
    dimanche lunes martes miercoles miércoles jueves viernes sabado sábado domingo lunedi martedi mercoledi giovedi \
    venerdi domenica";

fn lists(list: &str, value: &str) -> bool {
    !value.is_empty() && !value.contains(' ') && list.split(' ').any(|word| word == value)
}

/// Whether the text is the code of a country, of two or three letters.
pub fn is_country_code(text: &str) -> bool {
    let code = text.trim().to_ascii_uppercase();
    match code.len() {
        2 => lists(COUNTRIES_2, &code),
        3 => lists(COUNTRIES_3, &code),
        _ => false,
    }
}

/// Whether the text is the code of a currency.
pub fn is_currency_code(text: &str) -> bool {
    lists(CURRENCIES, text.trim())
}

/// Whether the text names a month.
pub fn is_month_name(text: &str) -> bool {
    lists(MONTHS, &text.trim().trim_end_matches('.').to_lowercase())
}

/// Whether the text names a day of the week.
pub fn is_weekday_name(text: &str) -> bool {
    lists(WEEKDAYS, &text.trim().trim_end_matches('.').to_lowercase())
}

/// Whether the text has the form of a language tag: `de`, `pt-BR`, `zh_Hant`.
pub fn is_language_tag(text: &str) -> bool {
    let mut parts = text.trim().split(['-', '_']);
    let good = |part: &str, lengths: std::ops::RangeInclusive<usize>| {
        lengths.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphabetic())
    };
    parts.next().is_some_and(|first| good(first, 2..=3)) && parts.all(|part| good(part, 2..=4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_know_their_members_and_nothing_beside() {
        assert!(is_country_code("de") && is_country_code("CHE") && !is_country_code("ZZ") && !is_country_code("Germany"));
        assert!(is_currency_code("EUR") && !is_currency_code("eur") && !is_currency_code("ABC"));
        assert!(is_month_name("Sept.") && is_month_name("März") && !is_month_name("monday"));
        assert!(is_weekday_name("Mo") && is_weekday_name("samedi") && !is_weekday_name("may be"));
        assert!(is_language_tag("pt-BR") && is_language_tag("de") && !is_language_tag("german") && !is_language_tag("d"));
    }
}
