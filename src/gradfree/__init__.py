"""Training neural networks without gradients: optimizers, models, tasks and the experiments that join them."""
