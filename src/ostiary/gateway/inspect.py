"""Inspect: what is asked of the body, once it is there as a whole: that it is what was signed, and what rules read."""

from ostiary.gateway.decision import Asked
from ostiary.gateway.facts import Unreadable, body_object
from ostiary.model.errors import BadRequest, Forbidden, Refusal
from ostiary.model.reasons import Reason


def inspect(asked: Asked, body: bytes) -> Refusal | None:
    """The first refusal; None to go on. A digest has been fed with the body already."""
    fields = asked.head.fields
    try:
        if asked.digest is not None:
            asked.digest.require()
        if not asked.route.inspect:
            return None
        members = body_object(body, fields.get(b"content-type"), fields.get(b"content-encoding"))
        for inspection in asked.route.inspect:
            refusal = inspection(asked, members)
            if refusal is not None:
                return refusal
    except BadRequest as refused:
        return refused
    except Unreadable:
        return Forbidden(Reason.FACT_UNREADABLE)
    return None
