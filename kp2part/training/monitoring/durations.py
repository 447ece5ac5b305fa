"""Durations as people write them."""

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def clock(seconds: float) -> str:
    """Returns a duration as a clock shows it: 0:09, 4:10, 1:02:33, 2d03h.

    Args:
        seconds: Not negative; rounded.
    """
    total = round(seconds)
    if total >= _DAY:
        days, rest = divmod(total, _DAY)
        return f"{days}d{rest // _HOUR:02d}h"
    minutes, second = divmod(total, _MINUTE)
    if total < _HOUR:
        return f"{minutes}:{second:02d}"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{second:02d}"


def words(seconds: float) -> str:
    """Returns a duration in words: 0.4 s, 9 s, 4 min 10 s, 1 h 2 min.

    Args:
        seconds: Not negative; rounded.
    """
    if seconds < 1:
        return f"{seconds:.1f} s"
    total = round(seconds)
    if total < _MINUTE:
        return f"{total} s"
    if total < _HOUR:
        return f"{total // _MINUTE} min {total % _MINUTE} s"
    return f"{total // _HOUR} h {total % _HOUR // _MINUTE} min"
