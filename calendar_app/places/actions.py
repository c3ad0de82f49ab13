"""Writing places: flushes, never commits."""

import csv
import json
from importlib.resources import files

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from calendar_app.places.models import Municipality, Region


def load_regions(session: Session) -> None:
    """The two regions and their 22 municipalities, into a store that has none."""
    if session.scalar(select(func.count()).select_from(Region)):
        return
    data = files("calendar_app.places").joinpath("data")
    regions = {
        row["slug"]: Region(**row)
        for row in json.loads(data.joinpath("regions.json").read_text("utf-8"))
    }
    session.add_all(regions.values())
    session.flush()
    for row in csv.DictReader(data.joinpath("municipalities.csv").read_text("utf-8").splitlines()):
        session.add(
            Municipality(
                code=row["code"], name=row["name"], region_id=regions[row["region"]].id,
                lat=float(row["lat"]), lon=float(row["lon"]),
            )
        )  # fmt: skip
    session.flush()
