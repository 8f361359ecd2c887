"""The gateway: the only process that faces a network. It knows Rasa only as an HTTP peer."""
