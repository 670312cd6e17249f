"""The assumption register: its rows, how each is drawn, and a scenario with its assumptions drawn anew."""
