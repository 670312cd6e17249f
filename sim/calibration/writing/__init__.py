"""What a calibration writes: lines and files of a demand and a department configuration."""
