"""The demo: figures once, words by language, and the builder that puts the two together."""
