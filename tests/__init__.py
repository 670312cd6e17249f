"""Tests of PeerED: each name is a sentence that the code must make true."""
