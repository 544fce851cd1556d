"""What our own objectives say. All are fractions (0.25 = 25 %), burn rates are multiples of the sustainable one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chaos.injectors.protocol import Argument

_SLO = Argument("slo", "text", "the objective's name, as in its address", is_required=True)
_MINUTES = Argument("minutes", "integer", "over how many minutes", default=5, least=1, most=1_440)

FUNCTIONS: Mapping[str, Sequence[Argument]] = {
    "sli": (_SLO, _MINUTES),
    "burn_rate": (_SLO, _MINUTES),
    "budget_left": (_SLO,),
    "is_met": (_SLO,),
}
