"""The data, by question: can it be relied on, what is loaded, what could not be read, who is who, what words mean."""
