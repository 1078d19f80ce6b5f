"""Deliveries as pages: the list with the upload, one delivery step by step, and what a person may ask of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from importers.errors import SourceError
from importers.inspection import preview as row_preview
from importers.profiles.profile import Profile
from importers.validate.context import ValidationContext
from registry.catalogue.layers import Layer, stored_layers
from registry.changes import change_sets
from registry.changes import problems as findings
from registry.deliveries import deliveries, uploads
from registry.deliveries.deliveries import Delivery, DeliveryFile, Upload
from registry.deliveries.options import ImportOptions
from registry.errors import Invalid, NotFound, RegistryError
from registry.jobs import queue
from registry.photos import unassigned
from registry.vocabulary.deliveries import DeliveryStep, FileState
from web.deliveries import mapping_form as delivery_form
from web.deliveries import words as delivery_words
from web.http.routing import district_blueprint
from web.http.settings import settings
from web.http.transaction import connection, district, scope

blueprint = district_blueprint("deliveries", __name__, "/deliveries")
PAGE = 30
ROWS = 100


@blueprint.context_processor
def words() -> dict[str, Any]:
    """What the templates of this blueprint say and count with."""
    return {"words": delivery_words, "upload_mb": settings().upload_mb}


@blueprint.get("")
def listing() -> ResponseReturnValue:
    """The deliveries, newest first. Who may write some layer uploads here."""
    if not scope().layers:
        raise NotFound("form.no_layer")
    before = request.args.get("before", type=int)
    before = None if before is None else max(0, min(before, 1 << 62))
    found = deliveries.page(connection(), scope(), before, PAGE + 1)
    last = found[PAGE - 1].id if len(found) > PAGE else None
    return render_template(
        "deliveries/deliveries.html",
        district=district(),
        deliveries=found[:PAGE],
        layers=stored_layers(connection()),
        next_url=url_for("deliveries.listing", before=last) if last else None,
        first_url=url_for("deliveries.listing") if before else None,
        may_upload=bool(scope().writable),
        has_worker=_has_worker(found),
        photos_waiting=unassigned.page(connection(), scope(), limit=1)[1] if scope().writable else 0,
    )


@blueprint.get("/<id:delivery>")
def latest(delivery: int) -> ResponseReturnValue:
    """The file that came last."""
    return redirect(url_for("deliveries.show", delivery=delivery, number=len(_file(delivery, 1)[0].files)))


@blueprint.get("/<id:delivery>/<id:number>")
def show(delivery: int, number: int) -> ResponseReturnValue:
    """One file of a delivery: where it is, and what can be done now."""
    held, file = _file(delivery, number)
    return _page(held, file)


@blueprint.get("/<id:delivery>/<id:number>/progress")
def progress(delivery: int, number: int) -> Response:
    """How far the step is; asked every second or so while somebody looks."""
    held, file = _file(delivery, number)
    return jsonify(delivery_words.progress(file, _has_worker([held])))


@blueprint.get("/<id:delivery>/<id:number>/problems")
def problems(delivery: int, number: int) -> ResponseReturnValue:
    """The rows of one group of problems."""
    held, file = _file(delivery, number)
    code, field = request.args.get("code", ""), request.args.get("field", "")
    after = max(0, min(request.args.get("after", 0, type=int), (1 << 31) - 1))
    change_set = _change_set(file)
    group = next(
        (g for g in findings.groups(connection(), scope(), change_set) if (g.code, g.field) == (code, field)), None
    )
    if group is None:
        raise NotFound("form.no_problems")
    rows = findings.alike(connection(), scope(), change_set, code, field, after=after, limit=ROWS + 1)
    return render_template(
        "deliveries/delivery_problems.html", district=district(), held=held, file=file, group=group,
        rows=rows[:ROWS],
        next_after=rows[ROWS - 1].seq if len(rows) > ROWS else None, after=after, may_write=_may_write(held),
    )  # fmt: skip


@blueprint.post("/<id:delivery>/<id:number>/check")
def check(delivery: int, number: int) -> ResponseReturnValue:
    """Check the file by the form: its layer, its columns, its coordinate system."""
    held, file = _file(delivery, number)
    inspect = _inspection(delivery, number)
    source = delivery_form.choose_source(inspect, request.form.get("source"))
    layer = _layer(request.form.get("layer", ""))
    scope().require_writer(layer.code)
    if "preview" in request.form:
        return _page(held, file, renewed=True)
    try:
        profile = delivery_form.read(request.form, source, layer)
        delivery_form.require_usable(profile, source)
    except (Invalid, SourceError) as error:
        return _page(held, file, error=error), 422
    title = request.form.get("title", "").strip()[:200]
    save_as = request.form.get("save_as", "").strip()[:80]
    options = ImportOptions(source_layer=source["name"], profile_toml=profile.to_toml(), save_as=save_as or None)
    deliveries.name_it(connection(), scope(), delivery, title=title, layer=layer.code)
    deliveries.request_step(connection(), scope(), delivery, number, DeliveryStep.CHECK, options)
    return _back(delivery, number)


@blueprint.post("/<id:delivery>/<id:number>/preview")
def preview(delivery: int, number: int) -> ResponseReturnValue:
    """The first rows by the form as it stands, as a fragment; asked while somebody corrects the form."""
    held, _unused = _file(delivery, number)
    _require_writer(held)
    source = delivery_form.choose_source(_inspection(delivery, number), request.form.get("source"))
    layer = _layer(request.form.get("layer", ""))
    scope().require_writer(layer.code)
    try:
        profile = delivery_form.read(request.form, source, layer)
    except (Invalid, SourceError) as error:
        return render_template("deliveries/delivery_preview.html", preview=None, no_preview=error, layer=layer)
    return render_template("deliveries/delivery_preview.html", **_preview(source, profile, layer))


@blueprint.get("/<id:delivery>/<id:number>/check")
def check_again(delivery: int, number: int) -> ResponseReturnValue:
    """Where the form stands after it was updated: a reload, or the other language, shows it anew."""
    return redirect(url_for("deliveries.show", delivery=delivery, number=number, edit=1))


@blueprint.post("/<id:delivery>/<id:number>/look")
def inspect(delivery: int, number: int) -> ResponseReturnValue:
    """Look again, with another encoding or another row as the heading."""
    held, _unused = _file(delivery, number)
    _require_writer(held)
    row = request.form.get("header_row", "").strip()
    if row and not (row.isascii() and row.isdigit() and 0 < int(row) < 10_000):
        raise Invalid("form.header_row_bad", row=row[:20])
    encoding = request.form.get("encoding", "").strip()[:40]
    options = ImportOptions(header_row=int(row) if row else None, encoding=encoding or None)
    deliveries.request_step(connection(), scope(), delivery, number, DeliveryStep.LOOK, options)
    return _back(delivery, number)


@blueprint.post("/<id:delivery>/<id:number>/repairs")
def repairs(delivery: int, number: int) -> ResponseReturnValue:
    """Agree to repairs of geometry, of the rows named or of all, and check again."""
    held, file = _file(delivery, number)
    _require_writer(held)
    given = [int(row) for row in request.form.getlist("row", type=int)]
    profile = delivery_form.agreed(file.options.profile_toml or "", None if "all" in request.form else given)
    options = replace(file.options, profile_toml=profile)
    deliveries.request_step(connection(), scope(), delivery, number, DeliveryStep.CHECK, options)
    return _back(delivery, number)


@blueprint.post("/<id:delivery>/<id:number>/<any(again, apply, undo):what>")
def step(delivery: int, number: int, what: str) -> ResponseReturnValue:
    """Apply, undo, or do again what failed or was cancelled."""
    held, file = _file(delivery, number)
    _require_writer(held)
    deliveries.request_step(connection(), scope(), delivery, number, file.step if what == "again" else what)
    return _back(delivery, number)


@blueprint.post("/<id:delivery>/<id:number>/cancel")
def cancel(delivery: int, number: int) -> ResponseReturnValue:
    """Stop what is queued or under way."""
    held, _unused = _file(delivery, number)
    _require_writer(held)
    deliveries.cancel(connection(), scope(), delivery, number)
    return _back(delivery, number)


@blueprint.post("/<id:delivery>/<id:number>/reject")
def reject(delivery: int, number: int) -> ResponseReturnValue:
    """Close the proposal without applying it."""
    held, file = _file(delivery, number)
    _require_writer(held)
    change_sets.reject(connection(), scope(), _change_set(file))
    return _back(delivery, number)


@blueprint.post("/<id:delivery>/<id:number>/another")
def another(delivery: int, number: int) -> ResponseReturnValue:
    """A new delivery of the same stored file, for another of its layers."""
    held, file = _file(delivery, number)
    scope().require_any_writer()
    home = settings().home
    upload = Upload(file.name, file.bytes, file.sha256)
    new, first = deliveries.receive(connection(), scope(), upload, title=held.title)
    uploads.link(
        deliveries.place(home, scope().district, delivery, number, file.name),
        deliveries.place(home, scope().district, new, first, file.name),
    )
    return _back(new, first)


def _page(held: Delivery, file: DeliveryFile, error: RegistryError | None = None, renewed: bool = False) -> str:
    may_write = _may_write(held)
    shown = None
    if (
        may_write
        and not file.is_busy
        and (file.state is FileState.LOOKED or "edit" in request.args or error or renewed)
    ):
        shown = _form(held, file)
    groups: list[findings.Group] = []
    severity = request.args.get("severity") if request.args.get("severity") in ("error", "warning") else None
    if file.change_set is not None:
        groups = findings.groups(connection(), scope(), file.change_set, severity)
    return render_template(
        "deliveries/delivery.html", district=district(), held=held, file=file, form=shown, groups=groups, severity=severity,
        layers=stored_layers(connection()), writable=scope().writable, may_write=may_write, error=error,
        has_worker=_has_worker([held]), kept=_kept(file),
        review_url=url_for("review.page", id=file.change_set) if file.change_set is not None else None,
        classes_of=delivery_form.classes_of, choices=delivery_form,
    )  # fmt: skip


def _form(held: Delivery, file: DeliveryFile) -> dict[str, Any] | None:
    """The look as a form, by what was posted, else by what was asked for, else by what is suggested."""
    layers_found = _inspection(held.id, file.number)
    if not layers_found:
        return None
    given = request.values
    kept = file.options.profile_toml
    source = delivery_form.choose_source(layers_found, given.get("source") or file.options.source_layer)
    layers = stored_layers(connection())
    wanted = given.get("layer") or held.layer or source.get("best")
    layer = layers[wanted if wanted in scope().writable else sorted(scope().writable)[0]]
    profile = delivery_form.posted_profile(request.form, source, layer) or delivery_form.starting_profile(
        source, layer, kept
    )
    strange: list[str] = []
    column = profile.column_for("class")
    if file.change_set is not None and column:
        strange = findings.words(connection(), scope(), file.change_set, "class_unknown", column)
    shown = delivery_form.shown(source, layer, profile, district().box, strange, request.form or None)
    return {"look": layers_found, "saved": source.get("saved", {}).get(layer.code, ""), "lacks_class": shown.lacks_class,
            **_preview(source, profile, layer), **vars(shown)}  # fmt: skip


def _preview(source: dict[str, Any], profile: Profile, layer: Layer) -> dict[str, Any]:
    """What the template of the preview shows: the rows, or why there are none."""
    values: dict[str, Any] = {"layer": layer, "preview": None, "no_preview": None, "heading": row_preview.heading}
    try:
        delivery_form.require_usable(profile, source)
        context = ValidationContext.of_district(connection(), scope().district)
        return values | {"preview": row_preview.preview(context, source, profile)}
    except (Invalid, SourceError) as error:
        return values | {"no_preview": error}


def _kept(file: DeliveryFile) -> list[findings.StoredProblem]:
    """After an undo: assets that it left as they are, because somebody changed them since."""
    return findings.stored_problems(connection(), scope(), file.undone_by) if file.undone_by is not None else []


def _file(delivery: int, number: int) -> tuple[Delivery, DeliveryFile]:
    held = deliveries.get(connection(), scope(), delivery)
    return held, held.file(number)


def _inspection(delivery: int, number: int) -> list[dict[str, Any]]:
    return deliveries.inspection(connection(), scope(), delivery, number, request.values.get("layer"))


def _change_set(file: DeliveryFile) -> int:
    if file.change_set is None:
        raise NotFound("delivery.file_unchecked", name=file.name)
    return file.change_set


def _layer(code: str) -> Layer:
    return stored_layers(connection())[scope().require_layer(code)]


def _may_write(held: Delivery) -> bool:
    return bool(scope().writable) if held.layer is None else held.layer in scope().writable


def _require_writer(held: Delivery) -> None:
    if held.layer is None:
        scope().require_any_writer()
    else:
        scope().require_writer(held.layer)


def _has_worker(shown: list[Delivery]) -> bool:
    """Asked only where something waits for one."""
    waits = any(file.is_busy for delivery in shown for file in delivery.files)
    return not waits or queue.has_worker(connection())


def _back(delivery: int, number: int) -> ResponseReturnValue:
    return redirect(url_for("deliveries.show", delivery=delivery, number=number), 303)
