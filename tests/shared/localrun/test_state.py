"""The state folder: one run at a time, secrets for this user only, never somebody else's files."""

import pytest

from shared.localrun.errors import StateInUse
from shared.localrun.state import StateFolder


def test_a_folder_is_taken_by_one_run_at_a_time(tmp_path):
    first, second = StateFolder(tmp_path / "state"), StateFolder(tmp_path / "state")
    first.open()
    with pytest.raises(StateInUse, match=r"Process \d+ is using"):
        second.open(fresh=True)
    first.close()
    second.open()
    second.close()


def test_a_folder_with_other_files_is_never_taken(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(StateInUse, match="holds other files"):
        StateFolder(tmp_path).open(fresh=True)
    assert [entry.name for entry in tmp_path.iterdir()] == ["thesis.txt"]


def test_fresh_forgets_everything_but_what_links_point_to(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").touch()
    state = StateFolder(tmp_path / "state")
    state.open()
    (state.folder / "data" / "deep").mkdir(parents=True)
    (state.folder / "link").symlink_to(outside)
    before = state.secret("password")
    state.close()
    state.open(fresh=True)
    assert not (state.folder / "data").exists()
    assert (outside / "kept").exists()
    assert state.secret("password") != before
    state.close()


def test_secrets_stay_the_same_and_are_readable_for_this_user_only(tmp_path):
    state = StateFolder(tmp_path / "state")
    state.open()
    secret = state.secret("password")
    assert state.secret("password") == secret
    assert len(secret) >= 32
    assert (state.folder / "password").stat().st_mode & 0o777 == 0o600
    assert state.folder.stat().st_mode & 0o777 == 0o700
    state.close()
