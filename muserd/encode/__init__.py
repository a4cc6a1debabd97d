"""From pictures and notes to vectors."""
