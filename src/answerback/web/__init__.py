"""The pages in the browser: settings, pages by role, the API, templates, static files."""
