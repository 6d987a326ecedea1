"""Checksums: what was changed is told, what is whole is read."""

from pathlib import Path

import pytest

from pdedsl.runs.sealed import FORMAT, Damaged, checksum, sealed, summary, whole


def test_a_file_is_what_was_written_or_says_that_it_is_not(tmp_path: Path) -> None:
    told = {"format": FORMAT, "status": "converged", "checksums": {"a.csv": checksum(b"x\n1\n")}}
    (tmp_path / "run.json").write_bytes(sealed(told))
    (tmp_path / "a.csv").write_bytes(b"x\n1\n")
    assert whole(tmp_path, "a.csv") == b"x\n1\n" and summary(tmp_path)["status"] == "converged"
    (tmp_path / "a.csv").write_bytes(b"x\n2\n")
    with pytest.raises(Damaged, match="it was changed since the run wrote it"):
        whole(tmp_path, "a.csv")
    (tmp_path / "b.csv").write_bytes(b"")
    with pytest.raises(Damaged, match="not the file of a run"):
        whole(tmp_path, "b.csv")
    with pytest.raises(Damaged, match="it is missing"):
        whole(tmp_path, "c.csv")


def test_a_summary_that_was_edited_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_bytes(sealed({"format": FORMAT, "status": "stalled"}).replace(b"stalled", b"solved!"))
    with pytest.raises(Damaged, match="it was changed"):
        summary(tmp_path)
    path.write_bytes(b"[1, 2]")
    with pytest.raises(Damaged, match="not the summary of a run"):
        summary(tmp_path)
