//! `Sidecar` for Python: starts, feeds and stops the data plane. Nothing here runs per request.

use std::collections::BTreeMap;
use std::time::Duration;

use naka_policy::Workload;
use naka_sidecar::{Config, ConfigError, KeyRing, Sidecar as Plane};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::{error, policy};

/// The data plane: Envoy's ext_proc, `naka.v1.Detection`, metrics and audit, on threads of its own.
#[pyclass(module = "naka")]
pub(crate) struct Sidecar {
    plane: Option<Plane>,
    workload: Workload,
}

#[pymethods]
impl Sidecar {
    /// Starts threads and listeners; it is ready after the first `apply`. `config` is JSON (`naka.sidecar.Settings`).
    /// `key` is the tenant's master secret for tokens; without it Tokenize acts as Redact.
    #[new]
    #[pyo3(signature = (config, *, key=None, tenant="default", epoch=1, namespace=None, labels=None, namespace_labels=None))]
    #[allow(clippy::too_many_arguments)] // keyword arguments, all optional
    fn new(
        py: Python<'_>,
        config: &str,
        key: Option<Vec<u8>>,
        tenant: &str,
        epoch: u64,
        namespace: Option<String>,
        labels: Option<BTreeMap<String, String>>,
        namespace_labels: Option<BTreeMap<String, String>>,
    ) -> PyResult<Self> {
        let keys = match key {
            Some(key) => KeyRing::new(key, tenant, epoch)
                .map_err(|error| error::config_error(py, error.code(), &error.to_string()))?,
            None => KeyRing::default(),
        };
        let started = py.detach(|| Config::from_json(config).and_then(|config| Plane::start(config, keys)));
        let plane = started.map_err(|error: ConfigError| error::config_error(py, error.code(), &error.to_string()))?;
        Ok(Self {
            plane: Some(plane),
            workload: Workload {
                namespace,
                labels,
                namespace_labels,
            },
        })
    }

    /// Puts a bundle in force: `{"revision": str, "enforces": bool, "failure_open": bool}`.
    /// Raises PolicyError, and the policy in force stays.
    fn apply<'py>(&self, py: Python<'py>, bundle: &[u8]) -> PyResult<Bound<'py, PyDict>> {
        let plane = self.running()?;
        let applied = py.detach(|| plane.apply(bundle, &self.workload));
        let applied = applied.map_err(|problems| policy::policy_error(py, &problems))?;
        let result = PyDict::new(py);
        result.set_item("revision", applied.revision)?;
        result.set_item("enforces", applied.enforces)?;
        result.set_item("failure_open", applied.failure_open)?;
        Ok(result)
    }

    /// Counts a policy that was refused before it came to be a bundle.
    fn refused(&self) -> PyResult<()> {
        self.running()?.refused();
        Ok(())
    }

    /// Where it listens: `{"ext_proc": str, "http": str | None, "detection": str | None}`.
    fn addresses<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let addresses = self.running()?.addresses();
        let result = PyDict::new(py);
        result.set_item("ext_proc", addresses.ext_proc.to_string())?;
        result.set_item("http", addresses.http.as_ref().map(ToString::to_string))?;
        result.set_item("detection", addresses.detection.as_ref().map(ToString::to_string))?;
        Ok(result)
    }

    /// A few numbers.
    fn stats<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let stats = self.running()?.stats();
        let result = PyDict::new(py);
        result.set_item("revision", stats.revision)?;
        result.set_item("enforces", stats.enforces)?;
        result.set_item("exchanges", stats.exchanges)?;
        result.set_item("in_flight", stats.in_flight)?;
        result.set_item("bytes_in_flight", stats.bytes_in_flight)?;
        result.set_item("audit_lost", stats.audit_lost)?;
        Ok(result)
    }

    /// The text of `/metrics`.
    fn metrics(&self) -> PyResult<String> {
        Ok(self.running()?.metrics_text())
    }

    /// Opens the audit file anew, after a rotation from outside.
    fn reopen_audit(&self) -> PyResult<()> {
        self.running()?.reopen_audit();
        Ok(())
    }

    /// False once the data plane has ended, by itself or stopped.
    fn is_running(&self) -> bool {
        self.plane.as_ref().is_some_and(Plane::is_running)
    }

    /// Waits up to `timeout_s` for the data plane to end; True when it has.
    fn wait(&self, py: Python<'_>, timeout_s: f64) -> bool {
        let timeout = Duration::try_from_secs_f64(timeout_s).unwrap_or_default();
        self.plane
            .as_ref()
            .is_none_or(|plane| py.detach(|| plane.wait(timeout)))
    }

    /// Lets running exchanges end, then stops. Returns when all has stopped; a second call does nothing.
    fn stop(&mut self, py: Python<'_>) {
        if let Some(plane) = self.plane.take() {
            py.detach(|| drop(plane));
        }
    }
}

impl Sidecar {
    fn running(&self) -> PyResult<&Plane> {
        self.plane
            .as_ref()
            .ok_or_else(|| PyRuntimeError::new_err("the sidecar is stopped"))
    }
}
