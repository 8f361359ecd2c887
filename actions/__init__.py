"""Rasa's custom actions: thin, one in a module. What they say is decided in `bot.replies`."""
