//! Policy for Python: compile a source to a bundle. Problems cross as `naka.errors.Problem`, faults as `PolicyError`.
//! Compiling takes milliseconds to a second, so the GIL is released.

use naka_policy::PolicyProblem;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList};

/// Flat source JSON -> canonical bundle, its revision, and the compiler's doubts.
/// Raises `naka.errors.PolicyError` with every fault by its path in the source.
#[pyfunction]
pub(crate) fn compile_bundle<'py>(
    py: Python<'py>,
    source: &str,
) -> PyResult<(Bound<'py, PyBytes>, String, Bound<'py, PyList>)> {
    let compiled = py
        .detach(|| naka_policy::compile(source))
        .map_err(|problems| policy_error(py, &problems))?;
    let warnings = problem_list(py, &compiled.warnings)?;
    Ok((PyBytes::new(py, &compiled.bytes), compiled.revision, warnings))
}

/// The problems as one `naka.errors.PolicyError`.
pub(crate) fn policy_error(py: Python<'_>, problems: &[PolicyProblem]) -> PyErr {
    let build = || -> PyResult<PyErr> {
        let keywords = PyDict::new(py);
        keywords.set_item("problems", problem_list(py, problems)?)?;
        let plural = if problems.len() == 1 { "" } else { "s" };
        let message = format!("the policy has {} fault{plural}", problems.len());
        let error = py
            .import("naka.errors")?
            .getattr("PolicyError")?
            .call((message,), Some(&keywords))?;
        Ok(PyErr::from_value(error))
    };
    build().unwrap_or_else(|error| error)
}

fn problem_list<'py>(py: Python<'py>, problems: &[PolicyProblem]) -> PyResult<Bound<'py, PyList>> {
    let class = py.import("naka.errors")?.getattr("Problem")?;
    let list = PyList::empty(py);
    for problem in problems {
        let keywords = PyDict::new(py);
        keywords.set_item("code", problem.code)?;
        keywords.set_item("message", &problem.message)?;
        keywords.set_item("path", &problem.path)?;
        list.append(class.call((), Some(&keywords))?)?;
    }
    Ok(list)
}
