"""Whoever asks hears of everything that was acknowledged before they asked, whoever wrote it and from where."""

from __future__ import annotations

import time

import pytest

from data import commits
from data.database import Database
from data.watch import Watch
from tests.layers.town import NOON, crowd, fill


@pytest.fixture
def watch(shared_store: Database, elsewhere: Database) -> Watch:
    """Has looked at the emptied store once."""
    seen = Watch(shared_store)
    assert looked(seen)
    assert not looked(seen)
    return seen


def looked(watch: Watch) -> bool:
    """What one hears who takes in what is new."""
    with watch as is_new:
        return is_new


def asked_at(came: float, watch: Watch) -> bool:
    """What a request that came at a moment hears."""
    with commits.since(came):
        return looked(watch)


def test_what_was_committed_before_a_request_came_is_new_to_it(watch: Watch, elsewhere: Database) -> None:
    fill(elsewhere, crowd(1, 1, NOON))
    came = time.monotonic()

    assert asked_at(came, watch)
    assert not asked_at(came, watch)
    assert not asked_at(time.monotonic(), watch)


def test_requests_that_waited_share_the_look_that_began_after_they_came(watch: Watch, elsewhere: Database) -> None:
    all_came = time.monotonic()
    assert not asked_at(all_came, watch)

    fill(elsewhere, crowd(1, 1, NOON))

    assert not asked_at(all_came, watch)  # it might as well have been answered before the commit
    assert asked_at(time.monotonic(), watch)


def test_what_was_written_through_this_process_is_new_at_once_to_all(watch: Watch, shared_store: Database) -> None:
    all_came = time.monotonic()
    assert not asked_at(all_came, watch)

    fill(shared_store, crowd(1, 1, NOON))

    assert asked_at(all_came, watch)


def test_each_who_watches_hears_of_it(watch: Watch, shared_store: Database, elsewhere: Database) -> None:
    other = Watch(shared_store)
    looked(other)
    fill(elsewhere, crowd(1, 1, NOON))
    came = time.monotonic()

    assert asked_at(came, watch)
    assert asked_at(came, other)


def test_outside_of_requests_every_look_is_its_own(watch: Watch, elsewhere: Database) -> None:
    assert not asked_at(time.monotonic(), watch)

    fill(elsewhere, crowd(1, 1, NOON))

    assert looked(watch)


def test_a_look_that_failed_is_shared_with_nobody(watch: Watch, shared_store: Database) -> None:
    all_came = time.monotonic()
    shared_store.commits._connection.close()  # as a restart of the store closes it

    assert asked_at(all_came, watch)
    assert asked_at(all_came, watch)  # over a new connection: what was committed meanwhile nobody knows
    assert not asked_at(all_came, watch)


def test_whoever_could_not_take_in_what_is_new_is_told_again(watch: Watch, elsewhere: Database) -> None:
    fill(elsewhere, crowd(1, 1, NOON))
    with pytest.raises(OSError, match="gone"), watch as is_new:
        raise OSError("gone")

    assert is_new
    assert looked(watch)
    assert not looked(watch)
