"""Curated content: the only place that what a patient reads comes from."""
