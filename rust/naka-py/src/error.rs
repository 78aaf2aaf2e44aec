//! Rust errors as the exceptions of `naka.errors`.

use pyo3::prelude::*;
use pyo3::types::PyDict;

/// A wrong setting as `naka.errors.ConfigError`.
pub(crate) fn config_error(py: Python<'_>, code: &str, message: &str) -> PyErr {
    let build = || -> PyResult<PyErr> {
        let keywords = PyDict::new(py);
        keywords.set_item("code", code)?;
        let error = py
            .import("naka.errors")?
            .getattr("ConfigError")?
            .call((message,), Some(&keywords))?;
        Ok(PyErr::from_value(error))
    };
    build().unwrap_or_else(|error| error)
}
