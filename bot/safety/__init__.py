"""The safety layer: deterministic, and independent of everything else that can fail."""
