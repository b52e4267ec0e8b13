"""When a call that failed in passing is made again."""

from __future__ import annotations

import http.client
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from .errors import RoadSegError

T = TypeVar("T")


@dataclass(frozen=True)
class RetryPolicy:
    """Every call of the client is safe to repeat: reads change nothing, cancelling is idempotent, submissions carry an
    idempotency key.

    Attributes:
        attempts: in all, the first included.
        first_delay: longest delay in seconds before the second attempt; it doubles with each further one, and a delay is half of
            that to all of it.
        max_delay: longest delay in seconds. A service that asks for a longer one by Retry-After is not asked again.
    """

    attempts: int = 4
    first_delay: float = 0.5
    max_delay: float = 30.0

    def __post_init__(self) -> None:
        if self.attempts < 1 or self.first_delay <= 0 or self.max_delay <= 0:
            raise ValueError("Retries want an attempt and delays above zero.")

    def repeat(self, attempt: Callable[[int], T]) -> T:
        """Makes attempts, given their number from 1, until one succeeds or the policy gives up."""
        made = 1
        while True:
            try:
                return attempt(made)
            except (RoadSegError, OSError, http.client.HTTPException) as failure:
                delay = self._delay(made, failure)
                if delay is None:
                    raise
            time.sleep(delay)
            made += 1

    def _delay(self, made: int, failure: Exception) -> float | None:
        if made >= self.attempts:
            return None
        if isinstance(failure, RoadSegError):
            if not failure.retryable:
                return None
            if failure.retry_after is not None:
                # Many clients that failed at one moment must not come back at one moment.
                return None if failure.retry_after > self.max_delay else failure.retry_after * random.uniform(1, 1.2)
        return min(self.first_delay * 2 ** (made - 1), self.max_delay) * random.uniform(0.5, 1)
