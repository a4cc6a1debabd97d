"""From a file's bytes to a picture or a note."""
