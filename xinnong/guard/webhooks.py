"""Sends an order to the registered address of a platform, and to nowhere else.

Only https, no redirects, no credentials in the address; the name is looked up once and the connection
goes to exactly the address that was checked, so that no answer of a name server leads into the own
network. XINNONG_LOCAL_TARGETS=1 lets a trial use http to this machine.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from django.conf import settings

from xinnong.guard.refusals import TargetWrong

if TYPE_CHECKING:
    from collections.abc import Mapping

SECONDS: Final = 10
MOST_ANSWER: Final = 1024 * 1024
LONGEST_PATH: Final = 150
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost"})


class NotDelivered(Exception):
    """The platform did not take the order; the text is a short code without addresses."""


@dataclass(frozen=True, slots=True)
class Address:
    """A checked address."""

    host: str
    port: int
    path: str
    is_local: bool


def checked_address(url: str) -> Address:
    """The address of a platform. Raises TargetWrong for anything but plain https to a host name."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise TargetWrong from None
    host = parts.hostname or ""
    local = settings.XINNONG_LOCAL_TARGETS and parts.scheme == "http" and host in LOOPBACK
    plain = not (parts.username or parts.password or parts.query or parts.fragment)
    named = host.isascii() and "." in host and not _is_number(host)
    if (
        not plain
        or len(parts.path) > LONGEST_PATH
        or not (local or (parts.scheme == "https" and named))
    ):
        raise TargetWrong
    return Address(host, port or (80 if local else 443), parts.path or "/", bool(local))


def post(url: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    """Send a body; answers what the platform said with a 2xx. Raises NotDelivered."""
    try:
        address = checked_address(url)
        connection = _connected(address)
    except (TargetWrong, OSError, UnicodeError):
        raise NotDelivered("unreachable") from None
    try:
        connection.request("POST", address.path, body, {**headers, "Connection": "close"})
        answer = connection.getresponse()
        said = answer.read(MOST_ANSWER + 1)
    except (OSError, http.client.HTTPException):
        raise NotDelivered("broken") from None
    finally:
        connection.close()
    if not http.HTTPStatus.OK <= answer.status < http.HTTPStatus.MULTIPLE_CHOICES:
        raise NotDelivered(f"status {answer.status}")
    if len(said) > MOST_ANSWER:
        raise NotDelivered("answer too large")
    return said


def _connected(address: Address) -> http.client.HTTPConnection:
    number = _looked_up(address)
    plain = socket.create_connection((number, address.port), timeout=SECONDS)
    if address.is_local:
        local = http.client.HTTPConnection(address.host, address.port, timeout=SECONDS)
        local.sock = plain
        return local
    context = ssl.create_default_context()
    secure = http.client.HTTPSConnection(
        address.host, address.port, timeout=SECONDS, context=context
    )
    secure.sock = context.wrap_socket(plain, server_hostname=address.host)
    return secure


def _looked_up(address: Address) -> str:
    """One number of the host; every number it has must be a public one."""
    found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    numbers = [str(each[4][0]) for each in found]
    if address.is_local:
        return "127.0.0.1"
    if not numbers or not all(ipaddress.ip_address(each).is_global for each in numbers):
        raise NotDelivered("address not public")
    return numbers[0]


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host.rsplit(".", 1)[-1].isdigit()
    return True
