"""Who is asking and what they may do: accounts, passwords, scope, the access log."""
