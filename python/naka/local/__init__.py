"""All of Naka on one machine: Envoy, the sidecar and a stub LLM, run and stopped as one (`naka up`)."""
