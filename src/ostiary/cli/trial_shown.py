"""A trial as lines for people and as JSON."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from rich.table import Table
from rich.text import Text

from ostiary.cli.said import wide_console
from ostiary.cli.trial_judged import Step, Trial
from ostiary.contract.document import Path
from ostiary.contract.draft import Draft
from ostiary.contract.explain import limit_in_words, place
from ostiary.contract.model import Contract, RouteRule, StepUp, limits_of
from ostiary.contract.quantities import in_words
from ostiary.model.ids import ClientId

_SAYS: Final = {
    "connect": "the listener takes the connection",
    "issue": "the issuer gives the client a token",
    "parse": "the request is well-formed HTTP for this host",
    "route": "the contract has a route for it",
    "identify": "the token is one of ours, for this service",
}
_SETTINGS: Final = {"bounds of the head": "bounds", "bound of the body": "bounds"}
"""Where a step is not called like the setting that it comes from."""
_OF_CLIENT: Final = {"allow_ips": "it calls from an address of its own", "origins": "its scripts run where they may"}


def as_values(draft: Draft, contract: Contract, trial: Trial) -> dict[str, Any]:
    """What `--json` prints."""
    rule, refusal = _rule(contract, trial), trial.refusal
    listener, certificate = trial.arrival.listener, trial.arrival.certificate
    return {
        "allowed": refusal is None,
        "status": trial.answer if refusal is None else refusal.status,
        "gateway": None if listener is None else listener.name,
        "certificate": None
        if certificate is None
        else {"thumbprint": certificate.thumbprint, "made_up": trial.arrival.is_made_up},
        "reason": refusal and refusal.reason.value,
        "route": trial.route,
        "token": trial.token,
        "steps": [
            {
                "stage": step.stage,
                "step": step.says,
                "passed": step.refusal is None,
                "place": _place(draft, contract, rule, step),
                "reason": step.refusal and step.refusal.reason.value,
            }
            for step in trial.steps
        ],
        "upstream": None if trial.upstream is None else trial.upstream.decode().splitlines()[:-1],
        "identity": trial.identity,
    }


def print_trial(draft: Draft, contract: Contract, trial: Trial) -> None:
    out, rule = wide_console(), _rule(contract, trial)
    if trial.arrival.listener is not None:
        out.print(Text.assemble(("Gateway ", "bold"), _arrival(trial)))
    out.print(Text.assemble(("Route ", "bold"), _route(draft, rule, trial)))
    table = Table(box=None, pad_edge=False, show_header=False)
    for step in trial.steps:
        passed = step.refusal is None
        table.add_row(
            Text("passed" if passed else "refused", "green" if passed else "red"),
            step.stage,
            Text(_limits(contract, rule, trial) if step.stage == "limit" else _words(rule, step, trial.token)),
            Text(_place(draft, contract, rule, step) or "", "dim"),
        )
    out.print(table)
    out.print(*_outcome(contract, rule, trial), sep="\n")


def _outcome(contract: Contract, rule: RouteRule | None, trial: Trial) -> Iterator[Text]:
    refusal = trial.refusal
    yield Text()
    if refusal is not None:
        yield Text.assemble(
            ("Refused ", "bold red"),
            f"with {refusal.status} {refusal.code}, because of {refusal.reason}: ",
            refusal.reason.says,
        )
    elif trial.upstream is None:
        yield Text.assemble(("Answered ", "bold green"), f"by the gateway itself, with {trial.answer}.")
    else:
        service = contract.services[rule.service] if rule is not None else None
        where = f"{service.name} at {service.authority}" if service is not None else "the issuer"
        yield Text.assemble(("Allowed. ", "bold green"), f"{where} gets:")
        yield from (Text(f"  {line}") for line in trial.upstream.decode().splitlines()[:-1])
    if trial.upstream is not None and trial.identity is not None:
        yield Text("where the identity says:")
        yield from (Text(f"  {name}: {value}") for name, value in trial.identity.items())


def _rule(contract: Contract, trial: Trial) -> RouteRule | None:
    return next((rule for rule in contract.routes if rule.id == trial.route), None)


def _route(draft: Draft, rule: RouteRule | None, trial: Trial) -> str:
    if rule is None:
        return "none" if trial.route is None else f"{trial.route}, which every contract has"
    return f"{rule.id}  {draft.name}:{rule.line}"


def _arrival(trial: Trial) -> str:
    """The listener, and the certificate that it is shown."""
    listener, certificate = trial.arrival.listener, trial.arrival.certificate
    assert listener is not None
    shown = "without a client certificate"
    if trial.arrival.is_made_up:
        shown = "with a client certificate as the contract wants it"
    elif certificate is not None:
        shown = f"with the client certificate {certificate.thumbprint}"
    return f"{listener.name} at {listener.origin}, {shown}"


def _words(rule: RouteRule | None, step: Step, token: Mapping[str, object] | None) -> str:
    if step.stage == "issue" and token is not None:
        return f"{_SAYS['issue']} for: {token.get('scope', 'nothing')}"
    if step.says in _OF_CLIENT:
        return f"{step.says}: {_OF_CLIENT[step.says]}"
    value = _asked(rule, step.says) if rule is not None else ""
    return _SAYS.get(step.stage) or (f"{step.says}: {value}" if value else step.says)


def _limits(contract: Contract, rule: RouteRule | None, trial: Trial) -> str:
    """Those that the request spends on."""
    if rule is None:
        return "none"
    limits = rule.limits
    if trial.token is not None and not rule.public:
        limits = limits_of(rule, contract.clients[ClientId(str(trial.token["client_id"]))])
    return "; ".join(map(limit_in_words, limits)) or "none"


def _asked(rule: RouteRule, setting: str) -> str:
    """What the rule says there."""
    match setting:
        case "scope":
            return ", ".join(sorted(rule.scopes))
        case "roles":
            return "one of " + ", ".join(sorted(rule.roles))
        case "kinds":
            return "one of " + ", ".join(sorted(rule.kinds))
        case "owner" if rule.owner is not None:
            return f"{rule.owner.source}.{'.'.join(rule.owner.path)} is the person"
        case "tenant" if rule.tenant is not None:
            return f"{rule.tenant.source}.{'.'.join(rule.tenant.path)} is the person's tenant"
        case "bound":
            return f"at least {rule.bound.name.lower()}"
        case "step_up" if rule.step_up is not None:
            return _step_up(rule.step_up)
        case "bound of the body":
            return f"at most {rule.bounds.body} bytes"
    return ""


def _step_up(asks: StepUp) -> str:
    how = f"signed in by {asks.acr}" if asks.acr is not None else "signed in"
    return how if asks.max_age is None else f"{how} at most {in_words(asks.max_age)} ago"


def _place(draft: Draft, contract: Contract, rule: RouteRule | None, step: Step) -> str | None:
    """`file:line` of the setting, or of the route where it is a default; None for what no contract says."""
    if rule is None or step.stage in ("connect", "issue", "parse", "route"):
        return None
    index = contract.routes.index(rule)
    path: Path = ("routes", index, _SETTINGS.get(step.says, step.says))
    if step.says == "step_up" and draft.file.routes[index].step_up is None:
        path = ("scopes", next(scope for scope in rule.scopes if contract.scopes[scope].step_up is not None))
    return place(draft, path)
