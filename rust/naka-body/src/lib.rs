//! Bodies of LLM calls: text fields out, edits back in.
