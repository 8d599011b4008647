"""From chunks to ranked passages. Knows no chat model."""
