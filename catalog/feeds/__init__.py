"""What machines and shared links read of the catalogue: the book page, sitemaps, new titles, the product feed."""
