"""Points, faces and measures of a domain."""
