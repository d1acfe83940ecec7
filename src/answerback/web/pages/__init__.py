"""The pages, each a module: it asks the desk within the one door's scope, and hands what it got to a template."""
