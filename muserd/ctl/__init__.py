"""muserctl: one module per command, one client, one renderer. Imports only `muserd.ground`."""
