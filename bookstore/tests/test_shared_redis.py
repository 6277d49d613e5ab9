"""The connection to Redis that each thread has of its own."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis

from bookstore import shared_redis

pytestmark = pytest.mark.usefixtures("servers")


def ask(*words: object) -> object:
    return shared_redis.call(shared_redis.client, *words)


def test_it_is_kept_from_question_to_question():
    assert ask("CLIENT", "ID") == ask("CLIENT", "ID")


def test_one_that_redis_has_ended_meanwhile_costs_no_answer():
    ended = ask("CLIENT", "ID")
    assert shared_redis.client.client_kill_filter(_id=ended) == 1

    assert ask("CLIENT", "ID") != ended


def test_an_answer_that_came_too_late_is_not_taken_for_the_next():
    with pytest.raises(redis.TimeoutError):
        ask("BLPOP", "a list that nobody fills", 1)

    assert ask("ECHO", "hello") == b"hello"


def test_a_refused_command_leaves_it_usable():
    before = ask("CLIENT", "ID")
    with pytest.raises(redis.ResponseError):
        ask("NOSUCHCOMMAND")

    assert ask("CLIENT", "ID") == before


def test_another_thread_has_another():
    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(ask, "CLIENT", "ID").result() != ask("CLIENT", "ID")


def test_threads_that_have_ended_count_for_nothing():
    for _ in range(150):
        with ThreadPoolExecutor(1) as thread:
            assert thread.submit(ask, "ECHO", "hello").result() == b"hello"

    assert shared_redis.ask(lambda client: client.ping()) is True


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_child_process_leaves_its_parents_alone():
    before = ask("CLIENT", "ID")
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, str(ask("CLIENT", "ID")).encode())
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)

    assert os.read(reading, 100) not in {b"", str(before).encode()}
    assert ask("CLIENT", "ID") == before
