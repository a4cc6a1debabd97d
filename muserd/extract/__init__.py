"""From a file's bytes to what an item needs: pixels, thumbnails, text, time, tags.

Importing this package loads no decoder: muserd itself needs the version and the limits only.
"""

DECODER_VERSION = "2"
"""Grows whenever a file that failed before may now be read: such files are then tried again."""
