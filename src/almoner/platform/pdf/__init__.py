"""PDF documents by Typst: a layout of ours, and data that can be no markup."""

from almoner.platform.pdf.press import FONTS, Press

__all__ = ["FONTS", "Press"]
