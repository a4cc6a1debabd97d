"""The layout worker: muserd's side and the process that fits and clusters."""
