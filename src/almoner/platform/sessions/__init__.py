"""Sign-in to the console: links that work once and the browser sessions they become."""
