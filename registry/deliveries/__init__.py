"""What surveyors upload, and the steps it goes through."""
