"""Storing what a platform told us: a set of events in one transaction, a constant number of queries for 1 or 1,000."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from crm.actions.identify import Sought, identify
from inbox.models import Channel, ChannelNews
from inbox.port import Edited, Event, Inbound, KeysChanged, News, Reaction, Receipt, Revoked
from inbox.receiving import changes, frames, receipts, threads
from inbox.receiving.batch import Batch
from inbox.receiving.messages import Arrival, store_arrivals
from workspaces import events as outbox


def receive(channel: Channel, events: Sequence[Event]) -> None:
    """Stores them all or raises and stores none. What was stored before is not stored again, in whatever order, part
    or number it comes; a message is shown by the platform's time, a state only ever moves forward."""
    with transaction.atomic():
        batch = Batch(channel)
        batch.read(events)
        fates = [event for event in events if isinstance(event, Receipt)] + receipts.from_echoes(batch, events)
        arrivals = _arrivals(batch, events)
        due = receipts.find(batch, fates)
        threads.open_and_lock(batch, arrivals, due)
        store_arrivals(batch, arrivals)
        changes.apply(batch, [event for event in events if isinstance(event, Edited | Revoked | Reaction)])
        receipts.apply(batch, due)
        _store_news(channel, [event for event in events if isinstance(event, News)])
        batch.write()
        outbox.publish_all(batch.happened)
        frames.publish(batch)


def _arrivals(batch: Batch, events: Sequence[Event]) -> list[Arrival]:
    """The messages not stored yet, each with who wrote it (or, for an echo, whom it went to)."""
    arrivals: list[Arrival] = []
    for event in events:
        inbound = changes.as_message(event) if isinstance(event, KeysChanged) else event
        if isinstance(inbound, Inbound) and batch.is_new(inbound.external_id):
            reply = event.after.keys[0] if isinstance(event, KeysChanged) else None
            arrivals.append(Arrival(inbound, Sought(inbound.person, writes=inbound.is_from_customer, reply=reply)))
    identities = identify(batch.channel.identity_scope, [arrival.sought for arrival in arrivals]) if arrivals else []
    for arrival, identity in zip(arrivals, identities, strict=True):
        arrival.identity = identity
    return arrivals


def _store_news(channel: Channel, news: Sequence[News]) -> None:
    if news:
        ChannelNews.objects.bulk_create(
            ChannelNews(channel=channel, topic=item.topic[:80], at=_when(item), raw=dict(item.raw)) for item in news
        )


def _when(item: News) -> datetime:
    """Some news come without a time of the platform's (the epoch): it is when we heard them."""
    return item.at if item.at.timestamp() > 0 else timezone.now()
