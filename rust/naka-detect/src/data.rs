//! The rule files, word lists and tables of this crate, as text.
//! A test holds these lists in step with the folder.

macro_rules! files {
    ($folder:literal, $extension:literal: $($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../rules/", $folder, $name, $extension)))),*]
    };
}

/// One rule file per entity; the order gives the entity ids.
pub(crate) const RULES: &[(&str, &str)] = files!["", ".toml":
    "in_aadhaar", "in_pan", "in_upi_id", "phone_number", "credit_card",
];

/// Words that belong to no entity.
pub(crate) const WORDS: &[(&str, &str)] = files!["words/", ".toml": "counter", "filler"];

/// Code lists.
pub(crate) const TABLES: &[(&str, &str)] = files!["tables/", ".csv": "card_iins", "upi_handles"];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_lists_name_every_file_of_the_folder() {
        for (folder, extension, list) in [("", "toml", RULES), ("words", "toml", WORDS), ("tables", "csv", TABLES)] {
            let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("rules")
                .join(folder);
            let on_disk: BTreeSet<String> = std::fs::read_dir(path)
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .filter(|path| path.extension().is_some_and(|e| e == extension))
                .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
                .collect();
            let listed: BTreeSet<String> = list.iter().map(|(name, _)| (*name).to_owned()).collect();
            assert_eq!(on_disk, listed, "rules/{folder}");
        }
    }
}
