"""Parts of pages that are made of the code: one function for each, which answers with Markdown."""
