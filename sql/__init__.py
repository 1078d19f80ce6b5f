"""What the database is: migrations, functions, policies, the steps of an import, reports and reference lists."""
