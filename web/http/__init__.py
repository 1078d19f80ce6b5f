"""What every page shares: transaction, headers, errors, languages, static files."""
