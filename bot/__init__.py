"""The patient FAQ assistant. `docs/architecture.md` says which room holds what."""
