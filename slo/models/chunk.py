from __future__ import annotations

from django.db import models


class HourChunk(models.Model):
    """Sixty one-minute counts of an SLI, and the running sums up to the start of the hour.

    `good` and `valid` are sixty counts as slo.domain.chunks packs them (0 to 481 bytes, mostly 69), `coverage` has
    bit i set when minute i was measured. Hours count from the epoch. Between an SLI's first and last hour there is
    a row for every hour, so a window is a difference of two prefix sums and two partial hours. The prefix sums start
    at an arbitrary origin (Sli.base_*): only their differences mean something.
    """

    pk = models.CompositePrimaryKey("sli_id", "hour")
    sli = models.ForeignKey("slo.Sli", on_delete=models.CASCADE, related_name="chunks", db_index=False)
    hour = models.BigIntegerField()
    good = models.BinaryField()
    valid = models.BinaryField()
    coverage = models.BigIntegerField(default=0)
    good_before = models.FloatField(default=0.0)
    valid_before = models.FloatField(default=0.0)
    minutes_before = models.BigIntegerField(default=0)

    # No index beside the key: fleets are read by (sli, hour) as well, measured as fast as by an index on hour.

    def __str__(self) -> str:
        return f"SLI {self.sli_id} hour {self.hour}"
