"""The image of the container set-up, and the health check of its containers."""
