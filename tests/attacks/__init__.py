"""Hostile inputs and what PeerED must make of each of them: `table` lists them, `harness` tries them."""
