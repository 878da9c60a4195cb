"""The pages of docs/reference, a module for each: text made from the code."""
