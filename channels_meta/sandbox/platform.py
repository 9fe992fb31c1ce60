from dataclasses import dataclass

from starlette.requests import HTTPConnection

from channels_meta.sandbox.chats import Chats
from channels_meta.sandbox.deliver import Outbox
from channels_meta.sandbox.modes import Modes
from channels_meta.sandbox.people import Account, People
from channels_meta.sandbox.settings import Settings
from channels_meta.sandbox.store import Store


@dataclass(frozen=True)
class Platform:
    """Everything a request needs; one a process."""

    settings: Settings
    store: Store
    modes: Modes
    people: People
    outbox: Outbox
    chats: Chats

    def account(self, phone_number_id: str | None) -> Account | None:
        """The company number with this id; without an id, the first one."""
        if not phone_number_id:
            return next(iter(self.people.accounts.values()), None)
        return self.people.accounts.get(phone_number_id)

    async def reset(self) -> None:
        async with self.outbox.grounded():
            self.store.clear()
            self.modes.load()
            self.people.load()


def build(settings: Settings) -> Platform:
    store = Store(settings.state)
    modes, people = Modes(store), People(store)
    outbox = Outbox(store, modes, people, settings)
    return Platform(settings, store, modes, people, outbox, Chats(store, people, modes, outbox))


def of(connection: HTTPConnection) -> Platform:
    found: Platform = connection.app.state.platform
    return found
