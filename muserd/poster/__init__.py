"""A map as one drawing for paper or a screen: SVG, PDF, PNG. Pure: arrays in, bytes out."""
