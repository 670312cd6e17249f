"""Findings, caveats and questions in sentences."""
