"""Projects: the funds that gifts are designated to, their tree and their totals."""
