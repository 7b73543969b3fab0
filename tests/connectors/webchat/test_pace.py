from connectors.webchat.pace import Pace


class Clock:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_allows_a_burst_and_then_says_how_long_to_wait():
    pace = Pace(3, 2.0, Clock())
    assert [pace.wait("a") for _ in range(4)] == [0, 0, 0, 2.0]


def test_waiting_is_not_punished():
    clock = Clock()
    pace = Pace(3, 2.0, clock)
    for _ in range(10):
        pace.wait("a")
    clock.seconds = 2.0
    assert pace.wait("a") == 0
    assert pace.wait("a") == 2.0


def test_one_visitor_does_not_slow_another():
    pace = Pace(1, 2.0, Clock())
    pace.wait("a")
    assert pace.wait("b") == 0


def test_forgets_who_has_been_quiet():
    clock = Clock()
    pace = Pace(3, 2.0, clock)
    for number in range(1000):
        pace.wait(str(number))
        clock.seconds += 1.0
    assert len(pace._free_at) < 10
