"""What makes two items the same, told as polls of feeds against a log."""

import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.identify import Keys, Sighting, folded, keys, resolve
from bot.model import Entry

STORY = Entry(
    guid="guid-1",
    url="https://a.example/deal",
    title="Harbour council weighs a contract with the ferry line",
    summary="The talks began on Monday.",
    published=datetime(2026, 3, 3, tzinfo=UTC),
)
OTHER = Entry(
    guid="guid-2",
    url="https://a.example/crane",
    title="The tall crane is taken down after ninety years",
    summary="It had been rusting.",
    published=None,
)


def entry(**changes) -> Entry:
    return replace(STORY, **changes)


class Log:
    """The store's part: keys -> items, the newest of a feed before all others (or always the first); items keep their feed."""

    def __init__(self, *, first: bool = False) -> None:
        self.first = first
        self.feed_of: dict[int, str] = {}
        self.keys: list[tuple[bytes, int]] = []

    def poll(self, feed: str, *entries: Entry, listed: set[int] = frozenset()) -> list[Sighting]:
        batch = [(one, keys(feed, one)) for one in entries]
        mine = {item for item, of in self.feed_of.items() if of == feed}
        known = dict(reversed(self.keys) if self.first else sorted(self.keys, key=lambda row: (row[1] in mine, row[1])))
        found = list(resolve(batch, known, mine, listed))
        ids: dict[int, int] = {}
        for index, sighting in enumerate(found):
            if sighting.kind in {"new", "elsewhere"}:
                ids[index] = len(self.feed_of) + 1
                self.feed_of[ids[index]] = feed
            item = ids[index] if index in ids else sighting.of if sighting.batch is None else ids[sighting.batch]
            self.keys += [(key, item) for key in sighting.keys.present()]
        return found


def kinds(found) -> list[str]:
    return [sighting.kind for sighting in found]


@pytest.fixture
def log() -> Log:
    """A log in which feed A has brought STORY as item 1 and OTHER as item 2."""
    log = Log()
    assert kinds(log.poll("A", STORY, OTHER)) == ["new", "new"]
    return log


# ---------------------------------------------------------------- one entry that comes again


@pytest.mark.parametrize(
    ("again", "kind"),
    [
        pytest.param(entry(), "seen", id="unchanged"),
        pytest.param(entry(published=datetime(2026, 3, 4, tzinfo=UTC)), "seen", id="re-dated"),
        pytest.param(entry(title="UPDATE 2 - Council decides"), "seen", id="its headline edited"),
        pytest.param(entry(title="Decided", url="https://a.example/decided", summary=""), "seen", id="all else edited"),
        pytest.param(entry(guid="guid-9"), "again", id="another guid"),
        pytest.param(entry(guid="GUID-1"), "again", id="a guid in capitals is another guid"),
        pytest.param(entry(guid="  guid-1 "), "seen", id="white space around the guid is not"),
        pytest.param(entry(guid=None), "seen", id="without guid"),
        pytest.param(entry(guid="7"), "seen", id="with a place in the list for a guid"),
        pytest.param(entry(guid="x-1", url="http://www.a.example/deal/?utm_source=rss#top"), "again", id="its address respelled"),
        pytest.param(entry(guid="x-1", title="Council decides"), "again", id="another guid and an edited headline"),
        pytest.param(entry(guid="x-1", url="https://a.example/deal-2"), "again", id="only its title and summary left"),
        pytest.param(entry(guid="x-1", url=None), "again", id="another guid, no address"),
        pytest.param(
            entry(guid="x-1", url=None, title=STORY.title.upper() + "!"), "again", id="capitals"
        ),
        pytest.param(entry(guid="x-1", url="https://a.example/deal?id=2", summary="On Tuesday."), "new", id="the next issue"),
        pytest.param(entry(guid="x-1", url="https://a.example/deal-2", title="Quite another title"), "new", id="new"),
    ],
)  # fmt: skip
def test_an_entry_of_the_same_feed(log, again, kind):
    (sighting,) = log.poll("A", again)
    assert sighting.kind == kind
    assert sighting.of == (1 if kind != "new" else None)
    assert bool(sighting.why) == (kind != "new")


