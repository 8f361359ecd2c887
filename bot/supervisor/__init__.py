"""Runs the processes of one installation: starts them, says so, restarts them, stops them all."""
