"""The pages on codes: each has words, a marked wrong spec and a right one."""

from pdedsl.vocabulary.pages import pages


def test_every_page_is_whole() -> None:
    assert len(pages()) > 30
    for code, page in pages().items():
        assert page.code == code and page.title and page.words
        assert page.bad != page.good and "«" not in page.bad
        assert 0 <= page.place.start <= page.place.end <= len(page.bad)
