"""Personal data of a donor erased on request: the books keep money and numbers, and nobody is found by what is gone."""
