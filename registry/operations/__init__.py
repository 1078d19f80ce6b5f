"""What an operator does: the private cluster, migrations, the doctor."""
