"""The staff desk at /desk: server-rendered, and complete without JavaScript."""
