"""Base templates, components, 长辈版, number formats and charts; knows no other app."""
