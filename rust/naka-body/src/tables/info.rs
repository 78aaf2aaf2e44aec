//! What the tables say about themselves, for people: the reference page is made from it.

use super::ApiTables;
use super::errors::ErrorShape;
use crate::route::Surface;

/// One API for people: what its table says about itself.
#[derive(Debug, Clone, Copy)]
pub struct ApiInfo<'t> {
    /// `openai.chat`
    pub id: &'t str,
    /// Who defined it.
    pub provider: Option<&'t str>,
    /// What kind of service it is.
    pub surface: Surface,
    /// Where its facts were read.
    pub source: &'t str,
    /// When; `2026-11-24`.
    pub checked_on: &'t str,
    /// `METHOD /path/{any}`, as in the table.
    pub routes: &'t [String],
    /// Id of the shape of its errors.
    pub errors: &'t str,
    /// False where only its routes are known, and bodies are walked without paths.
    pub has_paths: bool,
}

impl ApiTables {
    /// Every API, in the order of the tables.
    pub fn apis(&self) -> impl Iterator<Item = ApiInfo<'_>> {
        self.apis.iter().map(|api| ApiInfo {
            id: &api.id,
            provider: api.provider.as_deref(),
            surface: api.surface,
            source: &api.source,
            checked_on: &api.checked_on,
            routes: &api.routes,
            errors: api.errors.id(),
            has_paths: api.has_paths,
        })
    }

    /// Every way to write an error.
    pub fn error_shapes(&self) -> impl Iterator<Item = &ErrorShape> {
        self.errors.iter().map(|shape| &**shape)
    }
}
