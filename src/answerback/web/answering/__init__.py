"""What pages answer from: the workspace kept open, one request's question, and what is worked out beside the pages."""
