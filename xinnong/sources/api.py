"""JSON API of deliveries: hand a file in, follow its check, read the report, get the error file."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from ninja import File, Form, Path, Query, Router, Schema, Status
from ninja.errors import HttpError
from ninja.files import UploadedFile
from pydantic import Field

from xinnong.accounts.api_auth import needs
from xinnong.accounts.api_days import Day
from xinnong.accounts.models import ApiClient
from xinnong.accounts.permissions import Permission
from xinnong.analytics.contracts import load_contracts
from xinnong.analytics.contracts.export import contract_json, contracts_json
from xinnong.audit.refs import new_ref
from xinnong.sources.departments import classes_of, readable_classes
from xinnong.sources.error_files import error_file_name, opened_error_file
from xinnong.sources.models import Batch, BatchReason, Channel, Delivery
from xinnong.sources.queries import PAGE_ROWS, batches_page, delivery_by_ref, visible_batches
from xinnong.sources.services import note_error_file_read
from xinnong.sources.services.deliveries import deliver_file
from xinnong.sources.storage import (
    FORM_ALLOWANCE,
    MEBIBYTE,
    UPLOAD_BYTES,
    FileTooLarge,
    spool_upload,
)

ACCEPTED = 202
UNSUPPORTED = 415
LARGEST_ID = (1 << 63) - 1
CLASS_NAME = r"^[a-z_.]{0,32}$"

router = Router(tags=["sources"])


class Problem(Schema):
    """RFC 9457 with a stable code."""

    type: str
    title: str
    status: int
    code: str


class BatchReport(Schema):
    """What became of every row of one file; the four counts add up to `read` unless refused."""

    ref: UUID
    batch: int
    file: str
    class_name: str = Field(serialization_alias="class")
    as_of: date | None
    state: str
    validate_only: bool
    repeats: UUID | None
    read: int
    accepted: int
    repaired: int
    quarantined: int
    duplicate: int
    refused: str | None
    reasons: dict[str, int]
    repairs: dict[str, int]
    remarks: dict[str, int]
    unknown_columns: list[str]
    missing_columns: list[str]
    encoding: str
    sha256: str
    received_at: datetime
    error_file: str | None


class DeliveryReport(Schema):
    """How far a delivery is, and the reports of its files so far."""

    ref: UUID
    file: str
    state: Literal["received", "checking", "done", "broken"]
    validate_only: bool
    refused: str | None
    done: int
    total: int
    received_at: datetime
    finished_at: datetime | None
    batches: list[BatchReport]


class BatchPage(Schema):
    """Reports, newest first; `next_before` is the argument that continues the list."""

    batches: list[BatchReport]
    next_before: int | None


class needs_upload(needs):  # noqa: N801  # reads as a phrase where it is used
    """As `needs`, and turns a request down by its kind and length before reading it."""

    def __init__(self, permission: Permission, *, most_bytes: int = UPLOAD_BYTES) -> None:
        super().__init__(permission)
        self.most_bytes = most_bytes

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """Check the client first, then kind and length."""
        client = super().authenticate(request, token)
        if client is not None and request.content_type != "multipart/form-data":
            raise HttpError(UNSUPPORTED, "multipart/form-data")
        length = request.META.get("CONTENT_LENGTH") or "0"
        if client is not None and int(length) > self.most_bytes + FORM_ALLOWANCE:
            raise FileTooLarge(limit_mb=self.most_bytes // MEBIBYTE)
        return client


@router.post(
    "/deliveries",
    auth=needs_upload(Permission.DELIVER_BATCH),
    response={202: DeliveryReport, (401, 403, 422): Problem},
    operation_id="deliver_batch",
    by_alias=True,
)
def deliver(
    request: HttpRequest,
    file: File[UploadedFile],
    class_name: Annotated[str, Form(pattern=CLASS_NAME)] = "",
    as_of: Form[Day | None] = None,
    validate_only: Form[bool] = False,  # noqa: FBT002 - a form field
) -> Any:
    """Hand a file in. The answer names the delivery; its check runs in the background."""
    client = _client(request)
    assert isinstance(file, TemporaryUploadedFile)  # the only upload handler there is
    spooled = spool_upload(file, ref=new_ref())
    found = deliver_file(
        spooled=spooled,
        file=file.name or spooled.name,
        actor=client,
        channel=Channel.API,
        class_option=class_name,
        as_of_option=as_of,
        validate_only=validate_only,
        now=timezone.now(),
    )
    return Status(ACCEPTED, _delivery_report(found))


@router.get(
    "/deliveries/{ref}",
    auth=needs(Permission.READ_BATCHES),
    response={200: DeliveryReport, (401, 403, 404, 422): Problem},
    operation_id="delivery",
    by_alias=True,
)
def delivery(request: HttpRequest, ref: Path[UUID]) -> Any:
    """How far a delivery is."""
    found = delivery_by_ref(_client(request), ref)
    if found is None:
        raise Http404
    return _delivery_report(found)


@router.get(
    "/batches",
    auth=needs(Permission.READ_BATCHES),
    response={200: BatchPage, (401, 403, 422): Problem},
    operation_id="batches",
    by_alias=True,
)
def batches(
    request: HttpRequest,
    class_name: Annotated[str, Query(pattern=CLASS_NAME)] = "",
    before: Annotated[int | None, Query(ge=1, le=LARGEST_ID)] = None,
) -> Any:
    """Reports this client may read, newest first."""
    found = batches_page(_client(request), class_name=class_name, before=before)
    shown = found[:PAGE_ROWS]
    more = shown[-1].pk if len(found) > PAGE_ROWS else None
    return {"batches": [_batch_report(one) for one in shown], "next_before": more}


@router.get(
    "/batches/{ref}",
    auth=needs(Permission.READ_BATCHES),
    response={200: BatchReport, (401, 403, 404, 422): Problem},
    operation_id="batch",
    by_alias=True,
)
def batch(request: HttpRequest, ref: Path[UUID]) -> Any:
    """The report of one file."""
    return _batch_report(_batch(request, ref))


@router.get(
    "/batches/{ref}/errors",
    auth=needs(Permission.DELIVER_BATCH),
    response={(401, 403, 404, 422): Problem},
    operation_id="batch_errors",
    openapi_extra={
        "responses": {
            200: {
                "description": "the error file, in the format of the delivery",
                "content": {"application/octet-stream": {"schema": {"type": "string"}}},
            }
        }
    },
)
def batch_errors(request: HttpRequest, ref: Path[UUID]) -> HttpResponse | StreamingHttpResponse:
    """The client's own rows back with the reasons beside them; every download is recorded."""
    found = _batch(request, ref)
    if found.class_name not in classes_of(_client(request)):
        raise Http404
    pieces = opened_error_file(found)
    note_error_file_read(batch=found, actor=_client(request), now=timezone.now())
    response = StreamingHttpResponse(pieces, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{error_file_name(found)}"'
    return response


@router.get(
    "/contracts",
    auth=needs(Permission.READ_BATCHES),
    response={200: dict[str, Any], (401, 403): Problem},
    operation_id="contracts",
)
def contracts(request: HttpRequest) -> Any:
    """Every class this client has to do with, with types and file rules."""
    mine = readable_classes(_client(request))
    whole = contracts_json()
    whole["classes"] = [
        contract_json(one) for name, one in load_contracts().items() if name in mine
    ]
    return whole


@router.get(
    "/contracts/{name}",
    auth=needs(Permission.READ_BATCHES),
    response={200: dict[str, Any], (401, 403, 404): Problem},
    operation_id="contract",
)
def contract(request: HttpRequest, name: str) -> Any:
    """One class."""
    if name not in readable_classes(_client(request)):
        raise Http404
    return contract_json(load_contracts()[name])


def _client(request: HttpRequest) -> ApiClient:
    client = request.auth  # type: ignore[attr-defined]  # set by ninja from `needs`
    assert isinstance(client, ApiClient)
    return client


def _batch(request: HttpRequest, ref: UUID) -> Batch:
    found = visible_batches(_client(request)).filter(ref=ref).first()
    if found is None:
        raise Http404
    return found


def _delivery_report(found: Delivery) -> dict[str, object]:
    reports = [_batch_report(one) for one in found.batches.order_by("pk")]
    return {
        "ref": found.ref,
        "file": found.file,
        "state": found.state,
        "validate_only": found.validate_only,
        "refused": found.refused or None,
        "done": found.done,
        "total": found.total,
        "received_at": found.received_at,
        "finished_at": found.finished_at,
        "batches": reports,
    }


def _batch_report(found: Batch) -> dict[str, object]:
    codes: dict[str, dict[str, int]] = {kind: {} for kind in BatchReason.Kind.values}
    for line in found.codes.all():
        codes[line.kind][line.code] = line.rows
    plain = (
        "ref", "file", "class_name", "as_of", "state", "validate_only", "read", "accepted",
        "repaired", "quarantined", "duplicate", "unknown_columns", "missing_columns", "encoding",
        "sha256", "received_at",
    )  # fmt: skip
    return {
        **{name: getattr(found, name) for name in plain},
        "batch": found.pk,
        "repeats": found.repeats.ref if found.repeats else None,
        "refused": found.refused or None,
        "reasons": codes[BatchReason.Kind.REASON],
        "repairs": codes[BatchReason.Kind.REPAIR],
        "remarks": codes[BatchReason.Kind.REMARK],
        "error_file": f"/api/v1/batches/{found.ref}/errors" if found.errors_path else None,
    }
