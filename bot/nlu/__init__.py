"""Understanding: Rasa graph components, and the loopback channel. The only room besides `actions`
that knows Rasa."""
