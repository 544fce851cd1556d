"""`python -m chaos.injectors.proxy --listen 127.0.0.1:8474 --config proxies.json`: the proxy as its own process."""

from __future__ import annotations

import argparse
import asyncio
import ipaddress
import json
import logging
import resource
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from chaos.injectors.proxy.api import Api
from chaos.injectors.proxy.errors import ApiError
from chaos.injectors.proxy.listener import split_address, written_address
from chaos.injectors.proxy.proxies import Proxies
from chaos.injectors.proxy.web import Gate, WebServer


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    try:
        host, port = split_address(options.listen, field="--listen")
        _allow_many_connections()
        asyncio.run(_serve(host, port, options.config, _gate(options, host)))
    except (ApiError, OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _allow_many_connections() -> None:
    """Each takes two descriptors; shells allow 1,024 unless asked for more."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


async def _serve(host: str, port: int, config: Path | None, gate: Gate) -> None:
    """Until SIGTERM or SIGINT. Everything that listens is told on standard output, one line each."""
    proxies = Proxies()
    over = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, over.set)
    try:
        for proxy in await proxies.populate(json.loads(config.read_text()) if config else []):
            _say(f"proxy {proxy.name} ({proxy.protocol}) listens on {proxy.listen} for {proxy.upstream}")
        server = await WebServer(answering=Api(proxies).answer, gate=gate).start(host=host, port=port)
        _say(f"API listens on {written_address(server.sockets[0].getsockname())}")
        await over.wait()
        server.close()
    finally:
        proxies.close()


def _gate(options: argparse.Namespace, host: str) -> Gate:
    token = options.token_file.read_text().strip() if options.token_file else ""
    if not (token or options.without_token or _is_loopback(host)):
        raise ApiError("an API that others can reach needs --token-file, or --without-token where that is meant")
    return Gate(names=frozenset(options.allow_host), token=token)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m chaos.injectors.proxy", description=__doc__)
    parser.add_argument("--listen", default="127.0.0.1:8474", help="host:port of the API (default 127.0.0.1:8474)")
    parser.add_argument("--config", type=Path, help="a JSON list of proxies, as POST /populate takes it")
    parser.add_argument("--token-file", type=Path, help="a file with the token that each request must bear")
    parser.add_argument("--without-token", action="store_true", help="let everybody who reaches the API use it")
    parser.add_argument("--allow-host", action="append", default=[], help="a host name the API is reached by; repeat")
    return parser


if __name__ == "__main__":
    sys.exit(main())
