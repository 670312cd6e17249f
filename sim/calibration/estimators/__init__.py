"""Estimators of a calibration: each takes numbers or a tidy visits table and returns estimates with standard errors."""
