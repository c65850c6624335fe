"""The booking engine: plain functions over a connection. It has never heard of HTTP."""
