//! The words that names of columns use, by notion, in several languages. To teach a word, add it here.
//!
//! A phrase of several words is found in a row or glued together; a word after `*` is found at the end of a longer one.

/// What a name may speak of; each is described by its words below.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Notion {
    Key,
    Number,
    Sequence,
    Email,
    Phone,
    Web,
    Street,
    PostalCode,
    City,
    Region,
    Country,
    Latitude,
    Longitude,
    Language,
    Currency,
    GivenName,
    FamilyName,
    PersonName,
    UserName,
    Name,
    Birth,
    Age,
    Demographic,
    NationalId,
    Passport,
    Licence,
    TaxId,
    Secret,
    Health,
    Biometric,
    Account,
    Income,
    Device,
    Money,
    Share,
    Count,
    Year,
    Quarter,
    Month,
    Week,
    Weekday,
    DayOfMonth,
    Hour,
    Minute,
    Clock,
    Duration,
    Quantity,
    Moment,
    RecordStamp,
    TruthMark,
}

/// Words of one notion.
pub struct Entry {
    /// The notion.
    pub notion: Notion,
    /// Lower-case words and phrases, with commas between them.
    words: &'static str,
}

impl Entry {
    /// The words and phrases one by one.
    pub fn phrases(&self) -> impl Iterator<Item = &'static str> {
        self.words.split(", ")
    }
}

const fn entry(notion: Notion, words: &'static str) -> Entry {
    Entry { notion, words }
}

