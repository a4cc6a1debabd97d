"""muserctl: one file per command, one client, one renderer. Imports only the ground."""
