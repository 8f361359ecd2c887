"""What patients meet by text message: the running product, and the Twilio double beside it."""
