"""Ports for servers of the tests' own, below those that the system lends to outgoing connections."""

import random
import socket

_chance = random.SystemRandom()  # not the test's own seed: two processes must not try the same ports


def free_port() -> int:
    """A loopback port that nothing listens on."""
    while True:
        port = _chance.randint(20_000, 32_000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
