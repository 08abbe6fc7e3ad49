# SPDX-License-Identifier: MIT
"""A reset step by step over the protocol, as the module would relay it."""

from protocol import Client


def at_code_prompt(name, rhost="192.0.2.1", **hints):
    """A client of uid 0 that is asked for a code."""
    c = Client()
    c.hello("RESET", user=name, rhost=rhost, **hints)
    c.prompt = c.until("ask").prompt
    return c


def accepted(c, code):
    """Give a code; whether it was accepted."""
    return c.answer(code).name == "hand"


def handed(c, code):
    """Give a right code; the worker that was handed over."""
    assert accepted(c, code), c.shown
    return c.worker()


def try_code(name, code, rhost="192.0.2.1"):
    """Whether this code is accepted; if so, leave without a password."""
    with at_code_prompt(name, rhost) as c:
        if not accepted(c, code):
            return False
        c.worker().close()
        c.until("ask", "end")
        return True


def choose(worker, new):
    """A new password, twice; the worker's END."""
    worker.until("ask")
    worker.answer(new)
    return worker.answer(new)


def finish(c):
    """The last words, up to END; its result."""
    m = c.until("ask", "end")
    if m.name == "ask":
        m = c.answer("")
    return m.result


def reset(person, new, rhost="192.0.2.1"):
    """A whole reset; returns END's result."""
    with at_code_prompt(person.name, rhost) as c:
        worker = handed(c, person.phone.fresh())
        m = choose(worker, new)
        assert (m.name, m.result) == ("end", 0), (worker.shown, vars(m))
        worker.close()
        person.password = new
        return finish(c)
