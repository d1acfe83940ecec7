"""The routes of each part of the pages."""
