"""How a pipeline asks the gate: lines of a shell, steps of GitHub Actions and GitLab CI. Pure.

Each exits 0 for go and 1 for no-go. Where nobody can say (the platform is unreachable, the token or the service is
unknown) it exits 0 when it fails open and 2 when it fails closed.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from enum import StrEnum


class WhenSilent(StrEnum):
    """What a pipeline does when the gate does not answer."""

    CLOSED = "closed"
    OPEN = "open"

    @property
    def words(self) -> str:
        return {
            WhenSilent.CLOSED: "Fail closed: without an answer nothing is deployed",
            WhenSilent.OPEN: "Fail open: without an answer it is deployed all the same",
        }[self]

    @property
    def exit_code(self) -> int:
        return 2 if self is WhenSilent.CLOSED else 0


@dataclass(frozen=True, slots=True)
class Snippet:
    slug: str
    title: str
    note: str
    text: str


def snippets(*, public_url: str, service: str, environment: str, when_silent: WhenSilent) -> list[Snippet]:
    """public_url: where the platform is, without a slash at its end."""
    ask = _shell(public_url, service, environment, when_silent)
    plain = "needs curl alone"
    return [
        Snippet("curl", "Shell", f"Any pipeline; {plain}. RELIABILITY_TOKEN: an API token with the scope read.", ask),
        Snippet(
            "jq",
            "Shell, with jq",
            "Prints every reason; needs curl and jq.",
            _with_jq(public_url, service, environment, when_silent),
        ),
        Snippet(
            "github",
            "GitHub Actions",
            "A job that others name under needs:. Keep the token as the secret RELIABILITY_TOKEN.",
            _github(ask),
        ),
        Snippet(
            "gitlab",
            "GitLab CI",
            "A job of a stage before deploy. Keep the token as the masked variable RELIABILITY_TOKEN.",
            _gitlab(ask),
        ),
    ]


def _curl(public_url: str, service: str, environment: str) -> str:
    return f"""\
curl --silent --show-error --fail-with-body --max-time 20 --retry 2 --get \\
  --header "Authorization: Bearer $RELIABILITY_TOKEN" \\
  --data-urlencode {_quoted("service=" + service)} \\
  --data-urlencode {_quoted("environment=" + environment)} \\
  --data-urlencode revision="${{REVISION:-}}" \\
  --data-urlencode kind="${{CHANGE_KIND:-change}}" \\
  {shlex.quote(public_url + "/api/v1/gate")}"""


def _quoted(text: str) -> str:
    """For a shell, also where GitHub reads the line first: ${{ begins an expression there, within quotes, too."""
    return shlex.quote(text).replace("${{", "$'{{'")


def _unsaid(when_silent: WhenSilent) -> str:
    goes_on = "it is not deployed" if when_silent is WhenSilent.CLOSED else "it goes on"
    return f'echo "the deploy gate does not answer: {goes_on}" >&2; exit {when_silent.exit_code}'


def _shell(public_url: str, service: str, environment: str, when_silent: WhenSilent) -> str:
    return f"""\
answer=$({_curl(public_url, service, environment)}
) || {{ echo "$answer"; {_unsaid(when_silent)}; }}
echo "$answer"
case "$answer" in
  *'"is_go":true'*) exit 0 ;;
  *'"is_go":false'*) exit 1 ;;
  *) {_unsaid(when_silent)} ;;
esac
"""


def _with_jq(public_url: str, service: str, environment: str, when_silent: WhenSilent) -> str:
    return f"""\
answer=$({_curl(public_url, service, environment)}
) || {{ echo "$answer"; {_unsaid(when_silent)}; }}
echo "$answer" | jq --raw-output '.decision, (.reasons[] | "  \\(.effect): \\(.words)"), "  " + .url' || {{
  {_unsaid(when_silent)}
}}
echo "$answer" | jq --exit-status .is_go > /dev/null
"""


def _github(ask: str) -> str:
    return f"""\
jobs:
  gate:
    runs-on: ubuntu-latest
    steps:
      - name: Ask the deploy gate
        env:
          RELIABILITY_TOKEN: ${{{{ secrets.RELIABILITY_TOKEN }}}}
          REVISION: ${{{{ github.sha }}}}
          CHANGE_KIND: ${{{{ contains(github.event.head_commit.message, '[hotfix]') && 'hotfix' || 'change' }}}}
        run: |
{_indented(ask, 10)}
  deploy:
    needs: gate
    runs-on: ubuntu-latest
    steps:
      - run: ./deploy.sh
"""


def _gitlab(ask: str) -> str:
    return f"""\
stages: [gate, deploy]

gate:
  stage: gate
  image: curlimages/curl
  variables:
    REVISION: $CI_COMMIT_SHA
    CHANGE_KIND: change
  script:
    - |
{_indented(ask, 6)}
deploy:
  stage: deploy
  script:
    - ./deploy.sh
"""


def _indented(text: str, blanks: int) -> str:
    return "".join(f"{' ' * blanks}{line}\n" for line in text.splitlines())
