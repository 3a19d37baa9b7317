"""`almoner demo`: a sample organization with invented givers, a stream of gifts, and a view of both sides."""
