"""Tables of text, rendered as Markdown or as plain text."""

from collections.abc import Sequence
import dataclasses

import tabulate


@dataclasses.dataclass(frozen=True)
class Table:
    """Cells of text below headings. A template can render the fields too.

    Attributes:
        heads: The headings, one for each column.
        rows: The cells of each row; the first cell is the name of the row.
        strong: Names of the rows and headings to emphasize, such as a mean.
        num_left: Number of left-aligned columns; the others hold numbers and
            are right-aligned.
    """

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    strong: Sequence[str] = ()
    num_left: int = 1

    def __post_init__(self):
        for row in self.rows:
            if len(row) != len(self.heads):
                raise ValueError(
                    f"`rows` must have {len(self.heads)} cells each, one for "
                    f"each of `heads`. Received: {list(row)}"
                )

    def to_markdown(self) -> str:
        """Returns the table as Markdown, its columns padded to equal width."""
        rows = [[self._markdown(row[0]), *row[1:]] for row in self.rows]
        heads = list(map(self._markdown, self.heads))
        return self._render(rows, headers=heads, tablefmt="pipe") + "\n"

    def to_text(self) -> str:
        """Returns the table as aligned text, without a final newline."""
        return self._render([self.heads, *self.rows], tablefmt="plain")

    def _markdown(self, name: str) -> str:
        return f"**{name}**" if name in self.strong else name

    def _render(self, rows, **style) -> str:
        left = ("left",) * self.num_left
        right = ("right",) * (len(self.heads) - self.num_left)
        return tabulate.tabulate(
            rows,
            colalign=left + right,
            disable_numparse=True,  # Keep the digits as they are.
            **style,
        )
