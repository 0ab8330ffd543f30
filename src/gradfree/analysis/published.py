"""Numbers that were published, to draw beside ours and to judge by."""

from __future__ import annotations

import numpy as np

# Yegenoglu et al., LOD 2020, Fig. 1, read from its vector graphics: mean and standard deviation over 10 runs of the
# test error in %. The figure prepends an artificial 100 % and so shifts all points by one checkpoint; here iteration i
# is the evaluation after update i, counted from 0.
LOD_FIG1_ITERATION = np.arange(0, 7500, 500)
LOD_FIG1_ENKF_PERCENT = np.array(
    [91.08, 6.95, 5.75, 5.39, 5.07, 4.86, 4.64, 4.57, 4.45, 4.34, 4.28, 4.25, 4.19, 4.15, 4.11]
)
LOD_FIG1_ENKF_STD = np.array([0.0, 0.45, 0.38, 0.35, 0.34, 0.32, 0.30, 0.31, 0.29, 0.29, 0.25, 0.25, 0.24, 0.26, 0.25])
LOD_FIG1_SGD_PERCENT = np.array(
    [89.01, 89.60, 84.77, 83.72, 83.12, 83.87, 83.26, 82.36, 83.04, 82.14, 82.77, 82.20, 82.24, 82.01, 81.84]
)
LOD_FIG1_SGD_STD = np.array(
    [2.81, 0.88, 16.49, 17.55, 20.34, 18.81, 20.75, 22.45, 21.82, 22.93, 21.79, 23.35, 23.27, 24.05, 24.01]
)

# LOD 2020, EnKF activation figure: flat means of the three layers after the first batches.
LOD_ENKF_ACTIVATION_MEANS = np.array([0.53, 0.52, 0.10])

LOD_MEMBERS = 5000
LOD_BATCH = 64
