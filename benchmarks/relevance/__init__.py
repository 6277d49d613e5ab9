"""How well the search finds what a bookseller means, judged on queries over real catalogues."""
