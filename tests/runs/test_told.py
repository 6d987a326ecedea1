"""What run.json tells."""

import json

import pdedsl
from pdedsl.runs.files import as_json
from pdedsl.runs.told import found_by, told
from pdedsl.stages.load import loads
from tests.analysis.test_family import LAYER


def test_it_is_plain_and_says_where_reports_are_curves() -> None:
    own = pdedsl.solve(loads(LAYER), time_limit=20)
    found = json.loads(as_json(told(own)))
    assert found["verdict"] == "solved" and found["space"].startswith("polynomials(")
    assert len(found["reports"]["middle"]["times"]) == 101 and found["families"]["u"]["known"]
    assert found_by(own) == {}
