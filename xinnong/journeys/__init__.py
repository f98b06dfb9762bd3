"""Use cases that cross products: role homes, finding a household, its file, one's own file."""
