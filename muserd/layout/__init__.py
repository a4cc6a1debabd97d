"""From vectors to places on the map."""
