"""OKLab, a colour space in which equal distances look about equal. Arrays of linear sRGB.

Source: B. Ottosson, "A perceptual color space for image processing", 2020.
"""

import numpy as np
from numpy.typing import NDArray

_RGB_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_LMS_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_LAB_TO_LMS = np.linalg.inv(_LMS_TO_LAB)
_LMS_TO_RGB = np.linalg.inv(_RGB_TO_LMS)


def linear_of(colours: NDArray[np.floating]) -> NDArray[np.floating]:
    """Linear light of sRGB values in 0..1, any shape."""
    linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear)


def lab_of(linear: NDArray[np.floating]) -> NDArray[np.floating]:
    """OKLab of linear sRGB, both float[…, 3]."""
    return np.asarray(np.cbrt(linear @ _RGB_TO_LMS.T) @ _LMS_TO_LAB.T)


def rgb_of(lab: NDArray[np.floating]) -> NDArray[np.floating]:
    """Linear sRGB of OKLab, both float[…, 3]; outside of 0..1 where no screen shows it."""
    return np.asarray((lab @ _LAB_TO_LMS.T) ** 3 @ _LMS_TO_RGB.T)
