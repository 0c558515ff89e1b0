//! A table of persons whose every value is known, to be looked for in whatever the program says or keeps.

use serde_json::json;

/// Its columns. `agreed` holds addresses that a steward may call harmless; `code_word` is nothing that a rule could know.
pub const COLUMNS: &[&str] = &[
    "id",
    "full_name",
    "email",
    "phone",
    "card_number",
    "birth_date",
    "iban",
    "salary",
    "code_word",
    "agreed",
];

/// The table.
pub struct Canaries {
    rows: Vec<Vec<String>>,
    /// What every personal value holds one of, in small letters.
    marks: Vec<String>,
}

const FIRST: [&str; 8] = [
    "Ottilie",
    "Wendelin",
    "Yrsa",
    "Quirin",
    "Zenobia",
    "Leopold",
    "Mechthild",
    "Balthasar",
];
const LAST: [&str; 10] = [
    "Federvogel",
    "Kanarienau",
    "Sittichsen",
    "Zeisigmann",
    "Ammerland",
    "Gimpelhof",
    "Stieglitzky",
    "Drosselbein",
    "Kleiberle",
    "Baumlaeufer",
];

impl Canaries {
    /// So many persons.
    pub fn new(persons: u64) -> Self {
        let rows: Vec<Vec<String>> = (0..persons).map(row).collect();
        let marks = [
            "@secret.example",
            "+49 30 55",
            "4539000",
            "4,539,000",
            "37040044",
            "739100",
            "739,100",
            "sesam-",
        ];
        let marks = marks.iter().chain(LAST.iter()).map(|mark| mark.to_ascii_lowercase());
        // A birth date has no mark of its own; all of them lie before 1970.
        let births = rows.iter().map(|row| row[5].clone());
        let mut marks: Vec<String> = marks.chain(births).collect();
        marks.sort();
        marks.dedup();
        Self { rows, marks }
    }

    /// As a file.
    pub fn csv(&self) -> String {
        let mut text = format!("{}\n", COLUMNS.join(","));
        for row in &self.rows {
            text += &format!("{}\n", row.join(","));
        }
        text
    }

    /// The first value that a text tells, with what stands around it.
    pub fn find_in(&self, text: &str) -> Option<String> {
        self.find_in_bytes(text.as_bytes())
    }

    /// The first value that bytes hold, with what stands around it.
    pub fn find_in_bytes(&self, bytes: &[u8]) -> Option<String> {
        let small = String::from_utf8_lossy(bytes).to_ascii_lowercase();
        let at = self.marks.iter().find_map(|mark| small.find(mark))?;
        let around = &small.as_bytes()[at.saturating_sub(160)..(at + 60).min(small.len())];
        Some(String::from_utf8_lossy(around).into_owned())
    }

    /// An address that a filter of rows quotes.
    pub fn filtered(&self) -> String {
        "filtered.canary@secret.example".to_owned()
    }

    /// The commonest value of `code_word`.
    pub fn secret(&self) -> &str {
        &self.rows[0][8]
    }

    /// The same persons as an older program left them with its run.
    pub fn payload(&self) -> String {
        let column = |name: &str, place: usize| {
            json!({ "column_name": name, "ordinal_position": place + 1, "data_type": "varchar", "general_type": "A", "row_count": self.rows.len(),
                "null_count": 0, "distinct_count": self.rows.len(), "min_value": self.rows[0][place], "max_value": self.rows[1][place],
                "median": self.rows[0][7].parse::<f64>().unwrap_or(0.0), "samples_of_old": [self.rows[2][place]],
                "top_values": [{ "value": self.rows[3][place], "count": 1 }] })
        };
        let columns: Vec<_> = COLUMNS[1..9].iter().zip(1..).map(|(name, place)| column(name, place)).collect();
        let finding = json!({ "column_name": "email", "anomaly_type": "Odd", "severity": "low", "description": format!("{} is odd", self.rows[4][2]) });
        json!({ "tables": [{ "table_name": "people", "row_count": self.rows.len(), "columns": columns, "anomalies": [finding] }] })
            .to_string()
    }
}

fn row(n: u64) -> Vec<String> {
    let (first, last) = (FIRST[(n % 8) as usize], LAST[(n / 8 % 10) as usize]);
    vec![
        n.to_string(),
        format!("{first} {last}"),
        format!("{}.{}{n}@secret.example", first.to_lowercase(), last.to_lowercase()),
        format!("+49 30 {:07}", 5_550_000 + n * 37),
        card(n),
        format!("19{:02}-{:02}-{:02}", 31 + n % 38, n % 12 + 1, n % 28 + 1),
        iban(n),
        (739_100_007 + n * 13).to_string(),
        if n % 50 == 49 {
            format!("sesam-{n}-kolibri")
        } else {
            "sesam-oeffne-kolibri".to_owned()
        },
        format!("open{n}@agreed.example"),
    ]
}

/// Sixteen digits with the right check digit.
fn card(n: u64) -> String {
    let body = format!("4539{:011}", 57_000_000_u64 + n * 7_919);
    let sum: u32 = body
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, digit)| {
            let digit = u32::from(digit - b'0') * if at % 2 == 0 { 2 } else { 1 };
            if digit > 9 { digit - 9 } else { digit }
        })
        .sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

/// A German account with the right check digits.
fn iban(n: u64) -> String {
    let account = format!("37040044{:010}", 532_013_000 + n);
    let number: u128 = format!("{account}131400").parse().unwrap();
    format!("DE{:02}{account}", 98 - number % 97)
}
