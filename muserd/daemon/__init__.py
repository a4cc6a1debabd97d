"""muserd as a process: start, supervision, shutdown."""
