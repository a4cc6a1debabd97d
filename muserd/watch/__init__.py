"""What changes in the folders: events are hints, scans are the truth.

Nothing here opens a file, decodes or writes: names and `lstat` are all that is looked at.
"""
