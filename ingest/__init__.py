"""From an address to clean chunks. Knows no model and no index."""
