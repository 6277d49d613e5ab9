"""ONIX for Books 3.0 and 3.1: messages of any size, read product by product into the shop's own records."""
