"""Tests of the sidecar, with a peer that speaks as Envoy does."""
