"""What the CRM says of deals, beside what their buyers' own acts support."""
