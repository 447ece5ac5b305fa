"""Documents from the templates of this room, `templates/*.j2`."""

import jinja2

_ENVIRONMENT = jinja2.Environment(
    loader=jinja2.PackageLoader("kp2part.reporting"),
    # Markdown is not escaped: who writes the notes of a card writes Markdown.
    autoescape=lambda name: name.endswith(".html.j2"),
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def render(template: str, **values) -> str:
    """Returns a document.

    Args:
        template: Name of a file in `templates`. In those of HTML all values
            are escaped.
        **values: What it names.

    Raises:
        jinja2.UndefinedError: It names a value that is not given.
    """
    return _ENVIRONMENT.get_template(template).render(values)
