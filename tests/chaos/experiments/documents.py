"""Documents of the tests, in the shapes that the Chaos Toolkit's documentation and tutorials use."""

from __future__ import annotations

from textwrap import dedent

PLAIN = dedent("""\
    # comments are kept
    title: Orders survive a slow payment
    description: a slow payment must not stop orders
    tags: [payments]
    steady-state-hypothesis:
      title: orders go through
      probes:
        - type: probe
          name: healthy
          tolerance: 200
          provider: {type: http, url: "http://shop.example.org/health", timeout: 3}
    method:
      - type: action
        name: pause it
        provider:
          type: python
          module: chaos.injectors.process
          func: pause
          arguments: {target: orders, duration: 30}
    """)

WITH_SECRETS = dedent("""\
    title: Orders survive
    description: with a token
    secrets:
      api:
        token: {type: env, key: API_TOKEN}
        other: {type: env, key: API_OTHER}
    method:
      - type: probe
        name: look
        provider:
          type: http
          url: http://shop.example.org/
          headers: {Authorization: "Bearer ${token}"}
    """)
