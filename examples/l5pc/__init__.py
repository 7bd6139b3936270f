"""The published layer-5 pyramidal cell of the demo, and its synaptic drive."""
