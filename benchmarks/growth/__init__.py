"""What a larger library costs: training, loading, parsing, memory, model size."""
