"""What a reply is, how one is composed from curated content, and how each channel shows it."""
