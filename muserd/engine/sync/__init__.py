"""Makes the store follow the watched folders: roots, scans, and the plan of what changed."""
