"""Jobs about the work queue itself."""

from __future__ import annotations

from typing import Final

from procrastinate import JobContext
from procrastinate.contrib.django import app

HEARTBEAT_SECONDS: Final = 30


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="retry_stalled_jobs", pass_context=True)
async def retry_stalled_jobs(
    context: JobContext,
    timestamp: int,  # noqa: ARG001 - procrastinate passes it by name
) -> int:
    """Take up again the jobs of workers that were killed; returns how many."""
    manager = context.app.job_manager
    stalled = list(await manager.get_stalled_jobs(seconds_since_heartbeat=HEARTBEAT_SECONDS))
    for job in stalled:
        await manager.retry_job(job)
    return len(stalled)
