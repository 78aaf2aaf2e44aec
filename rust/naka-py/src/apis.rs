//! The API tables for Python: what the reference page lists, and how Envoy's own errors are written.

use naka_body::{ApiInfo, ApiTables, ErrorShape};
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// Every API: `id provider surface source checked_on routes errors has_paths`.
#[pyfunction]
pub(crate) fn api_tables(py: Python<'_>) -> PyResult<Vec<Bound<'_, PyDict>>> {
    ApiTables::shared().apis().map(|api| row(py, &api)).collect()
}

fn row<'py>(py: Python<'py>, api: &ApiInfo<'_>) -> PyResult<Bound<'py, PyDict>> {
    let row = PyDict::new(py);
    row.set_item("id", api.id)?;
    row.set_item("provider", api.provider)?;
    row.set_item("surface", api.surface.name())?;
    row.set_item("source", api.source)?;
    row.set_item("checked_on", api.checked_on)?;
    row.set_item("routes", api.routes)?;
    row.set_item("errors", api.errors)?;
    row.set_item("has_paths", api.has_paths)?;
    Ok(row)
}

/// Every shape of errors: `id source checked_on body kinds headers`; `body` is JSON with strings like `"$message"`.
#[pyfunction]
pub(crate) fn error_shapes(py: Python<'_>) -> PyResult<Vec<Bound<'_, PyDict>>> {
    ApiTables::shared()
        .error_shapes()
        .map(|shape| shape_row(py, shape))
        .collect()
}

fn shape_row<'py>(py: Python<'py>, shape: &ErrorShape) -> PyResult<Bound<'py, PyDict>> {
    let row = PyDict::new(py);
    let (source, checked_on) = shape.source();
    row.set_item("id", shape.id())?;
    row.set_item("source", source)?;
    row.set_item("checked_on", checked_on)?;
    row.set_item("body", shape.template())?;
    let kinds = PyDict::new(py);
    for (status, kind) in shape.kinds() {
        kinds.set_item(status, kind)?;
    }
    row.set_item("kinds", kinds)?;
    let headers = PyDict::new(py);
    for (name, value) in shape.headers() {
        headers.set_item(name, value)?;
    }
    row.set_item("headers", headers)?;
    Ok(row)
}
