"""Where what may stand: the rows of the table against each other."""

from pdedsl.meaning.place import PLACES


def test_where_coordinates_have_no_meaning_fields_have_none() -> None:
    assert not [name for name, place in PLACES.items() if place.fields and not place.coordinates]


def test_what_few_places_take() -> None:
    assert [n for n, p in PLACES.items() if p.jumps] == ["interface"] and [
        n for n, p in PLACES.items() if p.extremes
    ] == ["report"]
    assert {n for n, p in PLACES.items() if p.boundary} == {"boundary", "interface", "jump", "integral on a boundary"}
