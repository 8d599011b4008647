"""Scripts that learn the weights the assistant ships with; nothing here runs in an answer."""
