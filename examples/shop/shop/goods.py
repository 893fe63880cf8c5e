"""What the shop has and what people ordered. It lives in memory: an example starts empty."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

CATALOG = {
    "tea": {"id": "tea", "name": "Green tea, 100 g", "cents": 690},
    "pot": {"id": "pot", "name": "Cast iron pot", "cents": 5400},
    "cup": {"id": "cup", "name": "Stoneware cup", "cents": 1250},
}


@dataclass(frozen=True, slots=True)
class Order:
    id: int
    user: str
    tenant: str
    item: str


@dataclass(frozen=True, slots=True)
class Payment:
    id: int
    owner: str
    cents: int


@dataclass(frozen=True, slots=True)
class Delivery:
    order: int
    carrier: str
    """The client that said so."""


@dataclass(slots=True)
class Shop:
    orders: list[Order] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    _placed: asyncio.Event = field(default_factory=asyncio.Event)

    def place(self, user: str, tenant: str, item: str) -> Order:
        order = Order(len(self.orders) + 1, user, tenant, item)
        self.orders.append(order)
        self._placed.set()
        self._placed = asyncio.Event()
        return order

    def pay(self, owner: str, cents: int) -> Payment:
        payment = Payment(len(self.payments) + 1, owner, cents)
        self.payments.append(payment)
        return payment

    def deliver(self, order: int, carrier: str) -> Delivery:
        delivery = Delivery(order, carrier)
        self.deliveries.append(delivery)
        return delivery

    def orders_of(self, user: str) -> list[Order]:
        return [order for order in self.orders if order.user == user]

    def orders_in(self, tenant: str) -> list[Order]:
        return [order for order in self.orders if order.tenant == tenant]

    async def follow(self, user: str) -> AsyncIterator[Order]:
        """The orders of a person: those there are, then each new one."""
        seen = 0
        while True:
            placed = self._placed
            for order in self.orders_of(user)[seen:]:
                seen += 1
                yield order
            await placed.wait()
