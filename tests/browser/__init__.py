"""The pages in a real Chromium, on the whole demo district. A package, so that its conftest is its own module."""
