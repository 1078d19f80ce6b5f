"""Every address that can be asked, by everybody, in both languages.

`FILLED` says for each rule of the application with which values it is asked; a rule that is not in it, and none of the acts'
either, ends the walk with an error: a new address wants a line here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from .browser import Browser
from .deliveries import ABSENT, LAT, LON, OTHER, OWN
from .known import NUMBER_OF_NOTHING, Known, tile_of

D = "/<district:district>"
LAMP = "CJ/T 214-2007:0118"
FILTERS: tuple[tuple[str, dict[str, str]], ...] = (
    ("plain", {}), ("layer", {"layer": "component"}), ("camera", {"layer": "camera"}), ("class", {"class": LAMP}),
    ("state", {"state": "damaged"}), ("area", {"area": f"{OWN}001"}), ("party", {"party": "2"}), ("text", {"q": "部件1"}),
    ("box", {"bbox": "120.14,30.31,120.15,30.33"}), ("as-of", {"as_of": "2020-01-01"}),
    ("retired", {"state": "retired"}), ("several", {"layer": "component", "state": "intact", "q": "部件", "class": LAMP}),
    ("wrong-state", {"state": "x"}), ("wrong-class", {"class": "x"}), ("wrong-area", {"area": "1"}), ("wrong-box",
    {"bbox": "1,2,3"}),
    ("wrong-day", {"as_of": "x"}), ("wrong-party", {"party": "x"}), ("long-text", {"q": "长" * 101}), ("unknown-layer",
    {"layer": "none"}),
    ("nul", {"q": "a\0b"}), ("unknown-key", {"colour": "red"}),
)  # fmt: skip
WANTED: tuple[tuple[str, dict[str, str]], ...] = (
    ("plain", {}), ("kind", {"kind": "add"}), ("doubtful", {"kind": "doubtful"}), ("decision", {"decision": "undecided"}),
    ("text", {"q": "部件1"}), ("class", {"class": LAMP}), ("wrong-kind", {"kind": "x"}), ("wrong-decision",
    {"decision": "x"}),
    ("wrong-class", {"class": "x"}),
)  # fmt: skip


@dataclass(frozen=True)
class Question:
    """An address to ask, and what the answer is kept as."""

    name: str
    path: str


Questions = Callable[[Known], Iterator[Question]]


def _query(values: dict[str, str]) -> str:
    return f"?{urlencode(values)}" if values else ""


def _districts(tail: str) -> Iterator[Question]:
    for name, code in (("other-district", OTHER), ("absent-district", ABSENT)):
        yield Question(name, f"/{code}{tail}")


def _filtered(tail: str) -> Questions:
    def questions(_known: Known) -> Iterator[Question]:
        asked = [Question(name, f"/{OWN}{tail}{_query(values)}") for name, values in FILTERS]
        yield asked[0]
        yield from _districts(tail)
        yield from asked[1:]

    return questions


def _assets(tail: str = "") -> Questions:
    def questions(known: Known) -> Iterator[Question]:
        for name, id in {**known.assets, "absent": NUMBER_OF_NOTHING}.items():
            yield Question(name, f"/{OWN}/assets/{id}{tail}")
        yield Question("other-district", f"/{OTHER}/assets/{known.assets['out-of-scope']}{tail}")
        yield Question("no-number", f"/{OWN}/assets/x{tail}")

    return questions


def _sets(tail: str = "", queries: tuple[tuple[str, dict[str, str]], ...] = ()) -> Questions:
    def questions(known: Known) -> Iterator[Question]:
        for name, id in {**known.sets, "absent": NUMBER_OF_NOTHING}.items():
            yield Question(name or "untitled", f"/{OWN}/changes/{id}{tail}")
        surveyed = known.sets["部件复测 import"]
        for name, values in queries:
            yield Question(f"query-{name}", f"/{OWN}/changes/{surveyed}{tail}{_query(values)}")
        yield Question("other-district", f"/{OTHER}/changes/{surveyed}{tail}")

    return questions


def _row(known: Known) -> Iterator[Question]:
    surveyed = known.sets["部件复测 import"]
    for seq in (*range(1, 56, 5), NUMBER_OF_NOTHING):
        yield Question(f"{seq}", f"/{OWN}/changes/{surveyed}/rows/{seq}")
    yield Question("camera", f"/{OWN}/changes/{known.sets['cameras.csv import']}/rows/1")


def _set_tiles(known: Known) -> Iterator[Question]:
    surveyed = known.sets["部件复测 import"]
    for z in (10, 14, 16):
        yield Question(f"z{z}", f"/{OWN}/changes/{surveyed}/tiles/{'/'.join(map(str, tile_of(z)))}.mvt")
    at = "/".join(map(str, tile_of(14)))
    yield Question("kind", f"/{OWN}/changes/{surveyed}/tiles/{at}.mvt?kind=doubtful")
    yield Question("camera", f"/{OWN}/changes/{known.sets['cameras.csv import']}/tiles/{at}.mvt")
    yield Question("empty", f"/{OWN}/changes/{surveyed}/tiles/14/0/0.mvt")
    yield Question("outside", f"/{OWN}/changes/{surveyed}/tiles/3/9/0.mvt")


def _tiles(_known: Known) -> Iterator[Question]:
    for tileset in ("base", "points"):
        for z in (8, 12, 14, 15, 16):
            yield Question(f"{tileset}-z{z}", f"/{OWN}/tiles/{tileset}/{'/'.join(map(str, tile_of(z)))}.mvt")
    for z in (12, 16):
        for name, values in FILTERS[1:]:
            yield Question(
                f"points-z{z}-{name}", f"/{OWN}/tiles/points/{'/'.join(map(str, tile_of(z)))}.mvt{_query(values)}"
            )
    yield Question("empty", f"/{OWN}/tiles/points/12/0/0.mvt")
    yield Question("outside", f"/{OWN}/tiles/points/2/9/0.mvt")
    yield Question("too-deep", f"/{OWN}/tiles/points/20/0/0.mvt")
    yield Question("tileset", f"/{OWN}/tiles/none/2/0/0.mvt")
    yield from _districts(f"/tiles/points/{'/'.join(map(str, tile_of(12)))}.mvt")


def _suggest(_known: Known) -> Iterator[Question]:
    for n, text in enumerate(
        ("", "部件", "试验大道", "密探", "CAM-1", "路灯", "西街", "x", "3301050118", "长" * 101, "zz")
    ):
        yield Question(f"{n}-{text[:10] or 'empty'}", f"/{OWN}/api/suggest{_query({'q': text})}")
    yield from _districts("/api/suggest?q=x")


def _identify(_known: Known) -> Iterator[Question]:
    places = {
        "component": (-0.005, -0.0002),
        "camera": (-0.006, -0.0002),
        "road": (-0.01, 0.003),
        "green": (-0.0095, 0.0005),
        "none": (0.03, 0.03),
    }
    for name, (x, y) in places.items():
        for zoom in (12, 17):
            yield Question(f"{name}-{zoom}", f"/{OWN}/api/identify?lon={LON + x:.6f}&lat={LAT + y:.6f}&zoom={zoom}")
    yield Question(
        "filtered", f"/{OWN}/api/identify?lon={LON - 0.005:.6f}&lat={LAT - 0.0002:.6f}&zoom=17&state=damaged"
    )
    for name, query in {
        "nothing": "",
        "nan": "lon=nan&lat=1&zoom=1",
        "far": "lon=999&lat=1&zoom=1",
        "text": "lon=x&lat=1&zoom=1",
    }.items():
        yield Question(name, f"/{OWN}/api/identify?{query}")


def _photos(tail: str) -> Questions:
    def questions(known: Known) -> Iterator[Question]:
        for name, asset, photo in known.photos:
            yield Question(f"{name} {photo}", f"/{OWN}/assets/{asset}/photos/{photo}{tail}")
        yield Question("absent", f"/{OWN}/assets/{known.photos[0][1]}/photos/{NUMBER_OF_NOTHING}{tail}")
        yield Question("other-asset", f"/{OWN}/assets/{known.assets['road']}/photos/{known.photos[0][2]}{tail}")

    return questions


def _waiting(tail: str) -> Questions:
    def questions(known: Known) -> Iterator[Question]:
        for name, id in {**known.unassigned, "absent": NUMBER_OF_NOTHING}.items():
            yield Question(name, f"/{OWN}/photos/{id}{tail}")

    return questions


def _files(tail: str) -> Questions:
    """Pages of a file of a delivery."""

    def questions(known: Known) -> Iterator[Question]:
        for name, (delivery, number) in {**known.deliveries, "absent": (NUMBER_OF_NOTHING, 1)}.items():
            yield Question(name, f"/{OWN}/deliveries/{delivery}/{number}{tail}")
        first = known.deliveries["checked"][0]
        yield Question("absent-number", f"/{OWN}/deliveries/{first}/99{tail}")
        yield Question("other-district", f"/{OTHER}/deliveries/{first}/1{tail}")
        if not tail:
            for query in (
                "edit=1",
                "edit=1&layer=road",
                "edit=1&source=none",
                "severity=error",
                "severity=warning",
                "severity=x",
            ):
                yield Question(query.replace("=", "-").replace("&", "-"), f"/{OWN}/deliveries/{first}/1?{query}")

    return questions


def _problems(known: Known) -> Iterator[Question]:
    at = f"/{OWN}/deliveries/{known.deliveries['checked'][0]}/1/problems"
    for n, query in enumerate(known.problems):
        yield Question(f"group-{n}", f"{at}?{query}")
    for name, query in (("none", ""), ("unknown", "code=x&field="), ("after", f"{known.problems[0]}&after=3")):
        yield Question(name, f"{at}?{query}")
    yield Question("unchecked", f"/{OWN}/deliveries/{known.deliveries['looked'][0]}/1/problems")


def _deliveries(tail: str) -> Questions:
    def questions(known: Known) -> Iterator[Question]:
        for name, (delivery, _number) in {**known.deliveries, "absent": (NUMBER_OF_NOTHING, 1)}.items():
            yield Question(name, f"/{OWN}/deliveries/{delivery}{tail}")

    return questions


def _static(known: Known) -> Iterator[Question]:
    for name in known.static:
        plain = name.rpartition("-")[0] + "." + name.rpartition(".")[2] if "-" in name else name
        yield Question(plain, f"/static/build/{name}")
    for name in ("build/none.js", "../app.py", "build/", "manifest.json"):
        yield Question(f"wrong {name.replace('/', '|')}", f"/static/{name}")


def _plainly(*tails: str) -> Questions:
    def questions(_known: Known) -> Iterator[Question]:
        for tail in tails:
            yield Question(tail.strip("/?").replace("/", "|").replace("?", " ").replace("=", "-") or "plain", tail)

    return questions


FILLED: dict[str, Questions] = {
    "/": _plainly("/"),
    "/healthz": _plainly("/healthz"),
    "/sign-in": _plainly("/sign-in", f"/sign-in?next=/{OWN}/map", "/sign-in?next=//evil.example", "/sign-in?next=http://evil.example/"),
    "/password": _plainly("/password"),
    "/static/<path:filename>": _static,
    f"{D}/map": _filtered("/map"),
    f"{D}/assets": _filtered("/assets"),
    f"{D}/assets/<id:id>": _assets(),
    f"{D}/assets/<id:id>/card": _assets("/card"),
    f"{D}/assets/<id:id>/photos/<id:photo>": _photos(""),
    f"{D}/assets/<id:id>/photos/<id:photo>.thumb": _photos(".thumb"),
    f"{D}/api/counts": _filtered("/api/counts"),
    f"{D}/api/identify": _identify,
    f"{D}/api/suggest": _suggest,
    f"{D}/tiles/<tileset>/<int:z>/<int:x>/<int:y>.mvt": _tiles,
    f"{D}/changes/<id:id>": _sets("", WANTED),
    f"{D}/changes/<id:id>/rows": _sets("/rows", (*WANTED, ("after", {"after": "5"}), ("wrong-after", {"after": "x"}))),
    f"{D}/changes/<id:id>/rows/<id:seq>": _row,
    f"{D}/changes/<id:id>/counts": _sets("/counts", WANTED),
    f"{D}/changes/<id:id>/stale": _sets("/stale"),
    f"{D}/changes/<id:id>/tiles/<int:z>/<int:x>/<int:y>.mvt": _set_tiles,
    f"{D}/photos": _plainly(f"/{OWN}/photos", f"/{OWN}/photos?after=2", f"/{OTHER}/photos"),
    f"{D}/photos/<id:photo>.jpg": _waiting(".jpg"),
    f"{D}/photos/<id:photo>.thumb": _waiting(".thumb"),
    f"{D}/deliveries": _plainly(f"/{OWN}/deliveries", f"/{OWN}/deliveries?before=2", f"/{OTHER}/deliveries",
    f"/{ABSENT}/deliveries"),
    f"{D}/deliveries/<id:delivery>": _deliveries(""),
    f"{D}/deliveries/<id:delivery>/<id:number>": _files(""),
    f"{D}/deliveries/<id:delivery>/<id:number>/progress": _files("/progress"),
    f"{D}/deliveries/<id:delivery>/<id:number>/problems": _problems,
    f"{D}/deliveries/<id:delivery>/<id:number>/check": _files("/check"),
    f"{D}/deliveries/<id:delivery>/<id:number>/waiting": _files("/waiting"),
    f"{D}/deliveries/<id:delivery>/record": _deliveries("/record"),
    f"{D}/deliveries/<id:delivery>/record.pdf": _deliveries("/record.pdf"),
    f"{D}/uploads/<token>": _plainly(f"/{OWN}/uploads/x", f"/{OWN}/uploads/{'0' * 32}"),
}  # fmt: skip


def ask_all(browser: Browser, known: Known, most: int, when: str = "") -> None:
    """Of every address the first `most` questions. What carries a tag is asked again with it, for once."""
    for rule, questions in FILLED.items():
        for n, question in enumerate(questions(known)):
            if n >= most:
                break
            answer = browser.ask(rule, f"{when}{question.name.replace('/', '|')}", question.path)
            if n < 4 and (tag := answer.headers.get("ETag")):
                again = browser.send("GET", question.path, headers={"If-None-Match": tag})
                if again.status_code != 304:
                    browser.note(rule, f"{when}{question.name}", f"asked again with its tag: {again.status_code}")
    for path in ("/no/such/page", f"/{OWN}/nothing", "/33/map", f"/{OWN}/assets/"):
        browser.ask("no address", f"{when}{path.replace('/', '|')}", path)
