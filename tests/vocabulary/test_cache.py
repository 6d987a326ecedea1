"""The cache folder: made where it may be, none where it may not."""

from pathlib import Path

import pytest

from pdedsl.vocabulary.cache import VARIABLE, cache_folder


def test_a_folder_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "here"))
    found = cache_folder("grammar")
    assert found is not None and found.is_dir() and (tmp_path / "here") in found.parents


def test_none_where_nothing_can_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "off")
    assert cache_folder("grammar") is None
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "file"))
    assert cache_folder("grammar") is None
