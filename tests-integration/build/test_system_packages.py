"""Installing peers leaves no trace of how it was done."""

import stat
from pathlib import Path

import pytest

from tools import system_packages
from tools.system_packages import NO_SERVICES, without_services


@pytest.fixture
def policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "policy-rc.d"
    monkeypatch.setattr(system_packages, "POLICY", path)
    return path


@pytest.mark.parametrize("left_behind", [False, True])
def test_no_service_is_started_meanwhile(policy: Path, left_behind: bool) -> None:
    if left_behind:
        policy.write_text(NO_SERVICES)
    with pytest.raises(KeyError), without_services():
        assert policy.read_text() == NO_SERVICES
        assert policy.stat().st_mode & stat.S_IXUSR
        raise KeyError
    assert not policy.exists()


def test_a_policy_of_the_machine_stays(policy: Path) -> None:
    policy.write_text("#!/bin/sh\nexit 0\n")
    with without_services():
        assert policy.read_text() == "#!/bin/sh\nexit 0\n"
    assert policy.read_text() == "#!/bin/sh\nexit 0\n"


def test_peers_on_the_path_are_not_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        system_packages, "PEERS", {("sh",): "dash", ("no-such-program", "other"): "nothing"}
    )
    assert system_packages.missing() == ["nothing"]
