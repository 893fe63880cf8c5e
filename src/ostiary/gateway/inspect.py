"""Inspect: what the rules say that read the body, once it is there as a whole."""

from ostiary.gateway.decision import Asked
from ostiary.gateway.facts import Unreadable, body_object
from ostiary.model.errors import Forbidden, Refusal
from ostiary.model.reasons import Reason


def inspect(asked: Asked, body: bytes) -> Refusal | None:
    """The refusal of the first rule that refuses; None to go on."""
    fields = asked.head.fields
    try:
        members = body_object(body, fields.get(b"content-type"), fields.get(b"content-encoding"))
        for inspection in asked.route.inspect:
            refusal = inspection(asked, members)
            if refusal is not None:
                return refusal
    except Unreadable:
        return Forbidden(Reason.FACT_UNREADABLE)
    return None
