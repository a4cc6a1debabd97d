"""What Muser is built of: inventory of licences, bill of materials, lock files."""