/// Every notion with its words: English, German, French, Spanish, Italian, Portuguese, Dutch.
pub const VOCABULARY: &[Entry] = &[
    entry(
        Notion::Key,
        "id, ids, key, sk, pk, fk, uuid, guid, oid, *key, identifier, kennung, schluessel, clave, clef, customer id, user \
         id, order id, product id, item id, account id, client id, record id, row id, person id, employee id, kunden id",
    ),
    entry(
        Notion::Number,
        "number, num, no, nr, nummer, numero, code, ref, reference, sku, ean, gtin, isbn, vin, serial",
    ),
    entry(
        Notion::Sequence,
        "line, sequence, seq, position, pos, ordinal, rank, item no, line number, row number, zeile, ligne, linea",
    ),
    entry(Notion::Email, "email, e mail, mail, courriel, correo"),
    entry(
        Notion::Phone,
        "phone, telephone, tel, mobile, cell, fax, telefon, telefax, handy, telefono, telefone, telefoon, portable",
    ),
    entry(Notion::Web, "url, website, homepage, link, uri, web"),
    entry(
        Notion::Street,
        "street, address, addr, address line, strasse, straße, anschrift, adresse, rue, calle, direccion, via, indirizzo, \
         rua, endereco, straat, adres",
    ),
    entry(
        Notion::PostalCode,
        "zip, zip code, postal, postal code, post code, plz, postleitzahl, code postal, codigo postal, cep",
    ),
    entry(
        Notion::City,
        "city, town, municipality, stadt, ort, ville, commune, ciudad, citta, comune, cidade, stad, gemeente",
    ),
    entry(
        Notion::Region,
        "state, province, region, county, prefecture, canton, bundesland, provincia, departement, estado",
    ),
    entry(
        Notion::Country,
        "country, nation, land, pays, pais, paese, nationality, nationalitaet, country code",
    ),
    entry(Notion::Latitude, "latitude, lat, breite, breitengrad, latitud"),
    entry(Notion::Longitude, "longitude, lon, lng, long, laenge, laengengrad, longitud"),
    entry(Notion::Language, "language, lang, locale, sprache, langue, idioma, lingua, taal"),
    entry(Notion::Currency, "currency, ccy, waehrung, devise, moneda, valuta, moeda"),
    entry(
        Notion::GivenName,
        "first name, given name, forename, middle name, vorname, prenom, nombre, nome, voornaam",
    ),
    entry(
        Notion::FamilyName,
        "last name, family name, surname, maiden name, nachname, familienname, apellido, apellidos, cognome, sobrenome, \
         achternaam",
    ),
    entry(
        Notion::PersonName,
        "full name, person name, customer name, contact name, employee name, patient name, passenger name, holder name, \
         cardholder, manager name, manager, contact, author, employee, patient, person, recipient, beneficiary, \
         mitarbeiter, ansprechpartner",
    ),
    entry(
        Notion::UserName,
        "user name, user, login, nickname, screen name, created by, updated by, modified by, changed by, owner, benutzer, \
         utilisateur, usuario",
    ),
    entry(
        Notion::Name,
        "name, title, company, organisation, organization, firm, supplier, vendor, brand, manufacturer, label, \
         bezeichnung, firma, nom, titel, titre, titulo",
    ),
    entry(
        Notion::Birth,
        "birth, birthday, birth date, date of birth, dob, born, geburt, geburtsdatum, geburtstag, naissance, nacimiento, \
         nascita, nascimento, geboortedatum",
    ),
    entry(Notion::Age, "age, alter, edad, eta, idade, leeftijd"),
    entry(
        Notion::Demographic,
        "gender, sex, race, ethnicity, religion, nationality, marital, marital status, orientation, geschlecht, \
         konfession, familienstand, genre, sexe, genero, sexo, genere, sesso, geslacht",
    ),
    entry(
        Notion::NationalId,
        "ssn, social security, national id, insurance number, nino, nin, dni, nie, bsn, curp, cpf, aadhaar, \
         personalausweis, sozialversicherung, codice fiscale, sin number",
    ),
    entry(Notion::Passport, "passport, reisepass, passeport, pasaporte, passaporto, paspoort"),
    entry(
        Notion::Licence,
        "driver license, drivers license, driver licence, driving licence, license number, licence number, fuehrerschein, \
         permis",
    ),
    entry(
        Notion::TaxId,
        "tax id, tax number, taxpayer, tin, itin, steuernummer, steuer id, nif, siret, vat id",
    ),
    entry(
        Notion::Secret,
        "password, passwd, pwd, passphrase, secret, pin, pin code, pin hash, cvv, cvc, api key, token, private key, \
         passwort, kennwort, contrasena, mot de passe",
    ),
    entry(
        Notion::Health,
        "diagnosis, icd, disease, blood, blood type, medication, allergy, symptom, disability, medical, mrn, diagnose, \
         krankheit, maladie, enfermedad",
    ),
    entry(Notion::Biometric, "fingerprint, biometric, iris, retina, dna, voiceprint, face id"),
    entry(
        Notion::Account,
        "iban, bic, swift, account, account number, acct, bank account, routing, routing number, sort code, konto, \
         kontonummer, compte, cuenta, conto, rekening, card number, pan",
    ),
    entry(
        Notion::Income,
        "salary, income, wage, wages, compensation, gehalt, lohn, einkommen, salaire, revenu, salario, sueldo, stipendio, \
         salaris",
    ),
    entry(
        Notion::Device,
        "ip, ip address, mac, mac address, imei, device id, cookie, cookie id, advertising id, vin, licence plate, \
         license plate, kennzeichen",
    ),
    entry(
        Notion::Money,
        "price, amount, cost, total, fee, charge, revenue, sales, turnover, balance, credit, debit, payment, refund, tax, \
         duty, salary, wage, income, budget, *price, *cost, *charge, acctbal, betrag, preis, kosten, umsatz, gebuehr, \
         summe, prix, montant, precio, importe, monto, costo, prezzo, importo, preco, prijs, bedrag, usd, eur, gbp, fare, \
         tip, rent",
    ),
    entry(
        Notion::Share,
        "percent, percentage, pct, ratio, rate, share, proportion, discount, tax, prozent, anteil, quote, taux, \
         porcentaje, tasa, percentuale",
    ),
    entry(
        Notion::Count,
        "count, cnt, quantity, qty, number of, num, anzahl, menge, nombre, cantidad, quantita, quantidade, aantal, \
         employees, seats, engines, units, items, points, visits, clicks, rooms",
    ),
    entry(Notion::Year, "year, yr, yyyy, fy, jahr, annee, ano, año, anno, jaar"),
    entry(Notion::Quarter, "quarter, qtr, quartal, trimestre, kwartaal"),
    entry(Notion::Month, "month, mon, monat, mois, mes, mese, maand, period, year month"),
    entry(Notion::Week, "week, wk, woche, kw, semaine, semana, settimana, iso week"),
    entry(Notion::Weekday, "weekday, dow, day of week, day, wochentag, jour, dia"),
    entry(Notion::DayOfMonth, "day, dom, day of month, dd, tag, jour, dia, giorno, dag"),
    entry(Notion::Hour, "hour, hr, hh, stunde, heure, hora, ora, uur"),
    entry(Notion::Minute, "minute, second, minuto, sekunde"),
    entry(
        Notion::Quantity,
        "distance, dist, length, width, height, depth, weight, mass, area, volume, speed, velocity, temperature, temp, pressure, \
         humidity, altitude, elevation, size, power, energy, voltage, air time, km, kg, grams, miles, metres, meters, score, \
         rating, gewicht, hoehe, distanz, entfernung, flaeche, temperatur, poids, hauteur, longueur, peso, altura, distancia",
    ),
    entry(
        Notion::Duration,
        "days, hours, minutes, seconds, weeks, months, years, ms, millis, duration, tage, stunden, minuten, sekunden, dauer, \
         jours, heures, duree, dias, horas, duracion",
    ),
    entry(Notion::Clock, "time, uhrzeit, heure, hora"),
    entry(
        Notion::Moment,
        "date, day, at, on, ts, timestamp, epoch, datetime, dt, datum, zeit, fecha, dat",
    ),
    entry(
        Notion::RecordStamp,
        "created, updated, modified, changed, inserted, deleted, loaded, ingested, imported, processed, etl, load, \
         extract, last update, last modified, recorded, erstellt, geaendert, aktualisiert",
    ),
    entry(Notion::TruthMark, "is, has, was, flag, can, ist, hat, indicator, ind, yn"),
];
