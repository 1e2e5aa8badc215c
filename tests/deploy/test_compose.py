"""docker-compose.yml and the Dockerfile as written: who is published, who knows which secret, who waits for whom."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from deploy import settings_table
from shared.settings import SERVICES, Settings
from tests.deploy.conftest import ROOT

Compose = dict[str, Any]
WEB = [f"{service}-web" for service in SERVICES]
WORKERS = [f"{service}-worker" for service in SERVICES]
OURS = [*WEB, *WORKERS, "setup", "mail"]
SERVERS = ["gateway", "rabbitmq", "mongo"]


def targets(service: dict[str, Any]) -> dict[str, str]:
    """Name of each mounted secret's file in deploy/secrets → its name in the container."""
    return {
        each if isinstance(each, str) else each["source"]: each if isinstance(each, str) else each["target"]
        for each in service.get("secrets", ())
    }


def test_the_services_are_the_house_and_its_servers_and_nothing_else(compose: Compose) -> None:
    assert sorted(compose["services"]) == sorted([*OURS, *SERVERS])


def test_only_the_gateway_is_published_and_on_loopback_alone(compose: Compose) -> None:
    published = {name: service["ports"] for name, service in compose["services"].items() if "ports" in service}
    assert published == {"gateway": ["127.0.0.1:${ZONA_PORT:-8080}:8080"]}


def test_the_mail_sink_is_the_only_part_of_the_demo(compose: Compose) -> None:
    assert {name: s["profiles"] for name, s in compose["services"].items() if "profiles" in s} == {"mail": ["demo"]}


def test_no_password_stands_in_the_compose_file(compose: Compose) -> None:
    for name, service in compose["services"].items():
        for setting, value in (service.get("environment") or {}).items():
            assert "://" not in str(value) or setting == "ZONA_BASE_URL", f"{name}: {setting}"
            assert "PASS" not in setting or setting.endswith("_FILE"), f"{name}: {setting}"


def test_every_secret_is_one_that_make_secrets_makes(compose: Compose, secret_folder: Path) -> None:
    files = {name: Path(each["file"]) for name, each in compose["secrets"].items()}
    assert {path.parent for path in files.values()} == {Path("deploy/secrets")}
    assert {path.name for path in files.values()} == {path.name for path in secret_folder.iterdir()}
    used = {source for service in compose["services"].values() for source in targets(service)}
    assert used == set(files)


def test_a_service_gets_its_own_secrets_and_no_others(compose: Compose) -> None:
    services = compose["services"]
    for service in SERVICES:
        keys = {"token-public.pem", *({"token-private.pem"} if service == "units" else ())}
        assert set(targets(services[f"{service}-web"])) == {f"{service}-mongodb-uri", *keys}
        mail = {"smtp-uri"} if service == "notifications" else set()
        log = {"log.key"} if service == "registry" else set()
        expected = {f"{service}-mongodb-uri", f"{service}-amqp-uri", *mail, *log}
        assert set(targets(services[f"{service}-worker"])) == expected
    assert "admin-password" not in {each for name in (*WEB, *WORKERS) for each in targets(services[name])}


def test_every_setting_that_names_a_file_names_a_mounted_secret(compose: Compose) -> None:
    for name, service in compose["services"].items():
        mounted = {f"/run/secrets/{target}" for target in targets(service).values()}
        named = {v for k, v in (service.get("environment") or {}).items() if k.endswith("_FILE")}
        assert named <= mounted, name


def test_web_processes_never_reach_the_broker_nor_workers_the_gateway(compose: Compose) -> None:
    services = compose["services"]
    for name in WEB:
        assert services[name]["networks"] == ["web", "data"]
    for name in WORKERS:
        assert set(services[name]["networks"]) - {"outside"} == {"bus", "data"}
    assert {name for name in WORKERS if "outside" in services[name]["networks"]} == {"notifications-worker"}
    assert services["gateway"]["networks"] == ["public", "web"]
    inner = {name for name, network in compose["networks"].items() if network.get("internal")}
    assert inner == {"web", "data", "bus"}


def test_everything_waits_for_the_set_up_and_for_healthy_servers(compose: Compose) -> None:
    services = compose["services"]
    done, healthy = {"condition": "service_completed_successfully"}, {"condition": "service_healthy"}
    assert services["setup"]["depends_on"] == {"mongo": healthy, "rabbitmq": healthy}
    for name in WEB:
        assert services[name]["depends_on"] == {"setup": done, "mongo": healthy}
    for name in WORKERS:
        assert services[name]["depends_on"] == {"setup": done, "mongo": healthy, "rabbitmq": healthy}
    assert services["gateway"]["depends_on"] == dict.fromkeys(WEB, healthy)


