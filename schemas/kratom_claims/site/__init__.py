"""The explorer: a static site made from the tables, for people who will never load a CSV."""
