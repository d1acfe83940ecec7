"""One file = one relation, in DuckDB SQL, runnable as it stands over a snapshot in any DuckDB shell."""
