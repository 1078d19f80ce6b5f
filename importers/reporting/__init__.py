"""What is told of a delivery afterwards: stored problems, acceptance records."""
