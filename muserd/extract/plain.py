"""Texts without markup."""

from muserd.extract.blocks import Block, Document, paragraphs, without_encoded
from muserd.extract.hashtags import hashtags, only_tags


def read_plain(text: str) -> Document:
    """Paragraphs of a text without markup, and the tags in them.

    Raises:
        FileError: it is a backup of Standard Notes, and encrypted.
    """
    if '"content_type"' in text:
        from muserd.extract.journals import read_standard_notes

        if (backup := read_standard_notes(text)) is not None:
            return backup
    blocks = paragraphs(without_encoded(text))
    blocks = [Block("caption", block.text) if only_tags(block.text) else block for block in blocks]
    return Document(blocks, tags=hashtags(block.text for block in blocks))
