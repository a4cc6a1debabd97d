"""Foundations: configuration, paths, records, errors, logs. Imports nothing of Muser's."""
