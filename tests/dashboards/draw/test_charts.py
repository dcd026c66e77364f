"""The specifications of the charts are what Vega-Lite's schema allows."""

from __future__ import annotations

import altair as alt
import pytest

from dashboards.draw import charts


@pytest.mark.parametrize("name", charts.SPECIFICATIONS)
def test_a_specification_is_valid(name: str) -> None:
    made = charts.SPECIFICATIONS[name]()
    read = alt.Chart.from_dict(made, validate=True)
    assert isinstance(read, alt.LayerChart)
    broken = {**made, "layer": [{"mark": "sparkle"}]}
    with pytest.raises(Exception, match="sparkle"):
        alt.Chart.from_dict(broken, validate=True)
