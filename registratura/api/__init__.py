"""The JSON API for applications: portal sessions and personal tokens, problem+json, OpenAPI."""
