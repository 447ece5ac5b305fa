"""Renders documents from the Jinja templates `templates/*.j2`."""

import jinja2

_ENVIRONMENT = jinja2.Environment(
    loader=jinja2.PackageLoader("kp2part.reporting"),
    # Markdown is not escaped: the notes of a card are Markdown themselves.
    autoescape=lambda name: name.endswith(".html.j2"),
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def render(template: str, **values) -> str:
    """Returns a document.

    Args:
        template: Name of a file in `templates`. Values are escaped in HTML
            templates.
        **values: The values that the template uses.

    Raises:
        jinja2.UndefinedError: The template uses a value that is not given.
    """
    return _ENVIRONMENT.get_template(template).render(values)
