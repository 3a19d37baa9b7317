"""`almoner doctor` on the data folder: who else may write there."""

from __future__ import annotations

from pathlib import Path

from almoner.cli.doctor_checks import OK, WARNING, check_folder
from almoner.platform.settings import Settings


def test_a_folder_in_which_every_account_may_write_is_told_with_its_cure(tmp_path: Path) -> None:
    folder = tmp_path / "my data"
    folder.mkdir()
    folder.chmod(0o777)
    finding = next(iter(check_folder(Settings(data_dir=folder))))
    assert finding.status == WARNING and str(folder) in finding.text
    assert finding.advice == f"Let nobody else write there: chmod o-w '{folder}'"
    folder.chmod(0o775)
    assert next(iter(check_folder(Settings(data_dir=folder)))).status == OK
