"""Where SQL runs. Nothing outside this package knows a database product."""
