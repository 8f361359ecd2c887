"""What an operator sets: the clinic's facts, and the settings of one installation."""
