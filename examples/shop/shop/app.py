"""The shop's HTTP. It has no rule of its own about who may do what: `ostiary.yaml` beside it has them."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from .goods import CATALOG, Shop
from .identity import HEADER, Caller, Gateway, NotFromTheGateway

Endpoint = Callable[[Request], Awaitable[Response]]
ForCaller = Callable[[Request, Shop, Caller], Awaitable[Response]]

PAGE = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Shop</title><h1>{}</h1><p>{}</p></html>'
WELCOME = PAGE.format("The shop", "Whoever wants to see orders signs in first.")
BACK = PAGE.format(
    "You are signed in, and back at the shop",
    "The code in the address is good once, for a minute, and only for the client that asked with its verifier.",
)


def build(gateway: Gateway) -> Starlette:
    shop = Shop()

    def known(endpoint: ForCaller) -> Endpoint:
        """An endpoint that only the gateway reaches."""

        async def checked(request: Request) -> Response:
            try:
                caller = await asyncio.to_thread(gateway.caller, request.headers.get(HEADER))
            except NotFromTheGateway:
                return JSONResponse({"error": "not_from_the_gateway"}, 401)
            return await endpoint(request, shop, caller)

        return checked

    return Starlette(
        routes=[
            Route("/health", _health),
            Route("/app/", _page),
            Route("/shelf/", _page),
            Route("/window/", _window),
            Route("/v1/catalog", _catalog),
            Route("/v1/catalog/{item}", _item),
            Route("/v1/users/{user}/orders", known(_orders), methods=["GET"]),
            Route("/v1/users/{user}/orders", known(_place), methods=["POST"]),
            Route("/v1/users/{user}/events", known(_events)),
            Route("/v1/tenants/{tenant}/orders", known(_tenant_orders)),
            Route("/v1/payments", known(_pay), methods=["POST"]),
            Route("/v1/deliveries", known(_deliver), methods=["POST"]),
            Route("/v1/reports/sales", known(_sales)),
        ]
    )


async def _health(request: Request) -> Response:
    return Response()


async def _page(request: Request) -> Response:
    return HTMLResponse(BACK if "code" in request.query_params else WELCOME)


async def _window(request: Request) -> Response:
    """Scripts of this page may call this origin, and no other."""
    return HTMLResponse(WELCOME, headers={"content-security-policy": "default-src 'self'; frame-ancestors 'none'"})


async def _catalog(request: Request) -> Response:
    return JSONResponse({"items": list(CATALOG.values())})


async def _item(request: Request) -> Response:
    item = CATALOG.get(request.path_params["item"])
    return JSONResponse(item) if item else JSONResponse({"error": "no_such_item"}, 404)


async def _orders(request: Request, shop: Shop, caller: Caller) -> Response:
    return JSONResponse({"orders": [asdict(order) for order in shop.orders_of(request.path_params["user"])]})


async def _place(request: Request, shop: Shop, caller: Caller) -> Response:
    wanted = await _body(request)
    item = wanted.get("item")
    if item not in CATALOG:
        return JSONResponse({"error": "no_such_item"}, 422)
    return JSONResponse(asdict(shop.place(request.path_params["user"], caller.tenant, str(item))), 201)


async def _events(request: Request, shop: Shop, caller: Caller) -> Response:
    async def lines() -> AsyncIterator[str]:
        async for order in shop.follow(request.path_params["user"]):
            yield f"event: order\ndata: {json.dumps(asdict(order))}\n\n"

    return StreamingResponse(lines(), media_type="text/event-stream", headers={"cache-control": "no-store"})


async def _tenant_orders(request: Request, shop: Shop, caller: Caller) -> Response:
    return JSONResponse({"orders": [asdict(order) for order in shop.orders_in(request.path_params["tenant"])]})


async def _pay(request: Request, shop: Shop, caller: Caller) -> Response:
    wanted = await _body(request)
    cents = wanted.get("cents")
    if not isinstance(cents, int) or cents <= 0:
        return JSONResponse({"error": "cents_needed"}, 422)
    return JSONResponse(asdict(shop.pay(caller.subject, cents)), 201)


async def _deliver(request: Request, shop: Shop, caller: Caller) -> Response:
    order = (await _body(request)).get("order")
    if not isinstance(order, int) or order <= 0:
        return JSONResponse({"error": "order_needed"}, 422)
    return JSONResponse(asdict(shop.deliver(order, caller.client)), 201)


async def _sales(request: Request, shop: Shop, caller: Caller) -> Response:
    sold = [CATALOG[order.item]["cents"] for order in shop.orders]
    return JSONResponse({"orders": len(sold), "cents": sum(int(str(cents)) for cents in sold)})


async def _body(request: Request) -> dict[str, object]:
    try:
        body = await request.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
