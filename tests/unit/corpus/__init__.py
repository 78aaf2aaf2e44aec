"""Tests of the labelled corpora."""
