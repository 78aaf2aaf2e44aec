//! The Python door: `naka._core`. Converts types and errors and releases the GIL; holds no logic.

mod apis;
mod detect;
mod error;
mod policy;
mod scan;
mod sidecar;

use pyo3::prelude::*;

#[pymodule]
fn _core(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add("TIER_FLOORS", detect::tier_floors(module.py())?)?;
    module.add_class::<detect::Detector>()?;
    module.add_class::<detect::Finding>()?;
    module.add_class::<scan::FileRules>()?;
    module.add_class::<scan::FileScanner>()?;
    module.add_function(wrap_pyfunction!(apis::api_tables, module)?)?;
    module.add_function(wrap_pyfunction!(apis::error_shapes, module)?)?;
    module.add_function(wrap_pyfunction!(policy::compile_bundle, module)?)?;
    module.add_class::<sidecar::Sidecar>()?;
    module.add_function(wrap_pyfunction!(policy::explain, module)?)?;
    module.add_function(wrap_pyfunction!(policy::ruleset_info, module)?)?;
    module.add_function(wrap_pyfunction!(policy::exemption_hash, module)?)?;
    Ok(())
}
