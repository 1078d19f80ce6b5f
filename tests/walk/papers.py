"""Records, rows that wait, exports, check packs, datum parameters: the commands that write files."""

from __future__ import annotations

import re

from .commands import HERE, Commands, number_of
from .deliveries import OWN


def papers(commands: Commands) -> None:
    """Records, waiting rows, exports, check packs, datum parameters: the files that are written."""
    run, place = commands.run, commands.place
    mistakes, first, surveyed = (number_of(place, title) for title in ("有错的一批", "部件首批", "部件复测"))
    for language in ("zh", "en"):
        at = {"language": language}
        record = f"record-{language}.html"
        run("record/html", "changes", "record", mistakes, first, "--html", record, *HERE, **at, writes=[record])
        run(
            "record/open",
            "changes",
            "record",
            surveyed,
            "--title",
            "复测",
            "--html",
            f"open-{record}",
            *HERE,
            **at,
            writes=[f"open-{record}"],
        )
        run(
            "record/pdf",
            "changes",
            "record",
            mistakes,
            "--pdf",
            f"r-{language}.pdf",
            *HERE,
            **at,
            writes=[f"r-{language}.pdf"],
        )
        run("record/nothing", "changes", "record", mistakes, *HERE, **at)
        run("record/absent", "changes", "record", "999999", "--html", "x.html", *HERE, **at, writes=["x.html"])
        run("record/verify-wrong", "changes", "record", first, "--verify", "00", *HERE, **at)
        run("record/verify-two", "changes", "record", first, mistakes, "--verify", "00", *HERE, **at)
        run(
            "waiting/csv",
            "changes",
            "waiting",
            mistakes,
            "mistakes.csv",
            "--to",
            f"w-{language}",
            *HERE,
            **at,
            writes=[f"w-{language}"],
        )
        run("waiting/other-file", "changes", "waiting", mistakes, "components.csv", "--to", "w-other", *HERE, **at)
        run("waiting/none", "changes", "waiting", first, "components.csv", "--to", "w-none", *HERE, **at)
    checksum = re.search(r"[0-9a-f]{64}", place.run(["changes", "record", first, "--verify", "00", *HERE]).err)
    assert checksum
    run("record/verify", "changes", "record", first, "--verify", checksum[0], *HERE)
    for ending in ("gpkg", "geojson", "csv", "fgb"):
        run(
            f"export/{ending}",
            "export",
            f"out.{ending}",
            "--layer",
            "component",
            "--filter",
            "state=damaged",
            *HERE,
            writes=[f"out.{ending}"],
        )
    run(
        "export/roads",
        "export",
        "roads-out.geojson",
        "--layer",
        "road",
        *HERE,
        language="en",
        writes=["roads-out.geojson"],
    )
    run(
        "export/cameras",
        "export",
        "cameras-out.csv",
        "--layer",
        "camera",
        *HERE,
        "--as",
        "camera_viewer",
        writes=["cameras-out.csv"],
    )
    run(
        "export/force",
        "export",
        "out.csv",
        "--layer",
        "component",
        "--force",
        "--filter",
        "q=部件1&area=330105001",
        *HERE,
        writes=["out.csv"],
    )
    for name, arguments in {
        "exists": ("out.csv", "--layer", "component"), "ending": ("out.xyz", "--layer", "component"),
        "layer": ("y.csv", "--layer", "none"), "filter": ("y.csv", "--layer", "component", "--filter", "state=x"),
        "no-grant": ("y.csv", "--layer", "camera", "--as", "inspector"),
        "contractor": ("y.csv", "--layer", "road", "--as", "contractor"),
    }.items():  # fmt: skip
        commands.read(f"export/wrong-{name}", "export", *arguments, *HERE)
    _packs(commands)


def _packs(commands: Commands) -> None:
    run = commands.run
    run(
        "profile/export",
        "profile",
        "export",
        "路灯方案",
        "--out",
        "lamps.check.toml",
        *HERE,
        writes=["lamps.check.toml"],
    )
    commands.read("profile/export-exists", "profile", "export", "路灯方案", "--out", "lamps.check.toml", *HERE)
    run("profile/export-mistakes", "profile", "export", "有错方案", "--out", "mistakes.check.toml", *HERE)
    for file in ("lamps.gpkg", "lamps_gb18030.csv", "mistakes.csv", "damaged.gpkg", "none.csv"):
        how = ("--profile", "mistakes.check.toml" if file == "mistakes.csv" else "lamps.check.toml")
        commands.read(f"check/{file}", "check", file, *how)
        commands.read(f"check/{file}-json", "check", file, *how, "--json")
    commands.read("check/wrong-profile", "check", "mistakes.csv", "--profile", "profile-wrong.toml")
    commands.catch_up()
    for language in ("zh", "en"):
        at, report = {"language": language}, f"check-{language}.html"
        run(
            "check/report",
            "check",
            "mistakes.csv",
            "--profile",
            "mistakes.check.toml",
            "--crs",
            "EPSG:4490",
            "--report",
            report,
            **at,
            writes=[report],
        )
        run("datum/fit", "datum", "fit", "control.csv", "--name", "试验2000", "--out", f"datum-{language}.json", **at)
    commands.read("datum/columns", "datum", "fit", "control-wrong.csv", "--name", "x", "--out", "d.json")
    commands.read("datum/missing", "datum", "fit", "none.csv", "--name", "x", "--out", "d.json")
    commands.read("datum/crs", "datum", "fit", "control.csv", "--name", "x", "--to", "EPSG:1", "--out", "d.json")
    run("profile/remove", "profile", "remove", "路灯方案", *HERE, language="en")
    run("rebuild/own", "rebuild", OWN)
    for name, arguments in {
        "command": ("nothing",), "option": ("look", "--nothing"), "bench": ("bench", "nothing"),
        "port": ("serve", "--port", "0"),
        "none": (), "version": ("--version",),
    }.items():  # fmt: skip
        commands.read(f"usage/{name}", *arguments)
    commands.catch_up()
