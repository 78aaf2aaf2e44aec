//! Policy bundles, decisions and transforms. Pure.
