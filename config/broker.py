"""The broker's transport: kombu's for Redis, but it survives an outage that begins while tasks are running.

Kombu frees a task's prefetch slot only after the broker took the acknowledgement. With every slot taken by tasks that
ended while the broker was away, the worker neither polls nor notices that the connection is lost: it would stand still
for ever, even with the broker back. So the slot is freed in any case; the next poll then finds the lost connection and
the worker connects again. A task that was not acknowledged is at worst run once more, and tasks are only doorbells."""

from __future__ import annotations

from kombu.transport import redis


class QoS(redis.QoS):
    def ack(self, delivery_tag: str) -> None:
        try:
            super().ack(delivery_tag)
        finally:
            super(redis.QoS, self).ack(delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        try:
            super().reject(delivery_tag, requeue=requeue)
        finally:
            super(redis.QoS, self).ack(delivery_tag)


class Channel(redis.Channel):
    QoS = QoS


class Transport(redis.Transport):
    Channel = Channel
