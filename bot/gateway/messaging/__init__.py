"""Text messages and portals: what comes in by a webhook, and what goes out to a provider."""
