"""The API for programs: what its bearer may see, and touches and acts of buyers handed over one at a time."""
