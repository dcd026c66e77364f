"""The event loop's thread. Work goes from any thread to it, results come back."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import CancelledError, Future
from typing import Any, TypeVar

from pipelines.errors import Paused

T = TypeVar("T")


class Loop:
    """An event loop in a thread of its own, that other threads hand work to."""

    def __init__(self, name: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._guard = threading.Lock()
        self._closing = False
        self._thread = threading.Thread(target=self._loop.run_forever, name=name, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do it there; wait for it here. Never called from the loop's own thread. Raises Paused if it is closed."""
        with self._guard:
            future = None if self._closing else asyncio.run_coroutine_threadsafe(work, self._loop)
        if future is None:
            work.close()
            raise _stopped()
        try:
            return future.result()
        except CancelledError:
            pass
        raise _stopped()

    def close(self, last: Coroutine[Any, Any, None]) -> None:
        """End what is under way (whoever waits for it gets Paused), then `last`, then the thread."""
        with self._guard:
            closed, self._closing = self._closing, True
        if closed:
            last.close()
            return
        ended: Future[None] = asyncio.run_coroutine_threadsafe(self._end(last), self._loop)
        ended.result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self, last: Coroutine[Any, Any, None]) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await last
        await self._loop.shutdown_default_executor()


def _stopped() -> Paused:
    return Paused("The run was stopped. The next one goes on from here.")
