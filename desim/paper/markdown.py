"""The project's own Markdown, such as the semantics, as Typst; so that it is written only once."""

from __future__ import annotations

from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from desim.paper.tables.table import typst_text


def to_typst(text: str, deeper: int = 1) -> str:
    """A Markdown text as Typst markup.

    Parameters
    ----------
    text
        Headings, paragraphs, lists, tables, emphasis, code and links.
    deeper
        By how much headings are lowered; what becomes less than the first is left out.
    """
    return "".join(_block(MarkdownIt().enable("table").parse(text), deeper))


def _block(tokens: Sequence[Token], deeper: int) -> list[str]:
    out: list[str] = []
    kinds: list[str] = []
    columns = 0
    for token in tokens:
        match token.type:
            case "heading_open":
                out.append("\n" + "=" * (int(token.tag[1:]) - 1 + deeper) + " ")
            case "heading_close" | "paragraph_close":
                out.append("\n" if kinds else "\n\n")
            case "bullet_list_open" | "ordered_list_open":
                kinds.append("-" if token.type.startswith("bullet") else "+")
                out.append("\n" if len(kinds) > 1 else "")
            case "bullet_list_close" | "ordered_list_close":
                kinds.pop()
                out.append("\n")
            case "list_item_open":
                out.append("  " * (len(kinds) - 1) + kinds[-1] + " ")
            case "fence" | "code_block":
                out.append(f"```\n{token.content}```\n\n")
            case "table_open":
                start, columns = len(out), 0
            case "table_close":
                out[start:start] = [f"#table(columns: {columns}, stroke: none,\n"]
                out.append(")\n\n")
            case "th_open":
                columns += 1
                out.append("[*")
            case "th_close":
                out.append("*], ")
            case "td_open":
                out.append("[")
            case "td_close":
                out.append("], ")
            case "thead_close":
                out.append("table.hline(stroke: 0.05em),\n")
            case "tr_close":
                out.append("\n")
            case "inline":
                out.append(_inline(token.children or [], "  " * len(kinds)))
    return out


def _inline(tokens: Sequence[Token], indent: str) -> str:
    out = []
    for token in tokens:
        match token.type:
            case "text":
                out.append(typst_text(token.content))
            case "code_inline":
                ticks = "``" if "`" in token.content else "`"
                out.append(f"{ticks}{token.content}{ticks}")
            case "softbreak" | "hardbreak":
                out.append(f"\n{indent}")
            case "em_open" | "em_close":
                out.append("_")
            case "strong_open" | "strong_close":
                out.append("*")
            case _:
                pass  # a link's text stays, its target is a file of the repository
    return "".join(out)
