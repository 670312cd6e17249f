"""Estimators: numbers in, numbers out."""
