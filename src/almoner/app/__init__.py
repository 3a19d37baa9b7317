"""The composition root: wires the modules into one process of web, workers and embedded database."""
