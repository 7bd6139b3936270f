"""Runs of full and of reduced cells."""
