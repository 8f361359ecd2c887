"""The ways in which the clinic is told of a request."""
