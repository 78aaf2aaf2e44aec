"""The real Envoy, from the wheel that `naka up` uses, between real clients, the sidecar and the stub LLM."""
