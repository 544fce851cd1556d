"""The library of templates, by layer."""

from chaos.experiments.library.templates import Placeholder, Template, template, templates

__all__ = ["Placeholder", "Template", "template", "templates"]
