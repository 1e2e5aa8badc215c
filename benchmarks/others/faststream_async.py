"""FastStream on aio-pika: asynchronous handler, acknowledged after it, uvloop, no access log, no argument casting."""

from __future__ import annotations

import asyncio
import signal
import sys
from typing import Any

import uvloop
from faststream import AckPolicy
from faststream.rabbit import Channel, QueueType, RabbitBroker, RabbitQueue

from benchmarks.others import common


async def work() -> None:
    """Until SIGTERM."""
    tally, effect = common.tally(), common.AsyncEffect()
    await effect.ready()
    channel = Channel(prefetch_count=common.PREFETCH)
    broker = RabbitBroker(common.AMQP_URI, default_channel=channel, logger=None, apply_types=False)
    queue = RabbitQueue(common.QUEUE, queue_type=QueueType.QUORUM, durable=True)

    @broker.subscriber(queue, ack_policy=AckPolicy.NACK_ON_ERROR)
    async def hear(event: dict[str, Any]) -> None:
        tally.began()
        await effect(event)
        tally.done()

    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    await broker.start()
    await stopping.wait()
    await broker.stop()


if __name__ == "__main__":
    if sys.argv[1] == "fill":
        from benchmarks.others.publish import fill

        fill()
    else:
        uvloop.run(work())
