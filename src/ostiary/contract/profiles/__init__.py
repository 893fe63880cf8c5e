"""The eight kinds: what each carries, and for every line why, and the text that it rests on.

`PROFILES` is the one table.
"""

from ostiary.contract.profiles.settings import SETTINGS
from ostiary.contract.profiles.sheet import REFRESH, Chosen, Sheet
from ostiary.contract.profiles.table import PARTNER_WHO_SIGNS, PROFILES, WEB_WITH_SERVER

__all__ = ["PARTNER_WHO_SIGNS", "PROFILES", "REFRESH", "SETTINGS", "WEB_WITH_SERVER", "Chosen", "Sheet"]
