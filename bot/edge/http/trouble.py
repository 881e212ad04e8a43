"""What goes wrong on the way to an answer, in words of ours.

Inside this room a failure travels as :class:`Trouble`; the door turns it into a
``model.FetchFailure``. The words are built here and never quote an address, a header or a
message of a library: a channel's address is a secret, and a server's text is untrusted.
"""

from __future__ import annotations

import errno
import http.client
import socket
import ssl
from typing import Literal, TypeAlias

# X509_V_ERR_* of OpenSSL (x509_vfy.h). Only these two of its texts quote the host, the others are fixed.
_CERTIFICATE_WORDS = {62: "it belongs to another host", 64: "it belongs to another address"}

_OS_WORDS = {
    errno.ECONNREFUSED: "the connection was refused",
    errno.ECONNRESET: "the connection was reset",
    errno.EPIPE: "the connection was reset",
    errno.ECONNABORTED: "the connection was reset",
    errno.ENETUNREACH: "its network cannot be reached",
    errno.EHOSTUNREACH: "its host cannot be reached",
    errno.EADDRNOTAVAIL: "its network cannot be reached",
    errno.EAFNOSUPPORT: "its network cannot be reached",
    errno.EMFILE: "too many files are open here",
    errno.ENFILE: "too many files are open here",
}


Kind: TypeAlias = Literal["", "name", "certificate"]


class Trouble(Exception):
    """No usable answer: ``why`` in words, and whether it may pass.

    ``status`` is the answer's, where there was one; ``sent``: bytes of the request may have left; ``closed``: addresses that
    were refused, and would not be if network.allow named them.
    """

    closed: tuple[str, ...] = ()

    def __init__(self, why: str, *, temporary: bool, status: int | None = None, kind: Kind = "") -> None:
        self.why, self.temporary, self.status, self.sent, self.kind = why, temporary, status, False, kind
        super().__init__(why)


def refused(why: str) -> Trouble:
    """Something the door will not do, now or later."""
    return Trouble(why, temporary=False)


def translate(error: Exception) -> Trouble:
    """A foreign error as ours; the texts of the libraries (they may hold the address) stay behind."""
    cause = _inner(error)
    if isinstance(cause, ssl.SSLError):
        invalid = isinstance(cause, ssl.SSLCertVerificationError)
        return Trouble(_tls_words(cause), temporary=True, kind="certificate" if invalid else "")
    if isinstance(cause, socket.gaierror):
        return Trouble(_name_words(cause), temporary=True, kind="name" if _may_be_known(cause) else "")
    if isinstance(cause, http.client.RemoteDisconnected):
        return Trouble("the connection was closed without an answer", temporary=True)
    if isinstance(cause, OSError):
        return Trouble(_os_words(cause), temporary=True)
    return Trouble(_http_words(cause), temporary=True)


def _inner(error: Exception) -> Exception:
    """The error that urllib3 wrapped, or the error itself."""
    from urllib3 import exceptions as foreign

    if isinstance(error, foreign.ProtocolError | foreign.SSLError):
        wrapped = [arg for arg in error.args if isinstance(arg, Exception)]
        return _inner(wrapped[0]) if wrapped else error
    return error


def _tls_words(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return "its certificate is not valid: " + _CERTIFICATE_WORDS.get(error.verify_code, str(error.verify_message))
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return "the connection was closed within TLS"
    reason = (error.reason or "unknown reason").replace("_", " ").lower()
    return f"TLS failed: {reason}"


def _name_words(error: socket.gaierror) -> str:
    return "its host name cannot be resolved now" if _may_be_known(error) else "its host name is not known"


def _may_be_known(error: socket.gaierror) -> bool:
    return error.errno not in {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}


def _os_words(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return "it did not answer in time"
    number = error.errno or 0
    if not number:  # http.client raises this one by hand, when CONNECT is not answered with 200
        return "the proxy refused the connection"
    return _OS_WORDS.get(number) or f"a network error ({errno.errorcode.get(number, 'unknown')})"


def _http_words(error: Exception) -> str:
    from urllib3 import exceptions as foreign

    if isinstance(error, http.client.IncompleteRead | foreign.IncompleteRead):
        return "the answer broke off"
    if isinstance(error, http.client.LineTooLong):
        return "a line of its headers is too long"
    if isinstance(error, http.client.BadStatusLine | http.client.UnknownProtocol):
        return "the answer is not HTTP"
    if type(error) is http.client.HTTPException:  # what http.client raises for its header limit, and for nothing else
        return "it sent more than 100 headers"
    return "the answer is not sound HTTP"
