"""The site: everything the page reads."""