def test_whatever_runs_on_has_a_health_check(compose: Compose) -> None:
    checked_images = re.findall(r"FROM runtime AS (\w+)\n(?:(?!FROM).*\n)*?HEALTHCHECK", dockerfile())
    assert checked_images == ["web", "worker", "mail"]
    for name, service in compose["services"].items():
        if name != "setup":
            assert "healthcheck" in service or service["build"]["target"] in checked_images, name


@pytest.mark.parametrize("name", OURS)
def test_our_containers_may_do_nothing_but_run(compose: Compose, name: str) -> None:
    service = compose["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["tmpfs"] == ["/tmp:mode=1777,size=64m"]
    assert service["stop_grace_period"] == "10s"


@pytest.mark.parametrize("name", [*WEB, *WORKERS])
def test_each_image_holds_the_one_service_that_it_is_named_for(compose: Compose, name: str) -> None:
    service, _, process = name.partition("-")
    built = compose["services"][name]["build"]
    assert (built["target"], built["args"]) == (process, {"SERVICE": service})
    assert compose["services"][name]["image"] == f"zona/{name}"


def test_the_paths_of_the_web_processes_are_those_of_one_machine(compose: Compose) -> None:
    from shared.localrun.site import MOUNTS

    given = {s: compose["services"][f"{s}-web"]["environment"].get("SCRIPT_NAME", "") for s in SERVICES}
    assert given == MOUNTS


def test_every_setting_reaches_a_container_and_no_container_gets_an_unknown_one(compose: Compose) -> None:
    known = {item.metadata["name"] for item in fields(Settings)} | {row[0] for row in settings_table.ONLY_CONTAINERS}
    given = {
        name.removesuffix("_FILE") if name.removesuffix("_FILE") in known else name
        for service in OURS
        for name in compose["services"][service].get("environment") or {}
    }
    assert given <= known
    of_the_image_or_the_shell = {
        "ZONA_PORT",
        "COMPOSE_PROFILES",
        "ZONA_SERVICE",
        "ZONA_PROCESS",
        "PROMETHEUS_MULTIPROC_DIR",
    }
    assert known - given == of_the_image_or_the_shell


def test_defaults_in_the_compose_file_are_those_of_the_code(compose: Compose) -> None:
    defaults = {item.metadata["name"]: str(item.default) for item in fields(Settings)}
    for service in OURS:
        for name, value in (compose["services"][service].get("environment") or {}).items():
            if name in defaults and name != "ZONA_BASE_URL" and (found := re.fullmatch(r"\$\{\w+:-(.*)\}", str(value))):
                assert found[1] == defaults[name], name


def test_the_table_of_settings_in_the_readme_is_the_one_that_the_code_has() -> None:
    assert settings_table.table() in (ROOT / "deploy/README.md").read_text()


def test_the_images_run_as_a_user_without_rights_and_hold_no_build_tools() -> None:
    text = dockerfile()
    assert "ARG PYTHON_IMAGE=python:3.11-slim-bookworm\n" in text
    for image in re.findall(r"FROM runtime AS \w+\n(?:(?!FROM).*\n?)*", text):
        assert "\nUSER 10001:10001\n" in image
        assert "org.opencontainers.image.title" in image
        assert "pip" not in image
    assert "uninstall --yes --quiet --root-user-action=ignore setuptools wheel pip" in text


def test_only_libraries_of_the_lock_files_get_in_each_with_its_hash() -> None:
    text = dockerfile()
    fetching = [line for line in text.splitlines() if "pip" in line and "install" in line and "uninstall" not in line]
    assert all("--require-hashes --only-binary :all:" in line or "--no-deps --no-index" in line for line in fetching)
    for lock in re.findall(r"requirements/\w+\.lock", text):
        assert "--hash=sha256:" in (ROOT / lock).read_text()
    assert not re.search(r"^(flask|gunicorn)==", (ROOT / "requirements/worker.lock").read_text(), re.MULTILINE)
    assert not re.search(r"^(eventlet|nameko|kombu|pika)==", (ROOT / "requirements/web.lock").read_text(), re.MULTILINE)


def test_an_image_never_holds_another_version_than_the_tests_had() -> None:
    tested = pins("all")
    for lock in ("web", "worker", "setup", "mail", "build"):
        assert pins(lock).items() <= tested.items()


def test_secrets_and_local_state_never_reach_a_build_or_the_repository() -> None:
    rules = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    assert rules[0] == "*"
    let_in = [rule for rule in rules if rule.startswith("!")]
    assert let_in == ["!pyproject.toml", "!requirements/*.lock", "!services", "!shared", "!deploy/containers"]
    assert {"deploy/secrets/", ".env"} <= set((ROOT / ".gitignore").read_text().splitlines())


def dockerfile() -> str:
    return (ROOT / "deploy/Dockerfile").read_text()


def pins(lock: str) -> dict[str, str]:
    """Name → version and marker, of a lock file."""
    text = (ROOT / f"requirements/{lock}.lock").read_text()
    return dict(re.findall(r"^([a-z0-9._-]+)==([^ ;\\]+)", text, re.MULTILINE))
