"""What EXIF says of a picture. Tags are those of Exif 2.32, CIPA DC-008, annex A."""

import datetime as dt
import re

from PIL import ExifTags, Image

from muserd.extract.moments import Moment, moment_of

_ORIENTATION = 0x0112
# (where it was taken, digitised, changed last): date, offset, fraction of a second
_TIMES = ((0x9003, 0x9011, 0x9291), (0x9004, 0x9012, 0x9292), (0x0132, 0x9010, 0x9290))
_DATE = re.compile(r"(\d{4})[:/-](\d{2})[:/-](\d{2})[ T](\d{2}):(\d{2}):(\d{2})")
_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})")


def orientation(exif: Image.Exif) -> int:
    """1 to 8; 1, which is upright, for anything else."""
    value = exif.get(_ORIENTATION, 1)
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def taken_at(exif: Image.Exif) -> Moment | None:
    """When the picture was taken, else digitised, else changed last; None if EXIF is silent."""
    inner = exif.get_ifd(ExifTags.IFD.Exif)
    for date_tag, offset_tag, fraction_tag in _TIMES:
        date = _DATE.match(_text(inner.get(date_tag, exif.get(date_tag))))
        if date is None:
            continue
        offset = _offset(_text(inner.get(offset_tag)))
        try:
            year, month, day, hour, minute, second = map(int, date.groups())
            moment = moment_of(
                dt.datetime(  # a leap second is the one after 59
                    year, month, day, hour, minute, min(second, 59), tzinfo=offset
                )
            )
        except ValueError:
            continue  # 0000:00:00 00:00:00, which cameras write when their clock was never set
        if moment is not None:
            thousandths = _thousandths(_text(inner.get(fraction_tag)))
            return Moment(moment.time_ms + thousandths, moment.utc_offset_min)
    return None


def _offset(text: str) -> dt.timezone | None:
    found = _OFFSET.fullmatch(text)
    if found is None:
        return dt.UTC if text == "Z" else None
    sign, hours, minutes = found.groups()
    east = dt.timedelta(hours=int(hours), minutes=int(minutes))
    if east >= dt.timedelta(hours=24):
        return None
    return dt.timezone(-east if sign == "-" else east)


def _thousandths(text: str) -> int:
    digits = re.match(r"\d+", text)
    return int(digits.group()[:3].ljust(3, "0")) if digits else 0


def _text(value: object) -> str:
    if isinstance(value, bytes):
        value = value.decode("ascii", "replace")
    return value.replace("\0", "").strip() if isinstance(value, str) else ""
