"""Jobs of pipelines that nobody asks for."""

from __future__ import annotations

from procrastinate.contrib.django import app

from xinnong.pipelines.services import plant_waiting


@app.periodic(cron="* * * * *")
@app.task(name="pipelines.plant", queueing_lock="pipelines.plant", queue="guard")
def plant_households(timestamp: int) -> int:  # noqa: ARG001 - procrastinate says when it was due
    """Lay out planted households that were decided on; returns how many stand."""
    return plant_waiting()
