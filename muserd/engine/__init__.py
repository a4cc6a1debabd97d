"""The engine: one thread that owns the maps and is the only writer of the store and the site."""
