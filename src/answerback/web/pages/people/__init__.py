"""Pages for admins: who is here, as what, who reports to whom, what managers see, who did what."""
