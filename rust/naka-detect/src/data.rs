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
    "in_ifsc", "in_bank_account", "card_cvv", "card_expiry", "in_micr", "in_ckyc", "in_uan", "in_epf_member_id", "in_esic",
    "in_pran", "in_lpg_id", "in_policy_no", "in_loan_account", "in_customer_id",
    "in_aadhaar_vid", "in_aadhaar_eid", "in_gstin", "in_tan", "in_cin", "in_llpin", "in_din", "in_udyam", "in_voter", "in_passport",
    "in_driving_license", "in_vehicle_registration", "in_ration_card", "in_nrega", "in_samagra", "in_jan_aadhaar", "in_ppp", "in_apaar", "in_eshram",
    "email_address", "in_pincode", "date_of_birth", "age", "gender", "ip_address", "mac_address", "imei", "person", "in_address",
    "in_gst_arn", "in_eway_bill", "in_abha_number", "in_abha_address", "in_demat_account", "in_sebi_reg", "in_mf_folio", "in_arn", "in_euin", "in_ucc",
    "otp_code", "card_pin", "in_utr", "password", "api_key", "jwt", "upsi_context", "biometric_ref",
];

/// Words that belong to no entity.
pub(crate) const WORDS: &[(&str, &str)] = files!["words/", ".toml": "counter", "filler"];

/// Code lists.
pub(crate) const TABLES: &[(&str, &str)] =
    files!["tables/", ".csv": "bank_codes", "card_iins", "gst_states", "pin_zones", "state_codes", "upi_handles"];

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
