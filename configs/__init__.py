"""The shipped choices, as YAML; this file only lets Hydra find them as `pkg://sim.configs`."""
