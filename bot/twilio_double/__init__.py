"""Twilio on this machine: to try the text messages without an account, and for tests."""
