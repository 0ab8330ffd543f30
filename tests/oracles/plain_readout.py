"""The output neurons of one member, one image, with a dense matrix: an oracle for the compiled readout."""

import numpy as np

from gradfree.models import noise


def simulate(weights, projections, spikes, root, model, first_step):
    """Spikes (step, neuron) of all output neurons from `first_step` on; float64, every synapse by itself."""
    tau_m, tau_s, capacitance, dt = 10.0, 2.0, 250.0, model.dt_ms
    p11, p33 = np.exp(-dt / tau_s), np.exp(-dt / tau_m)
    beta = tau_s * tau_m / (tau_m - tau_s)
    p32 = beta / capacitance * (p33 - p11)
    p31 = beta / capacitance * (beta * (p33 - p11) - dt * p11)
    n_out, delay = projections.n_outputs, model.delay_steps
    dense = np.zeros((n_out, model.populations.n_reservoir))
    np.add.at(dense, (projections.target, projections.source), weights)
    inner = np.zeros((n_out, n_out))
    np.add.at(inner, (projections.inner_target, projections.inner_source), model.connectivity.inner_weight_pA)
    drive = np.zeros((model.n_steps + delay, n_out))
    for step, neuron in zip(spikes.step, spikes.neuron, strict=True):
        drive[step + delay] += dense[:, neuron]
    table = noise.table(model.background.noise_rate_Hz * dt / 1000)
    key = noise.key_of_image(np.uint64(root), int(spikes.image[0]))
    slope, current, potential, wait = np.zeros(n_out), np.zeros(n_out), np.zeros(n_out), np.zeros(n_out, int)
    raster = np.zeros((model.n_steps, n_out), bool)
    for step in range(first_step, model.n_steps):
        moved = p31 * slope + p32 * current + p33 * potential
        potential = np.where(wait > 0, 0.0, moved)
        wait = np.maximum(wait - 1, 0)
        current = dt * p11 * slope + p11 * current
        counts = np.array([noise.count(noise.bits(key, step, k) >> np.uint64(32), table) for k in range(n_out)])
        slope = p11 * slope + np.e / tau_s * (drive[step] + model.background.noise_weight_pA * counts)
        raster[step] = potential >= 15.0
        wait[raster[step]] = round(2.0 / dt)
        potential[raster[step]] = 0.0
        drive[step + delay] += inner @ raster[step]
    return raster
