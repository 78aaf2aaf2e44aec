//! Policy for Python: compile a source to a bundle, ask a bundle what it decides and what is in it. Problems cross as `naka.errors.Problem`, faults as `PolicyError`.
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

/// What a bundle decides about texts, and why: JSON in, JSON out (docs/concepts/policy.md has an example).
/// Raises `naka.errors.PolicyError` for a bundle or request that is wrong.
#[pyfunction]
pub(crate) fn explain(py: Python<'_>, bundle: &[u8], request: &str) -> PyResult<String> {
    py.detach(|| naka_policy::explain_json(bundle, request))
        .map_err(|problems| policy_error(py, &problems))
}

/// What is in a bundle, as JSON. Raises `naka.errors.PolicyError` for a bundle that does not load.
#[pyfunction]
pub(crate) fn ruleset_info(py: Python<'_>, bundle: &[u8]) -> PyResult<String> {
    py.detach(|| naka_policy::info_json(bundle))
        .map_err(|problems| policy_error(py, &problems))
}

/// What an exemption's `sha256s` hold for a value of an entity, written in any way the detector reads.
/// Raises `naka.errors.PolicyError` for an unknown entity.
#[pyfunction]
pub(crate) fn exemption_hash(py: Python<'_>, entity: &str, value: &str) -> PyResult<String> {
    naka_policy::exemption_hash(entity, value).map_err(|problem| policy_error(py, &[problem]))
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
