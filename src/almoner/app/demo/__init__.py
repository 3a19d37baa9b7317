"""`almoner demo`: a sample organisation with invented givers, a stream of gifts, and a view of both sides."""
