"""The maps: the model of a space in memory, how it is updated, queried and refitted."""