@pytest.mark.parametrize(
    ("other", "kind"),
    [
        pytest.param(entry(), "elsewhere", id="the same entry"),
        pytest.param(entry(guid="b", title="Their own headline for it, quite different"), "elsewhere", id="the same article"),
        pytest.param(entry(guid="b", url="http://www.a.example/deal?fbclid=1"), "elsewhere", id="the same article, respelled"),
        pytest.param(entry(url="https://b.example/deal"), "new", id="the same guid and title at another address"),
        pytest.param(entry(url="https://m.a.example/deal"), "new", id="the mobile page"),
    ],
)
def test_an_entry_of_another_feed(log, other, kind):
    (sighting,) = log.poll("B", other)
    assert (sighting.kind, sighting.of) == (kind, 1 if kind == "elsewhere" else None)
    assert kinds(log.poll("B", other)) == ["seen"]
    assert kinds(log.poll("A", STORY)) == ["seen"]


@pytest.mark.parametrize("parameter", ["id", "eid", "story", "p", "source", "keyword", "session"])
def test_parameters_that_tell_articles_apart(log, parameter):
    first, second = (
        entry(guid=None, url=f"https://a.example/page?{parameter}={n}", title=f"Headline number {n} of the day") for n in (77, 78)
    )
    assert kinds(log.poll("A", first)) == ["new"]
    assert kinds(log.poll("A", second)) == ["new"]
    assert kinds(log.poll("A", first, second)) == ["seen", "seen"]


def test_guids_that_change_with_every_poll(log):
    for n in range(5):
        churned = [replace(STORY, guid=f"{n}-one"), replace(OTHER, guid=f"{n}-two")]
        assert [(one.kind, one.of) for one in log.poll("A", *churned)] == [("again", 1), ("again", 2)]


def test_guids_and_addresses_that_change_with_every_poll(log):
    for n in range(5):
        churned = [replace(one, guid=f"{n}-{one.guid}", url=f"{one.url};session{n}") for one in (STORY, OTHER)]
        assert [(one.kind, one.of) for one in log.poll("A", *churned)] == [("again", 1), ("again", 2)]


def test_a_feed_emptied_and_refilled(log):
    assert log.poll("A") == []
    assert kinds(log.poll("A", OTHER, STORY)) == ["seen", "seen"]


def test_a_feed_without_guids_whose_headlines_are_edited(log):
    bare = entry(guid=None, url="https://a.example/live", title="Ferry talks begin at the harbour")
    assert kinds(log.poll("A", bare)) == ["new"]
    assert kinds(log.poll("A", replace(bare, title="Ferry talks end in a deal at last"))) == ["seen"]


def test_a_feed_that_numbers_its_entries_anew_each_time():
    log = Log()
    first = [entry(guid=str(n), url=f"https://a.example/{n}", title=f"Headline {n} of the first day") for n in range(3)]
    second = [entry(guid=str(n), url=f"https://a.example/2{n}", title=f"Headline {n} of the next day") for n in range(3)]
    assert kinds(log.poll("A", *first)) == ["new"] * 3
    assert kinds(log.poll("A", *second)) == ["new"] * 3


def test_google_news():
    log = Log()
    link = "https://news.google.com/rss/articles/{}?oc=5"
    first = entry(guid="CBMiA", url=link.format("CBMiA"), summary="Deal weighed A Desk Others say B Desk", source="A Desk")
    assert kinds(log.poll("G", first)) == ["new"]
    assert kinds(log.poll("G", replace(first, guid="CBMiB", url=link.format("CBMiB"), summary="Deal weighed A Desk C Desk"))) == [
        "again"
    ]
    assert kinds(log.poll("G", replace(first, guid="CBMiC", url=link.format("CBMiC"), source="B Desk"))) == ["new"]


# ---------------------------------------------------------------- side by side in one document


def test_a_column_that_bears_the_same_title_every_day():
    log = Log()
    days = [
        entry(guid=f"day-{n}", url=f"https://a.example/{n}", title="The long morning briefing for readers", summary="")
        for n in range(4)
    ]
    assert kinds(log.poll("A", days[0])) == ["new"]
    assert kinds(log.poll("A", days[1], days[0])) == ["new", "seen"]
    assert kinds(log.poll("A", days[2], listed={1, 2})) == ["new"]
    told_apart = [replace(day, summary=f"What matters on day {n}") for n, day in enumerate(days)]
    assert kinds(log.poll("B", told_apart[0])) == ["elsewhere"]
    assert kinds(log.poll("B", replace(told_apart[3], url="https://b.example/3"))) == ["new"]


def test_a_title_counts_only_once_in_a_document(log):
    moved = entry(guid="x-1")  # STORY under another guid, found by its address
    namesake = entry(guid="x-2", url="https://a.example/other-deal")
    for batch in ([moved, namesake], [namesake, moved]):
        found = {
            sighting.entry.guid: sighting.kind
            for sighting in resolve([(one, keys("A", one)) for one in batch], dict(log.keys), {1, 2}, set())
        }
        assert found == {"x-1": "again", "x-2": "new"}


