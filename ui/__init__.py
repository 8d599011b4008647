"""Display only: the rooms of the web application."""
