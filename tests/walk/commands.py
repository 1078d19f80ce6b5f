"""Every command, its help, its mistakes; on the way the register is filled."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from . import bodies
from .deliveries import ABSENT, DATA, OTHER, OWN
from .normal import Normal
from .place import Done, Place
from .recording import Recording

PASSWORD = "Chengji-2026"
# User name, roles (district:role), layers (district:layer).
PEOPLE: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("admin", (f"{OWN}:administrator",), ()),
    ("surveyor", (f"{OWN}:surveyor",), ()),
    ("camera_surveyor", (f"{OWN}:surveyor",), (f"{OWN}:camera",)),
    ("inspector", (f"{OWN}:inspector",), ()),
    ("camera_viewer", (f"{OWN}:inspector",), (f"{OWN}:camera",)),
    ("contractor", (f"{OWN}:contractor",), ()),
    ("nobody", (), ()),
    ("neighbour", (f"{OTHER}:surveyor",), (f"{OTHER}:camera",)),
    ("both", (f"{OWN}:inspector", f"{OTHER}:inspector"), ()),
)
AS_TEXT = ("lamps_gcj02.xlsx", "lamps_gbk.zip", "lamps.kml", "lamps.dxf")  # files that are looked into for a person too
BOX, OTHER_BOX = "120.11,30.28,120.19,30.36", "120.31,30.28,120.39,30.36"
HERE = ("--district", OWN)


class Commands:
    """Runs commands one after another, or several at once where they change nothing, and keeps what they said."""

    def __init__(self, place: Place, recording: Recording, normal: Normal) -> None:
        self.place, self._recording, self._normal = place, recording, normal
        self.ran = 0
        self._later: list[Callable[[], None]] = []

    def run(
        self, name: str, *arguments: str, language: str = "zh", stdin: str = "", writes: Sequence[str] = ()
    ) -> Done:
        """Run a command now. `writes` are files, or folders of files, whose content is part of the answer."""
        done = self.place.run(arguments, language, stdin)
        self.ran += 1
        shown = " ".join(f"'{word}'" if re.search(r"[\s&]", word) else word for word in arguments)
        parts = [f"$ registry {self._normal.text(shown)}", f"exit {done.code}"]
        parts += ["--- stdout", self._said(done.out), "--- stderr", self._said(done.err)]
        for file in writes:
            path = self.place.work / file
            inside = sorted(path.iterdir()) if path.is_dir() else [path]
            for each in inside:
                kept = bodies.file(self._normal, each.read_bytes(), each.name) if each.is_file() else "not written"
                parts += [f"--- file {each.name}", kept]
        self._recording.put(f"commands/{name}/{language}", "\n".join(parts))
        return done

    def _said(self, text: str) -> str:
        """JSON a value to a line, where the whole is JSON."""
        return self._normal.json(text) if text[:1] in ("[", "{") and text.count("\n") == 1 else self._normal.text(text)

    def read(self, name: str, *arguments: str, stdin: str = "", languages: Sequence[str] = ("zh", "en")) -> None:
        """A command that changes nothing, in both languages; it runs when `catch_up` is called."""
        for language in languages:
            self._later.append(lambda spoken=language: self.run(name, *arguments, language=spoken, stdin=stdin))

    def catch_up(self) -> None:
        """Run what `read` noted."""
        for each in self._later:
            each()
        self._later.clear()


def helps(commands: Commands, *path: str) -> list[str]:
    """`--help` of a command and of all below it: their names, read from what it says."""
    done = commands.run("/".join(("help", *(path or ("registry",)))) + "/_", *path, "--help")  # is in both languages
    listed = done.out.partition("\nCommands:\n")[2]
    names = re.findall(r"^  ([a-z][\w-]*)(?:\s|$)", listed, re.MULTILINE)
    found = [" ".join(path)] if path and not names else []
    for name in names:
        found += helps(commands, *path, name)
    return found


def found_register(commands: Commands) -> None:
    """From an empty folder to districts, areas, layers and people."""
    run, read = commands.run, commands.read
    run("up/empty", "up")
    commands.place.hurry()
    for name in ("doctor", "doctor --json", "changes list", "layer list", "person list", "rebuild 330105"):
        read(f"before-migrate/{name.replace(' ', '-')}", *name.split())
    commands.catch_up()
    run("migrate/first", "migrate")
    run("migrate/again", "migrate", language="en")
    for name in ("doctor", "doctor --json", "changes list", "changes list --json"):
        read(f"empty/{name.replace(' ', '-')}", *name.split())
    commands.catch_up()
    _districts(commands)
    _layers(commands)
    _people(commands)


def _districts(commands: Commands) -> None:
    run, read = commands.run, commands.read
    add = ("district", "add")
    run("district/add", *add, OWN, "--name", "测试区", "--name-en", "Test District", "--box", BOX)
    run("district/add-other", *add, OTHER, "--name", "邻测区", "--box", OTHER_BOX, language="en")
    run("district/correct", *add, OTHER, "--name", "邻测区", "--name-en", "Next District", "--box", OTHER_BOX)
    read("district/wrong-box", *add, "330107", "--name", "某区", "--box", "1,2,x,4")
    read("district/inside-out-box", *add, "330107", "--name", "某区", "--box", "121,30,120,31")
    read("district/wrong-code", *add, "33", "--name", "某区", "--box", BOX)
    read("district/no-box", *add, "330107", "--name", "某区")
    read("area/missing-file", "area", "import", "none.geojson", "--district", OWN)
    read("area/unknown-district", "area", "import", "areas.geojson", "--district", ABSENT)
    read("area/unknown-column", "area", "import", "areas.geojson", "--district", OWN, "--code-column", "number")
    read("area/no-polygons", "area", "import", "roads.geojson", "--district", OWN)
    commands.catch_up()
    run("area/import", "area", "import", "areas.geojson", "--district", OWN)
    run("area/import-other", "area", "import", "areas-other.geojson", "--district", OTHER, language="en")


def _layers(commands: Commands) -> None:
    run, read = commands.run, commands.read
    bench = ("layer", "add", "bench", "--name", "座椅", "--geometry", "point")
    good = ("--class", "local bench:1:长椅:9901")
    run(
        "layer/add",
        *bench,
        *good,
        "--name-en",
        "Benches",
        "--schema",
        "schema.json",
        "--colour",
        "#8a6d3b",
        "--zoom",
        "10-22",
    )
    read("layer/again", *bench, *good)
    read("layer/wrong-zoom", *bench, *good, "--zoom", "8")
    read("layer/wrong-class", *bench, "--class", "长椅")
    read("layer/wrong-schema", *bench, *good, "--schema", "schema-wrong.json")
    read("layer/missing-schema", *bench, *good, "--schema", "none.json")
    read("layer/wrong-geometry", "layer", "add", "x", "--name", "某", "--geometry", "solid", *good)
    read("layer/wrong-code", "layer", "add", "Bad Code", "--name", "某", "--geometry", "point", *good)
    read("layer/list", "layer", "list")
    read("layer/list-json", "layer", "list", "--json")
    commands.catch_up()


def _people(commands: Commands) -> None:
    run, read, secret = commands.run, commands.read, f"{PASSWORD}\n"
    for username, roles, layers in PEOPLE:
        more = [word for role in roles for word in ("--role", role)] + [
            w for layer in layers for w in ("--layer", layer)
        ]
        run(f"person/add-{username}", "person", "add", username, "--name", f"测试{username}", *more, stdin=secret)
    run("person/add-visitor", "person", "add", "visitor", "--role", f"{OWN}:surveyor", stdin=secret, language="en")
    run("person/add-locked", "person", "add", "locked", "--email", "a@example.org", "--no-password")
    read("person/taken", "person", "add", "admin", "--no-password")
    read("person/bad-name", "person", "add", "A b", "--no-password")
    read("person/weak", "person", "add", "weak", stdin="123\n")
    read("person/unknown-role", "person", "add", "x1", "--no-password", "--role", f"{OWN}:king")
    read("person/unknown-district", "person", "add", "x1", "--no-password", "--role", f"{ABSENT}:inspector")
    read("person/wrong-pair", "person", "grant", "admin", "inspector")
    read("person/grant-unknown", "person", "grant", "stranger", f"{OWN}:inspector")
    read("person/revoke-none", "person", "revoke", "nobody", f"{OWN}:inspector")
    read("person/layer-unknown", "person", "grant-layer", "inspector", f"{OWN}:none")
    read("person/layer-open", "person", "grant-layer", "inspector", f"{OWN}:road")
    read("person/password-unknown", "person", "password", "stranger", stdin=secret)
    read("person/close-unknown", "person", "close", "stranger")
    commands.catch_up()
    for n, (verb, *rest) in enumerate((
        ("grant", f"{OWN}:inspector"), ("grant-layer", f"{OWN}:camera"), ("revoke-layer", f"{OWN}:camera"),
        ("revoke", f"{OWN}:inspector"), ("close",), ("open",), ("close",),
    )):  # fmt: skip
        run(f"person/locked-{n}-{verb}", "person", verb, "locked", *rest, language=("zh", "en")[n % 2])
    run("person/password", "person", "password", "visitor", stdin=secret)
    run("person/password-weak", "person", "password", "visitor", stdin="visitor\n", language="en")
    read("person/list", "person", "list")
    read("person/list-json", "person", "list", "--json")
    commands.catch_up()


def look_into_files(commands: Commands) -> None:
    """Every format of `tests/data`, looked into; and files that are none."""
    for file in _main_files():
        if file.name in AS_TEXT:
            commands.read(f"look/{file.name}", "look", file.name)
        commands.read(f"look/{file.name}-json", "look", file.name, "--json", languages=("en",))
    for name in (
        "mistakes.csv",
        "greens.csv",
        "empty.csv",
        "damaged.gpkg",
        "unknown.bin",
        "none.csv",
        "control.csv",
        ".",
    ):
        commands.read(f"look/{name.strip('.') or 'folder'}", "look", name)
    commands.read("look/encoding", "look", "lamps_gb18030.csv", "--encoding", "Big5")
    commands.read("look/encoding-unknown", "look", "lamps_gb18030.csv", "--encoding", "nothing")
    commands.catch_up()


def import_files(commands: Commands) -> None:
    """Deliveries that are applied, left open, refused; each as text or JSON, in one language or the other."""
    run = commands.run
    at = ("--crs", "EPSG:4490", *HERE)
    lamps = ("--layer", "component")
    run(
        "import/lamps",
        "import",
        "lamps_gbk.zip",
        *lamps,
        "--apply",
        "--title",
        "路灯首批",
        "--save-as",
        "路灯方案",
        *HERE,
    )
    run("import/components", "import", "components.csv", *lamps, *at, "--apply", "--title", "部件首批", "--json")
    run(
        "import/neighbour",
        "import",
        "neighbour.csv",
        *lamps,
        "--crs",
        "EPSG:4490",
        "--district",
        OTHER,
        "--apply",
        language="en",
    )
    run(
        "import/roads",
        "import",
        "roads.geojson",
        "--layer",
        "road",
        "--set",
        "class=2",
        *HERE,
        "--apply",
        language="en",
    )
    run("import/alleys", "import", "alleys.geojson", "--layer", "alley", *HERE, "--apply")
    run("import/rivers", "import", "rivers.geojson", "--layer", "river", "--set", "class=2", *HERE, "--apply")
    run("import/greens", "import", "greens.csv", "--layer", "green", *at, "--apply", language="en")
    run("import/cameras-without-grant", "import", "cameras.csv", "--layer", "camera", *at, "--as", "surveyor")
    run("import/cameras", "import", "cameras.csv", "--layer", "camera", *at, "--as", "camera_surveyor", "--apply")
    run("import/benches", "import", "benches.csv", "--layer", "bench", *at, "--apply", "--title", "座椅")
    run("import/mistakes", "import", "mistakes.csv", *lamps, *at, "--apply", "--title", "有错的一批")
    run(
        "import/mistakes-again",
        "import",
        "mistakes.csv",
        *lamps,
        *at,
        "--save-as",
        "有错方案",
        "--json",
        "--title",
        "又是有错的一批",
    )
    run("import/butterflies", "import", "butterflies.csv", "--layer", "green", *at, "--title", "蝴蝶")
    run(
        "import/butterflies-two",
        "import",
        "butterflies.csv",
        "--layer",
        "green",
        *at,
        "--accept-repairs",
        "2,3",
        "--dry-run",
    )
    run(
        "import/butterflies-all",
        "import",
        "butterflies.csv",
        "--layer",
        "green",
        *at,
        "--accept-repairs",
        "all",
        "--apply",
        language="en",
    )
    run("import/unchanged", "import", "lamps_gcj02.xlsx", *lamps, "--crs", "GCJ-02", *HERE, "--dry-run")
    run("import/profile", "import", "lamps.gpkg", *lamps, "--profile", "路灯方案", *HERE, "--dry-run", language="en")
    run("import/as-nobody", "import", "alone.csv", *lamps, *at, "--as", "inspector")
    run("import/alone", "import", "alone.csv", *lamps, *at, "--apply", "--title", "将撤销")
    run("import/to-reject", "import", "ledger.csv", *lamps, *at, "--title", "将拒绝", language="en")
    run("import/again", "import", "again.csv", *lamps, *at, "--apply", "--title", "部件再次", language="en")
    run("import/redelivered", "import", "redelivered.csv", *lamps, *at, "--title", "部件复测")
    run("import/open", "import", "ledger.csv", *lamps, *at, "--title", "待应用", "--as", "surveyor", "--json")


def refused_files(commands: Commands) -> None:
    """Imports that leave nothing: every format as a dry run, and what cannot be imported."""
    run, read = commands.run, commands.read
    at = ("--crs", "EPSG:4490", *HERE)
    lamps = ("--layer", "component")
    _import_mistakes(commands, at, lamps)
    for file in _main_files():
        run(f"import/dry-{file.name}", "import", file.name, *lamps, *HERE, "--dry-run", "--json", language=_other(file))
    read("import/dry-crs", "import", "lamps.dxf", *lamps, "--crs", "EPSG:4549", *HERE, "--dry-run")
    commands.catch_up()


def _main_files() -> list[Path]:
    """Those of `tests/data` that a person would name: not what lies beside them."""
    beside = (".dbf", ".prj", ".shx", ".cpg", ".mid")
    return [file for file in sorted(DATA.glob("lamps*")) if file.suffix not in beside]


def _other(file: Path) -> str:
    return ("zh", "en")[len(file.name) % 2]


def _import_mistakes(commands: Commands, at: Sequence[str], lamps: Sequence[str]) -> None:
    """None of these leaves anything, or takes a number."""
    given = {
        "missing-file": ("none.csv", *lamps, *at), "no-layer": ("components.csv", *at),
        "unknown-layer": ("components.csv", "--layer", "none", *at), "wrong-layer": ("components.csv", "--layer", "road", *at),
        "unknown-district": ("components.csv", *lamps, "--district", ABSENT), "no-district": ("components.csv", *lamps),
        "unknown-person": ("components.csv", *lamps, *at, "--as", "stranger"),
        "unknown-crs": ("components.csv", *lamps, *HERE, "--crs", "EPSG:1"),
        "unknown-profile": ("components.csv", *lamps, *at, "--profile", "无"),
        "wrong-profile": ("components.csv", *lamps, *at, "--profile", "profile-wrong.toml"),
        "unknown-sheet": ("lamps_gcj02.xlsx", *lamps, *HERE, "--source-layer", "无"),
        "unknown-column": ("components.csv", *lamps, *at, "--map", "无=name"),
        "unknown-field": ("components.csv", *lamps, *at, "--map", "名称=nothing"),
        "wrong-map": ("components.csv", *lamps, *at, "--map", "名称"),
        "wrong-repairs": ("butterflies.csv", "--layer", "green", *at, "--accept-repairs", "x"),
        "unknown-scheme": ("components.csv", *lamps, *at, "--scheme", "GB 0"),
        "damaged": ("damaged.gpkg", *lamps, *at), "empty": ("empty.csv", *lamps, *at), "unknown": ("unknown.bin", *lamps, *at),
        "wrong-header-row": ("components.csv", *lamps, *at, "--header-row", "500"),
        "no-class": ("roads.geojson", "--layer", "road", *HERE, "--dry-run"),
    }  # fmt: skip
    for n, (name, arguments) in enumerate(given.items()):
        for language in ("zh", "en")[: 1 + n % 2]:
            commands.run(f"import/wrong-{name}", "import", *arguments, language=language)


def number_of(place: Place, title: str) -> str:
    """The change set of this title."""
    rows = place.ask("SELECT max(id) FROM registry.change_set WHERE title = %s AND kind <> 'undo'", title)
    return str(rows[0][0])


def change_sets(commands: Commands) -> None:
    """Apply, undo, reject; photos; the record, and the rows that wait."""
    run, place = commands.run, commands.place
    alone, rejected = number_of(place, "将撤销"), number_of(place, "将拒绝")
    run("changes/undo", "changes", "undo", alone, *HERE)
    run("changes/reject", "changes", "reject", rejected, *HERE)
    run("changes/undo-at-once", "changes", "undo", number_of(place, "座椅"), "--apply", *HERE, language="en")
    run("photos/apply", "photos", "photos.zip", "--layer", "component", "--apply", *HERE)
    run("photos/again", "photos", "photos.zip", "--layer", "component", "--json", *HERE, language="en")
    run("photos/one", "photos", f"{place.work}/lone.jpg", "--layer", "component", *HERE, language="en")
    given = {
        "undo-again": ("undo", rejected), "apply-applied": ("apply", number_of(place, "部件首批")),
        "apply-absent": ("apply", "999999"),
        "reject-rejected": ("reject", rejected), "show-absent": ("show", "999999"),
        "apply-as-inspector": ("apply", number_of(place, "待应用"), "--as", "inspector"),
        "show-number": ("show", "x"),
    }  # fmt: skip
    for name, arguments in given.items():
        commands.read(f"changes/wrong-{name}", "changes", *arguments, *HERE)
    commands.catch_up()
    for title in ("路灯首批", "有错的一批", "又是有错的一批", "部件复测", "蝴蝶", "将撤销"):
        commands.read(f"changes/show-{title}", "changes", "show", number_of(place, title), *HERE)
        commands.read(f"changes/show-{title}-json", "changes", "show", number_of(place, title), "--json", *HERE)
    for name in ("changes list", "changes list --json", "profile list", "profile show 路灯方案", "profile show 无",
                 "profile remove 无", "rebuild 999999", "work --once",
                 "changes list --as nobody", "changes list --as both"):  # fmt: skip
        more = () if name.split()[0] in ("rebuild", "work") or "both" in name else HERE
        commands.read(f"filled/{name.replace(' ', '-')}", *name.split(), *more)
    commands.catch_up()
