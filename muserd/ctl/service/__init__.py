"""systemd and launchd: unit files and managers."""
