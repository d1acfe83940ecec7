"""What people say, and what of it counts before the next build."""
