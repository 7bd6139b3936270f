"""A cell as a plain value, and back: what is kept of it, files, instances, exports."""
