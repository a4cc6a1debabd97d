"""The encode worker: muserd's side of the process that reads and encodes files."""
