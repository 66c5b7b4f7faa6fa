"""HTML to blocks: no text lost, nothing harmful kept, no depth that brings it down."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.model.base import text_of
from syndicate.model.body import Block, texts_of
from syndicate.sources.blocks import TooMuch, blocks_of
from syndicate.sources.nesting import DEEPEST, DEEPEST_STYLE, shallow

BASE = "https://harbour.example/cities/wall"


def briefly(fragment: str) -> list[tuple[Any, ...]]:
    return [(block.type, *texts_of(block)) for block in blocks_of(fragment, BASE)]


def only(fragment: str) -> Block:
    (block,) = blocks_of(fragment, BASE)
    return block


def test_text_around_inline_markup_is_kept() -> None:
    assert briefly("<p>Body <b>one</b> two</p>") == [("paragraph", "Body <b>one</b> two")]


def test_text_outside_paragraphs_is_kept_in_order() -> None:
    fragment = "lead<div>a<div>b<p>c</p>d</div></div><section>e</section>tail"

    assert [text for _, text in briefly(fragment)] == ["lead", "a", "b", "c", "d", "e", "tail"]


def test_two_line_breaks_end_a_paragraph_and_one_stays() -> None:
    assert briefly("a<br>b<br> <br>c <b>d<br><br>e</b><br>") == [
        ("paragraph", "a<br>b"),
        ("paragraph", "c <b>d</b>"),
        ("paragraph", "<b>e</b>"),
    ]


def test_an_inline_tag_around_blocks_stays_on_each() -> None:
    assert briefly('<a href="/x"><div>one</div><div>two</div></a>') == [
        ("paragraph", '<a href="https://harbour.example/x">one</a>'),
        ("paragraph", '<a href="https://harbour.example/x">two</a>'),
    ]


def test_first_level_headings_become_second_level() -> None:
    levels = [b.model_dump()["level"] for b in blocks_of("<h1>a</h1><h2>b</h2><h6>c</h6>")]

    assert levels == [2, 2, 6]


def test_lists_keep_every_item_and_what_is_nested() -> None:
    fragment = "<ol><li>A<ul><li>B<p>b</p></li></ul>C</li><li><h3>D</h3></li>stray</ol>"

    block = only(fragment).model_dump()

    assert block["ordered"]
    assert block["items"] == ("A", "B<br>b", "C", "D", "stray")


def test_a_quote_keeps_who_said_it() -> None:
    fragment = "<blockquote><p>One.</p><p>Two.</p><footer>— Lina Maro</footer></blockquote>"

    first, second = blocks_of(fragment)

    assert (first.model_dump()["text"], first.model_dump()["cite"]) == ("One.", None)
    assert (second.model_dump()["text"], second.model_dump()["cite"]) == ("Two.", "Lina Maro")


def test_a_table_keeps_head_cells_caption_and_inner_tables() -> None:
    fragment = (
        "<table><caption>Tides</caption><tr><th>Day<th>High</tr>"
        "<tr><td>Mo<td><table><tr><td>3<td>4</table>m</tr><tr><td><td></tr></table>"
    )

    table = only(fragment).model_dump()

    assert (table["caption"], table["header"]) == ("Tides", ("Day", "High"))
    assert table["rows"] == (("Mo", "3<br>4<br>m"),)


def test_a_figure_is_a_picture_with_caption_credit_and_alt() -> None:
    fragment = (
        '<figure><img src="/w.jpg" width="800" height="450" alt="The wall">'
        "<figcaption>The wall at <em>low</em> tide (Norstar)</figcaption></figure>"
    )

    picture = only(fragment).model_dump()

    assert (picture["alt"], picture["credit"]) == ("The wall", "Norstar")
    assert picture["caption"] == "The wall at low tide"
    rendition = picture["renditions"][0]
    assert (rendition["url"], rendition["type"]) == (
        "https://harbour.example/w.jpg",
        "image/jpeg",
    )
    assert (rendition["width"], rendition["height"]) == (800, 450)


def test_figures_in_a_figure_are_a_gallery() -> None:
    fragment = (
        "<figure><figure><img src=1.png><figcaption>one (Norstar)</figcaption></figure>"
        "<figure><img src=2.png></figure><figcaption>Both</figcaption></figure>"
    )

    gallery = only(fragment).model_dump()

    assert [picture["credit"] for picture in gallery["pictures"]] == ["Norstar", None]
    assert gallery["caption"] == "Both"


def test_a_picture_inside_a_paragraph_follows_it() -> None:
    kinds = [kind for kind, *_ in briefly("<p>a <img src=x.jpg> b</p><p>c</p>")]

    assert kinds == ["paragraph", "picture", "paragraph"]


@pytest.mark.parametrize(
    "tag",
    [
        "<img src=p.gif width=1 height=1>",
        "<img src=icon.png width=16>",
        "<img src=data:image/png;base64,AAAA>",
        "<img src=javascript:alert(1)>",
        "<img>",
    ],
)
def test_pixels_icons_and_pictures_without_address_are_left_out(tag: str) -> None:
    assert blocks_of(tag, BASE) == ()


def test_a_late_loading_picture_is_found_at_its_real_address() -> None:
    fragment = '<img src="data:image/gif;base64,R0" data-src="//img.example/a.webp?w=9">'

    assert only(fragment).model_dump()["renditions"][0]["url"] == "https://img.example/a.webp?w=9"


@pytest.mark.parametrize(
    ("fragment", "url"),
    [
        ("<iframe src='//video.example/e/1'>old</iframe>", "https://video.example/e/1"),
        (
            "<blockquote class='twitter-tweet'><p>Hi <a href='https://t.example/x'>l</a></p>"
            "<a href='https://post.example/n/status/1'>3 May</a></blockquote>",
            "https://post.example/n/status/1",
        ),
        (
            "<blockquote class='instagram-media' data-instgrm-permalink='https://p.example/1'>"
            "x</blockquote>",
            "https://p.example/1",
        ),
    ],
)
def test_case_9_what_another_service_shows_is_an_embed_without_rights(
    fragment: str, url: str
) -> None:
    block = only(fragment)

    assert (block.type, block.model_dump()["url"]) == ("embed", url)
    assert block.rights is None


def test_case_9_a_bare_link_stays() -> None:
    (block,) = briefly("<p>See <a href='https://video.example/1'>the video</a>.</p>")

    assert block == ("paragraph", 'See <a href="https://video.example/1">the video</a>.')


def test_a_post_without_address_is_a_quote_that_may_not_go_out() -> None:
    block = only("<blockquote class='twitter-tweet'>Their words</blockquote>")

    assert block.rights is not None
    assert (block.type, block.rights.onward) == ("quote", "unknown")


def test_a_recording_keeps_its_files() -> None:
    block = only("<video><source src='v.mp4' type='video/mp4'>no player</video>")

    assert block.model_dump()["renditions"][0]["url"] == "https://harbour.example/cities/v.mp4"


def test_language_and_direction_stay_on_each_block() -> None:
    fragment = "<div lang=ar dir=rtl><p>نص</p><p lang=en dir=ltr>text</p></div><p>after</p>"

    marks = [(block.language, block.dir) for block in blocks_of(fragment)]

    assert marks == [("ar", "rtl"), ("en", "ltr"), (None, None)]


def test_relative_links_without_a_base_lose_the_link_and_keep_the_text() -> None:
    (block,) = blocks_of('<p>a <a href="/x">b</a></p>')

    assert texts_of(block).__next__() == "a b"


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<p onclick=alert(1) style=x>ok</p>",
        "<a href='javascript:alert(1)'>ok</a>",
        "<a href='java\nscript:alert(1)'>ok</a>",
        "<a href='data:text/html,<script>alert(1)</script>'>ok</a>",
        "<svg><script>alert(1)</script></svg>",
        "<math><mi xlink:href='javascript:alert(1)'>x</math>",
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
        "<img src=x onerror=alert(1) alt=ok>",
        "<style>p{}</style><template><script>alert(1)</script></template>",
        "<p>&lt;script&gt;alert&lpar;1)</p>",
        "<<script>script>alert(1)</script>",
        "<object data='javascript:alert(1)'></object>",
    ],
)
def test_nothing_that_acts_comes_in(hostile: str) -> None:
    dumped = str([block.model_dump() for block in blocks_of(hostile, BASE)]).lower()

    for bad in ("<script", "javascript:", "onclick=", "onerror=", "<style", "<svg", "<iframe"):
        assert bad not in dumped


def test_ten_thousand_nested_elements_lose_no_text() -> None:
    fragment = "<div>" * 10_000 + "deep <p>down</p>" + "</div>" * 10_000 + "<p>after</p>"

    assert [text for _, text in briefly(fragment)] == ["deep", "down", "after"]


@pytest.mark.parametrize("bomb", ["<font size=%d><p>x", "<b id=%d><i>x", "<span lang=a%d><p>x"])
def test_tags_that_are_never_closed_do_not_multiply(bomb: str) -> None:
    fragment = "".join(bomb % number for number in range(3000))

    size = sum(len(text) for block in blocks_of(fragment) for text in texts_of(block))

    assert size < 100 * len(fragment)


def test_more_blocks_than_any_article_has_are_too_many() -> None:
    with pytest.raises(TooMuch):
        blocks_of("<p>x" * 20_001)


def test_shallow_leaves_a_page_of_ordinary_depth_alone() -> None:
    page = "<div>" * DEEPEST + "<!-- <div> --><script>'<div>'</script>" + "</div>" * DEEPEST

    assert shallow(page) == page
    assert shallow("<div>" + page) != page
    assert shallow("<b>" * 2 * DEEPEST_STYLE).count("<b>") == DEEPEST_STYLE


WORDS = st.text("abcdef", min_size=1, max_size=5)
TAGS = st.sampled_from(["p", "div", "b", "ul", "li", "h2", "blockquote", "table", "td", "figure"])


@given(
    st.recursive(
        WORDS,
        lambda inner: st.builds(
            lambda tag, parts: f"<{tag}> {' '.join(parts)} </{tag}>", TAGS, st.lists(inner)
        ),
    )
)
def test_no_word_is_lost_whatever_the_nesting(fragment: str) -> None:
    told = [text_of(str(block.model_dump())) for block in blocks_of(fragment)]

    for word in text_of(fragment).split():
        assert word in " ".join(told)


@given(st.text())
def test_any_text_at_all_gives_blocks(fragment: str) -> None:
    assert isinstance(blocks_of(fragment, BASE), tuple)


def test_the_lines_of_preformatted_text_stay_lines() -> None:
    assert briefly("<pre>a\nb\n\nc</pre>") == [("paragraph", "a<br>b"), ("paragraph", "c")]


@pytest.mark.parametrize(
    ("inside", "field"),
    [
        ("<table><tr><td>x</table>", "caption"),
        ("<iframe src=https://video.example/1></iframe>", "title"),
        ("<video src=v.mp4></video>", "caption"),
        ("<blockquote>Said.</blockquote>", "cite"),
    ],
)
def test_a_caption_goes_to_what_it_is_about(inside: str, field: str) -> None:
    block = only(f"<figure>{inside}<figcaption>About it</figcaption></figure>")

    assert block.model_dump()[field] == "About it"


def test_a_caption_without_anything_is_a_paragraph() -> None:
    assert briefly("<figure><figcaption>Alone</figcaption></figure>") == [("paragraph", "Alone")]


def test_more_ampersands_than_can_be_read_in_good_time_are_too_much() -> None:
    with pytest.raises(TooMuch, match="ampersands"):
        blocks_of("&" * 200_001)
