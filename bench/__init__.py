"""Measurements of the main job beside its peers: `./dev bench`."""
