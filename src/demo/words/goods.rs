//! What the group sells: invented brands, and per category the nouns, the usual price and how it is packed.

/// One category of goods.
pub(in crate::demo) struct Category {
    /// Name.
    pub(in crate::demo) name: &'static str,
    /// Things in it.
    pub(in crate::demo) nouns: &'static [&'static str],
    /// Median price in cents.
    pub(in crate::demo) median_cents: f64,
    /// Package sizes, the usual one first.
    pub(in crate::demo) packages: &'static [&'static str],
    /// Whether it spoils.
    pub(in crate::demo) is_perishable: bool,
}

/// The categories, with the share of the assortment.
pub(in crate::demo) const CATEGORIES: &[(&Category, u32)] = &[
    (&BAKERY, 10),
    (&DAIRY, 12),
    (&PRODUCE, 12),
    (&PANTRY, 20),
    (&DRINKS, 14),
    (&HOUSEHOLD, 14),
    (&CARE, 11),
    (&KITCHEN, 7),
];

const BAKERY: Category = Category {
    name: "Bakery",
    nouns: &[
        "Rye Bread",
        "Baguette",
        "Oat Rolls",
        "Seed Loaf",
        "Butter Croissant",
        "Cinnamon Knot",
        "Flatbread",
    ],
    median_cents: 329.0,
    packages: &["500 g", "250 g", "750 g", "each"],
    is_perishable: true,
};
const DAIRY: Category = Category {
    name: "Dairy",
    nouns: &[
        "Whole Milk",
        "Yoghurt",
        "Salted Butter",
        "Mountain Cheese",
        "Cream",
        "Cottage Cheese",
        "Kefir",
    ],
    median_cents: 289.0,
    packages: &["500 g", "250 g", "200 g", "1 kg"],
    is_perishable: true,
};
const PRODUCE: Category = Category {
    name: "Produce",
    nouns: &[
        "Apples",
        "Carrots",
        "Baby Spinach",
        "Tomatoes",
        "Lemons",
        "Mushrooms",
        "Potatoes",
        "Blueberries",
    ],
    median_cents: 259.0,
    packages: &["500 g", "1 kg", "2 kg", "each"],
    is_perishable: true,
};
const PANTRY: Category = Category {
    name: "Pantry",
    nouns: &[
        "Spaghetti",
        "Basmati Rice",
        "Red Lentils",
        "Olive Oil",
        "Plum Jam",
        "Porridge Oats",
        "Dark Chocolate",
        "Black Tea",
        "Ground Coffee",
        "Sea Salt",
    ],
    median_cents: 399.0,
    packages: &["500 g", "1 kg", "250 g", "100 g", "5 kg"],
    is_perishable: false,
};
const DRINKS: Category = Category {
    name: "Drinks",
    nouns: &[
        "Apple Juice",
        "Sparkling Water",
        "Ginger Ale",
        "Cold Brew",
        "Oat Drink",
        "Alcohol-free Lager",
        "Elderflower Cordial",
    ],
    median_cents: 219.0,
    packages: &["1 kg", "500 g", "12 oz", "each"],
    is_perishable: false,
};
const HOUSEHOLD: Category = Category {
    name: "Household",
    nouns: &[
        "Dish Soap",
        "Laundry Powder",
        "Sponge",
        "Bin Bags",
        "Glass Cleaner",
        "Candle",
        "Tea Towel",
        "Light Bulb",
    ],
    median_cents: 549.0,
    packages: &["500 g", "1 kg", "each", "30 cm"],
    is_perishable: false,
};
const CARE: Category = Category {
    name: "Personal care",
    nouns: &["Hand Cream", "Shampoo Bar", "Toothpaste", "Bath Salt", "Shaving Soap", "Lip Balm"],
    median_cents: 649.0,
    packages: &["100 g", "50 g", "250 g", "4 oz"],
    is_perishable: false,
};
const KITCHEN: Category = Category {
    name: "Kitchen",
    nouns: &[
        "Cast-iron Pan",
        "Chopping Board",
        "Paring Knife",
        "Stock Pot",
        "Mixing Bowl",
        "Kettle",
    ],
    median_cents: 2_990.0,
    packages: &["each", "28 cm", "20 cm", "1 kg"],
    is_perishable: false,
};

/// Invented brands of two words or of letters that have two cases, so that one brand can be spelt in several ways.
pub(in crate::demo) const BRANDS: &[&str] = &[
    "Nord Lys",
    "Alder & Finch",
    "Casa Verde",
    "Two Rivers",
    "Maison Brume",
    "Kornblume",
    "Little Acre",
    "Polder",
    "Grey Heron",
    "Solana",
    "Birke",
    "Hearthstone",
    "Fjällbäck",
    "Tilly's",
    "Montclair Mill",
    "Ochre",
    "Green Gable",
    "Vinterhus",
    "Salt Road",
    "Amber Lane",
    "Dockside",
    "Petit Four",
    "Wren",
    "Kaap",
    "Bramble",
    "Luz",
    "Stillwater",
    "Ember Oak",
    "Rook Hall",
    "Plain Good",
];

/// What makes one product differ from its neighbour.
pub(in crate::demo) const QUALITIES: &[&str] = &[
    "Organic",
    "Classic",
    "Farmhouse",
    "Extra",
    "Light",
    "Wild",
    "Smoked",
    "Fresh",
    "Fine",
    "Family",
];

/// Words for the list of tags.
pub(in crate::demo) const TAGS: &[&str] = &[
    "new", "organic", "vegan", "seasonal", "local", "offer", "bulk", "gift", "fragile", "chilled",
];

/// Colours of packages.
pub(in crate::demo) const COLOURS: &[&str] = &["white", "green", "blue", "red", "black", "natural", "yellow", "grey"];

/// Company forms of suppliers.
pub(in crate::demo) const COMPANY_FORMS: &[&str] = &["Inc.", "LLC", "Co.", "Foods", "Trading", "Supply", "Partners", "& Sons"];