def test_a_feed_whose_entries_all_bear_the_address_of_the_site_as_their_guid():
    """Each guid alone says: seen. Whatever came after the first document was lost."""

    def told(n):
        return entry(guid="https://a.example", url=f"https://a.example/{n}", title=f"Headline number {n} of the day", summary="")

    log = Log()
    assert kinds(log.poll("A", told(2), told(1))) == ["new", "new"]
    assert kinds(log.poll("A", told(3), listed={2, 1})) == ["new"]
    assert kinds(log.poll("A", told(4), listed={3, 2})) == ["new"]
    assert kinds(log.poll("A", told(5), told(4), told(3))) == ["new", "seen", "seen"]
    edited = replace(told(5), title="Headline number 5 of the day, corrected")
    assert kinds(log.poll("A", edited, listed={4, 3})) == ["seen"]
    assert kinds(log.poll("A", told(6), listed={5, 4})) == ["new"]


def test_a_change_log_whose_entries_share_one_page():
    log = Log()
    notes = [
        entry(guid=f"note-{n}", url="https://a.example/changes#n", title=f"Change number {n} of the year", summary="")
        for n in range(6)
    ]
    assert kinds(log.poll("A", notes[1], notes[0])) == ["new", "new"]
    assert kinds(log.poll("A", notes[2], listed={1, 2})) == ["new"]
    assert kinds(log.poll("A", notes[3], notes[2], notes[1])) == ["new", "seen", "seen"]
    assert kinds(log.poll("A", notes[5], notes[4])) == ["new", "new"]
    assert kinds(
        log.poll("A", entry(guid="note-6", url="https://a.example/changes", title="Change 6 of this year"), listed={5, 6})
    ) == ["new"]


def test_entries_that_link_to_the_start_page_are_told_apart_by_guid():
    log = Log()
    for n in range(3):
        alert = entry(guid=f"alert-{n}", url="https://a.example/", title=f"Alert {n}: ferries stopped", summary="")
        assert kinds(log.poll("A", alert)) == ["new"]


@pytest.mark.parametrize(
    ("second", "kind"),
    [
        pytest.param(entry(), "again", id="the very same"),
        pytest.param(entry(title="Another headline under one guid"), "again", id="the same guid and address"),
        pytest.param(entry(url="https://a.example/x"), "again", id="the same guid and title"),
        pytest.param(entry(title="Another headline under one guid", url="https://a.example/x"), "new", id="only the same guid"),
        pytest.param(entry(guid="b-2", url="http://a.example/deal?utm_medium=x"), "again", id="the same address and title"),
        pytest.param(entry(guid="b-2", title="Another headline at one address"), "new", id="the same address, another title"),
        pytest.param(entry(guid="b-2", url="https://a.example/x"), "new", id="only the same title"),
    ],
)
def test_two_entries_of_one_document(second, kind):
    first, found = Log().poll("A", STORY, second)
    assert first.kind == "new"
    assert (found.kind, found.batch, found.of) == (kind, 0 if kind == "again" else None, None)


def test_repeats_of_repeats_name_the_first():
    chain = [
        entry(guid="g-1"),
        entry(guid="g-2"),
        entry(guid="g-2", url="https://a.example/x"),
    ]
    assert [sighting.batch for sighting in Log().poll("A", *chain)] == [None, 0, 0]


def test_repeats_of_what_is_known_name_the_item(log):
    found = log.poll("A", entry(guid="g-1"), entry(guid="g-2"))
    assert [(sighting.kind, sighting.of, sighting.batch) for sighting in found] == [("again", 1, None)] * 2
    found = log.poll("B", entry(guid="g-1"), entry(guid="g-2"))
    assert [(sighting.kind, sighting.of, sighting.batch) for sighting in found] == [("elsewhere", 1, None), ("again", 1, None)]


def test_2000_identical_entries_are_one():
    for one in (STORY, entry(guid=None), entry(guid=None, url=None), entry(guid=None, url=None, title="Live", summary="")):
        log = Log()
        assert kinds(log.poll("A", *[one] * 2000)) == ["new"] + ["again"] * 1999
        assert set(kinds(log.poll("A", *[one] * 2000))) == {"seen"} or one.guid is None
        assert not {"new", "elsewhere"} & set(kinds(log.poll("A", *[one] * 2000)))


