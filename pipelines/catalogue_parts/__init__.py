"""What `pipelines.catalogue` is put together from: positions, mistakes, names, regions. Only it knows this folder."""
