"""Celery's way to the shop's commands, and the request's id on its way into tasks."""

from typing import Any

import structlog
from celery import shared_task
from celery.signals import before_task_publish, task_postrun, task_prerun
from django.core.management import call_command


@shared_task
def run_command(name: str, *arguments: str) -> None:
    """Run a management command; beat's schedule names them, so that an operator can run each by hand."""
    call_command(name, *arguments)


@before_task_publish.connect
def send_request_id(headers: dict[str, Any], **_: object) -> None:
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    if request_id:
        headers["request_id"] = request_id


@task_prerun.connect
def receive_request_id(task: Any, **_: object) -> None:
    structlog.contextvars.bind_contextvars(
        request_id=getattr(task.request, "request_id", None), task=task.name, task_id=task.request.id
    )


@task_postrun.connect
def forget_request_id(**_: object) -> None:
    structlog.contextvars.clear_contextvars()
