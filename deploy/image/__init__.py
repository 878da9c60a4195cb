"""The image of the container set-up, and what runs in it beside our processes."""
