"""`/Token`: users sign in for a program, and keep signed in."""
