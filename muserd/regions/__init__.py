"""Areas of the map, their identity, names and colours."""
