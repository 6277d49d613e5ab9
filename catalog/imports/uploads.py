"""Files that people give the console: kept in the database, imported by whichever worker is free."""

import contextlib
from pathlib import Path
from tempfile import NamedTemporaryFile

import structlog
from celery import current_app
from django.db import DatabaseError, InterfaceError, OperationalError, transaction
from django.utils import timezone

from accounts.models import Seller, User
from bookstore import shared_redis
from bookstore.tasks import run_command
from catalog.imports.errors import ImportRefused
from catalog.imports.onix.runs import import_onix
from catalog.imports.report import Report
from catalog.imports.runs import only_one
from catalog.models import ImportRun, ImportUpload

LONGEST_REPORT = 5_000_000  # characters

log = structlog.get_logger()


@transaction.atomic
def keep_upload(*, run: ImportRun, content: bytes, seller: Seller | None, dry_run: bool, by: User) -> ImportRun:
    """Keep an ONIX file until a worker imports it, right after this is committed."""
    run.format, run.seller, run.status = "onix", seller, ImportRun.Status.WAITING
    run.save()
    ImportUpload.objects.create(run=run, content=content, dry_run=dry_run, by=by)
    transaction.on_commit(nudge)
    return run


def nudge() -> None:
    """Have a worker look now. Redis may be gone: then beat's next look must do, and nobody waits here."""
    hurry = {"max_retries": 0, "socket_connect_timeout": shared_redis.TIMEOUT, "socket_timeout": shared_redis.TIMEOUT}
    try:
        with current_app.connection_for_write(transport_options=hurry) as broker:
            run_command.apply_async(["import_uploads"], connection=broker, retry=False)
    except Exception as error:  # a broker of any kind, gone in any way
        log.warning("the broker is gone; beat will see to the uploads", error=str(error))


def import_uploads() -> int:
    """Import what waits, and go on with what an ended worker left. Returns how many files; 0 while another runs."""
    count = 0
    with contextlib.suppress(ImportRefused), only_one():
        while upload := next_upload():
            take(upload)
            count += 1
    return count


def next_upload() -> ImportUpload | None:
    waiting = [ImportRun.Status.WAITING, ImportRun.Status.RUNNING]
    uploads = ImportUpload.objects.select_related("run__seller", "by").filter(run__status__in=waiting)
    return uploads.exclude(content=b"").order_by("run").first()


def take(upload: ImportUpload) -> None:
    """Import one file; whatever goes wrong with it is said in its run."""
    run, reports, error = upload.run, [], ""
    with NamedTemporaryFile(prefix="onix-") as copy:
        copy.write(upload.content)
        copy.flush()
        try:
            reports = import_onix(
                copy.name,
                title=run.file_name,
                seller=run.seller,
                dry_run=upload.dry_run,
                run=run,
                is_trusted=upload.by is not None and upload.by.is_superuser,
            )
        except ImportRefused as refused:
            error = str(refused)
        except (OperationalError, InterfaceError):
            raise  # the database went; the upload stays for the next worker
        except (DatabaseError, OSError, ValueError) as problem:
            log.exception("an upload could not be imported", run=str(run.pk))
            error = f"The import stopped: {problem}"
    for name in (copy.name, Path(copy.name).name):
        error = error.replace(name, run.file_name)
    finish(upload, reports, error)


@transaction.atomic
def finish(upload: ImportUpload, reports: list[Report], error: str) -> None:
    run = ImportRun.objects.select_for_update().get(pk=upload.run_id)
    if error or upload.dry_run or run.status != ImportRun.Status.FINISHED:
        run.status = ImportRun.Status.FAILED if error else ImportRun.Status.FINISHED
        run.error, run.finished_at = error, timezone.now()
        if reports and upload.dry_run:
            run.counts = {"kinds": dict(sum((report.counts for report in reports[1:]), reports[0].counts))}
        run.save()
    paths = [str(report.path) for report in reports] or [run.counts.get("report", "")]
    upload.report = "".join(text_of(Path(path)) for path in paths if path)[:LONGEST_REPORT]
    upload.content = b""
    upload.save(update_fields=["report", "content"])


def text_of(path: Path) -> str:
    try:
        return path.read_text("utf-8").replace("\0", "")
    except OSError:
        return ""
