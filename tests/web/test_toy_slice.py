"""A new slice works on every floor by what it announces. Only the list of slices is edited for it, here by a patch."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import seed
from click.testing import CliRunner
from flask import Flask
from signing_in import signed_in

import demo
import registry
import web
from demo import commands as demo_commands
from registry import slices
from registry.assets import filters
from registry.commands.main import registry as program
from registry.database.connections import connect
from registry.operations.migrations import migrate
from registry.settings import Settings
from web.app import create_app
from web.http import errors

FILES = {
    "registry/toy/__init__.py": """
        from registry.i18n import N_
        from registry.slices import Announcement

        ANNOUNCEMENT = Announcement(
            roles={"juggler": ("杂耍人", "Juggler")},
            filter_fields=("registry.toy.fields:MARK",),
            commands={"toy": "registry.toy.commands:toy", "changes juggle": "registry.toy.commands:juggle"},
        )
        """,
    "registry/toy/fields.py": """
        from registry.assets.filter_fields import FilterField

        MARK = FilterField(
            "mark", "mark", lambda: "记号", lambda given: given[-1], lambda value: [value],
            lambda asked, value: (asked.table.external_key == value,), empty="",
        )
        """,
    "registry/toy/commands.py": """
        import click

        @click.command()
        def toy() -> None:
            \"\"\"Say it.\"\"\"
            click.echo("toy said")

        @click.command()
        def juggle() -> None:
            \"\"\"Juggle.\"\"\"
            click.echo("juggled")
        """,
    "web/toy/__init__.py": """
        from registry.i18n import N_
        from registry.slices import Announcement, MenuEntry

        ANNOUNCEMENT = Announcement(
            blueprints=("web.toy.pages:blueprint",),
            scripted=("toy.answer",),
            menu=(MenuEntry("toy", N_("玩具"), "toy.page", "web.toy:for_surveyors"),),
        )

        def for_surveyors(scope):
            return "surveyor" in scope.roles
        """,
    "web/toy/pages.py": """
        from flask import jsonify, render_template_string

        from registry.errors import Conflict
        from web.http.routing import district_blueprint
        from web.http.transaction import district, scope

        blueprint = district_blueprint("toy", __name__, "/toy")

        @blueprint.get("")
        def page():
            shown = "{% extends 'base.html' %}{% set here = 'toy' %}{% block main %}{{ name }}{% endblock %}"
            return render_template_string(shown, name=f"{scope().person_name} {district().name}")

        @blueprint.get("/answer")
        def answer():
            raise Conflict("broken toy")
        """,
    "demo/toy/__init__.py": """
        from registry.slices import Announcement

        ANNOUNCEMENT = Announcement(demo=("demo.toy.part:build",))
        """,
    "demo/toy/part.py": """
        built = []

        def build(url, manifest, folder):
            built.append((url, folder))
        """,
}


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The slice `toy` in a folder of its own, which the floors' packages take in."""
    for name, text in FILES.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text), encoding="utf-8")
    for floor in (registry, demo, web):
        monkeypatch.setattr(floor, "__path__", [*floor.__path__, str(tmp_path / floor.__name__)])
    monkeypatch.setattr(slices, "SLICES", (*slices.SLICES, "toy"))
    _forget()
    yield
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    slices._announced.cache_clear()
    errors._scripted.cache_clear()
    filters.gather()


@pytest.fixture
def toy_app(toy: None, seeded_clone: str, app_settings: Settings) -> Iterator[Flask]:
    made = create_app(app_settings, seeded_clone)
    yield made
    made.extensions["chengji.engine"].dispose()


def test_its_page_stands_in_the_menu_of_whom_it_is_for(toy_app: Flask) -> None:
    line = f'href="/{seed.DISTRICT}/toy"'
    surveyor, inspector = (signed_in(toy_app, name) for name in ("surveyor", "inspector"))
    page = surveyor.get(f"/{seed.DISTRICT}/toy")
    assert page.status_code == 200
    assert f'{line} aria-current="page"' in page.text
    assert line in surveyor.get(f"/{seed.DISTRICT}/assets").text
    assert line not in inspector.get(f"/{seed.DISTRICT}/assets").text


def test_its_errors_are_json_where_a_script_asks(toy_app: Flask) -> None:
    answer = signed_in(toy_app, "surveyor").get(f"/{seed.DISTRICT}/toy/answer")
    assert (answer.status_code, answer.is_json, answer.get_json()["error"]) == (409, True, "conflict")
    assert toy_app.test_client().get(f"/{seed.DISTRICT}/toy/answer").status_code == 401


def test_its_filter_field_is_asked_by_list_counts_and_map(toy_app: Flask) -> None:
    client, marked = signed_in(toy_app, "camera_viewer"), f"/{seed.DISTRICT}/%s?mark=CAM-1"
    counted = client.get(marked % "api/counts").json
    assert counted is not None and counted["total"] == 1
    page = client.get(marked % "assets").text
    assert "密探枪机1" in page and "密探枪机2" not in page and "记号" in page
    shell = client.get(marked % "map").text
    assert '"filter_keys": ["layer", "class", "state", "area", "party", "q", "bbox", "as_of", "mark"]' in shell
    assert '"filter_mark": "记号"' in shell


@pytest.mark.parametrize(("arguments", "said"), [(["toy"], "toy said"), (["changes", "juggle"], "juggled")])
def test_its_commands_are_of_the_program(toy: None, arguments: list[str], said: str) -> None:
    done = CliRunner().invoke(program, arguments, catch_exceptions=False)
    assert (done.exit_code, done.output.strip()) == (0, said)
    listed = CliRunner().invoke(program, [*arguments[:-1], "--help"], catch_exceptions=False).output
    assert f"  {arguments[-1]} " in listed


def test_its_role_is_there_after_the_migration(toy: None, clone: str) -> None:
    migrate(clone)
    with connect(clone, role="chengji_owner") as connection:
        row = connection.execute("SELECT name_zh, name_en FROM registry.role WHERE name = 'juggler'").fetchone()
    assert row == ("杂耍人", "Juggler")


def test_its_part_of_the_demo_is_built_last(toy: None, monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    done: list[Any] = []
    monkeypatch.setattr(demo_commands, "_prepare", lambda *_given: "secret")
    monkeypatch.setattr(demo_commands, "_import", lambda *_given: done.append("import"))
    monkeypatch.setattr(demo_commands, "_analyse", lambda _url: done.append("analyse"))
    manifest = type("Manifest", (), {"deliveries": [type("Delivery", (), {"file": "a"})], "district": "330105"})
    monkeypatch.setattr(demo, "write_deliveries", lambda _folder: manifest)
    demo_commands.build("postgresql://", home / "demo")
    part = slices.load("demo.toy.part:built")
    assert part == [("postgresql://", home / "demo")]
    assert done == ["import", "analyse"]


def test_without_the_slice_nothing_of_it_is_there(app: Flask) -> None:
    assert "toy" not in app.blueprints
    assert CliRunner().invoke(program, ["toy"]).exit_code == 2
