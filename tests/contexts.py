"""`response.context` of tests is that of the page alone.

Django would copy the context of each of a hundred included templates and widgets as well, for a tenth of the time of a
test that asks for a page.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.template.base import Template
from django.template.context import Context, RequestContext
from django.test.signals import template_rendered
from django.utils.safestring import SafeString


def _render(self: Template, context: Context) -> SafeString:
    if context.template is self and isinstance(context, RequestContext):
        template_rendered.send(sender=self, template=self, context=context)
    return self.nodelist.render(context)


@pytest.fixture(scope="session", autouse=True)
def _contexts_of_pages_alone(django_test_environment: None) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "_render", _render)
        yield
