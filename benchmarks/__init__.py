"""Measurements of the product, not tests: every figure of the README comes from here."""
