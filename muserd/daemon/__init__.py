"""muserd: wiring, supervision, start and stop."""
