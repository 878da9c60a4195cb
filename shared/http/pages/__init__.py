"""The pages of every api: its description at ``/docs``, and what each problem means at ``/docs/problems``. Nothing is loaded from elsewhere.

Here belong pages that all services have, and how a folder of files is served. A service's own page stands with the service.
"""
