"""Child processes: start, watch, limit, stop, and the frames that go over their pipes."""
