"""How often a JPEG makes its decoder go over the whole picture."""

from muserd.extract.content import Content
from muserd.ground.errors import FileError
from muserd.ground.paths import display

_START_OF_SCAN = b"\xff\xda"  # in the data of a scan, 0xff is always followed by another byte
_SEQUENTIAL = (0xC0, 0xC1)  # frames that are decoded once, scan after scan
_MOST_SCANS = 300  # cameras write one, programs about ten


def check_scans(content: Content) -> None:
    """Refuse a JPEG that is decoded hundreds of times over (libjpeg-turbo's own advice).

    Raises:
        FileError: it has too many scans.
    """
    if not content.data.startswith(b"\xff\xd8") or _has_one_scan(content.data):
        return
    scans = content.data.count(_START_OF_SCAN)
    if scans > _MOST_SCANS:
        raise FileError(
            "bomb",
            f"{display(content.path)} has {scans} scans; {_MOST_SCANS} are allowed",
            "save it anew in a picture editor",
        )


def _has_one_scan(data: bytes) -> bool:
    """Whether a JPEG's first scan holds all of it, as most cameras' does (ITU-T T.81, B.2)."""
    at, components = 2, 0
    while at + 10 < len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if marker in _SEQUENTIAL:
            components = data[at + 9]
        elif marker == 0xDA:
            return components > 0 and data[at + 4] == components
        at += 2 + max(length, 2)
    return False
