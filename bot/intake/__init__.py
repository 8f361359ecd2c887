"""What the clinic's staff has to see: alerts of danger."""
