# SPDX-License-Identifier: MIT
"""R-LOG-4: what one source can make the logs grow by is bounded."""

import pytest

from conversation import at_code_prompt, try_code
from daemon import AUDIT, audit, wait_for

FLOODER, OTHER = "203.0.113.50", "203.0.113.51"
TRIES = 60


def of(records, source):
    """Those of a source."""
    return [r for r in records if r.get("source") == source]


@pytest.fixture
def flooded(daemon):
    """The records, and bytes of the daemon's log, of a flood of wrong codes
    and of codes asked for, each for another name."""
    since, before = AUDIT.stat().st_size, len(daemon.log())
    for n in range(TRIES):
        with at_code_prompt(f"nobody{n}", FLOODER) as c:
            c.answer("000000")
    return since, before


def test_r_log_4_a_source_has_ten_records_a_minute(flooded, daemon, person):
    """And takes nobody else's: those of another source are all there, and so
    is what is accepted, from wherever."""
    since, before = flooded
    assert 1 <= len(of(audit(since), FLOODER)) <= 20  # a minute may end
    for _ in range(3):
        assert not try_code(person.name, person.phone.wrong(), OTHER)
    assert len(of(audit(since), OTHER)) == 3
    assert try_code(person.name, person.phone.fresh(), FLOODER)
    assert [r for r in of(audit(since), FLOODER)
            if r["event"] == "code.accepted"]
    assert len(daemon.log()) - before < 10000


def test_r_log_4_the_others_are_counted(flooded, request):
    """In one record, once the minute is over."""
    if not request.config.getoption("long"):
        pytest.skip("takes a minute: make torture")
    since, _ = flooded
    more = wait_for(lambda: [r for r in of(audit(since), FLOODER)
                             if r["event"] == "refused.more"],
                    "refused.more", 120)
    kept = [r for r in of(audit(since), FLOODER) if "count" not in r]
    assert sum(r["count"] for r in more) + len(kept) >= TRIES
