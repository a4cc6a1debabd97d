"""What people do with a selection: polygons, groups of duplicates, and the formats of exports."""