# ---------------------------------------------------------------- keys


def test_keys_are_digests_of_the_feed_and_the_entry():
    found = keys("A", STORY)
    assert [len(key) for key in found.present()] == [16, 16, 16]
    assert found.url == keys("B", STORY).url
    assert not {found.guid, found.title} & {keys("B", STORY).guid, keys("B", STORY).title}
    assert found == keys("A", STORY)


@pytest.mark.parametrize(
    ("one", "present"),
    [
        pytest.param(entry(), (True, True, True), id="all"),
        pytest.param(entry(guid="12"), (False, True, True), id="a guid of two characters"),
        pytest.param(entry(guid=None, url=None), (False, False, True), id="only a title"),
        pytest.param(entry(url="tag:a.example,2026:1"), (True, False, True), id="an address that is none"),
        pytest.param(entry(url=None, title="Live updates"), (True, False, False), id="a short title"),
        pytest.param(entry(url=None, title="Live updates, live"), (True, False, False), id="three words, 15 letters"),
        pytest.param(entry(url=None, title="Hafenentwicklungsgesellschaft"), (True, False, True), id="one long word"),
        pytest.param(entry(url=None, title="How we did it"), (True, False, True), id="four words"),
        pytest.param(entry(url=None, title="北约考虑合同"), (True, False, False), id="six Chinese characters"),
        pytest.param(entry(url=None, title="北约考虑与公司签订合同"), (True, False, True), id="eleven Chinese characters"),
        pytest.param(entry(guid=None, url=None, title="Live"), (False, False, True), id="a short title and nothing else"),
        pytest.param(
            entry(guid=None, url=None, title="🔥🔥"), (False, False, True), id="a title without letters and nothing else"
        ),
        pytest.param(entry(guid=None, title=""), (False, True, True), id="no title and no guid"),
        pytest.param(entry(guid=None, url="https://a.example/", title=""), (False, False, True), id="only a start page"),
        pytest.param(entry(guid=None, url=None, title=""), (False, False, False), id="nothing"),
    ],
)
def test_which_keys_an_entry_has(one, present):
    found = keys("A", one)
    assert tuple(key is not None for key in (found.guid, found.url, found.title)) == present


def test_a_short_title_counts_with_its_address():
    live = entry(guid="l-1", url="https://a.example/live/1", title="Live", summary="")
    assert keys("A", live).title == keys("A", replace(live, guid="l-2")).title
    assert keys("A", live).title != keys("A", replace(live, url="https://a.example/live/2")).title


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  “NATO” – KI: Straße!", "nato ki strasse"),
        ("ＮＡＴＯ　１", "nato 1"),
        ("İstanbul", "i̇stanbul".replace("\u0307", " ")),
        ("", ""),
    ],
)
def test_folding(text, expected):
    assert folded(text) == expected


SMALL = st.builds(
    Entry,
    guid=st.sampled_from([None, "1", "g-one", "g-two", "g-three"]),
    url=st.sampled_from([None, "https://a.example/", "https://a.example/x", "http://a.example/x?rss=1", "https://b.example/y"]),
    title=st.sampled_from(["", "Live", "A headline of more than four words", "Another headline of more than four words"]),
    summary=st.sampled_from(["", "text"]),
    published=st.none(),
)


@settings(max_examples=100, derandomize=True, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("AB"), st.lists(SMALL, max_size=5)), max_size=5), st.booleans())
def test_sightings_hold_together_and_a_document_is_new_only_once(polls, first):
    log = Log(first=first)
    for feed, entries in polls:
        found = log.poll(feed, *entries)
        assert [sighting.entry for sighting in found] == entries
        for index, sighting in enumerate(found):
            assert (sighting.of is not None) + (sighting.batch is not None) == (sighting.kind != "new")
            assert sighting.batch is None or (sighting.batch < index and found[sighting.batch].kind == "new")
            assert sighting.of is None or (sighting.kind == "elsewhere") <= (log.feed_of[sighting.of] != feed)
        for sighting in log.poll(feed, *entries):
            assert sighting.kind != "new" or sighting.keys == Keys(guid=None, url=None, title=None)


def test_time_is_linear_in_the_size_of_a_batch():
    batch = [
        entry(guid=f"guid-{n}", url=f"https://a.example/{n % 7}", title=f"Headline number {n} of the day") for n in range(2000)
    ]
    started = time.perf_counter()
    Log().poll("A", *batch)
    assert time.perf_counter() - started < 2  # 0.1 s when measured
