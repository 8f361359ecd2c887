"""What patients asked and did not get, for the person who writes the answers."""
