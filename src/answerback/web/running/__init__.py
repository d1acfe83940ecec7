"""What runs beside and below the pages: the worker, jobs, the database and its backup."""
