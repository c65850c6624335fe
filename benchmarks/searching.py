"""`search_doctor`, `search_clinic`: free times as everybody may look them up."""

from collections.abc import Callable, Sequence

from benchmarks import generator, replay, wishes
from benchmarks.api import PREFIX
from benchmarks.contest import Contest
from benchmarks.recording import capture
from benchmarks.registry import running
from benchmarks.results import Result
from benchmarks.stage import Stage
from benchmarks.wishes import Wish

MANY = 400  # searches of a round


def search_doctor(stage: Stage, size: str) -> Result:
    """Two weeks of one doctor: about a hundred times."""
    return _search(stage, size, "search_doctor", times_of, ("post",))


def search_clinic(stage: Stage, size: str) -> Result:
    """The nearest time of every doctor of a position in a clinic."""
    return _search(stage, size, "search_clinic", doctors_of, ("department", "position"))


def times_of(wish: Wish) -> str:
    """Where a doctor's times are asked for."""
    return f"{PREFIX}/doctors/{wish.post}/times?limit=200"


def doctors_of(wish: Wish) -> str:
    """Where a clinic's doctors of one position are asked for, each with his nearest times."""
    return f"{PREFIX}/clinics/{wish.department}/positions/{wish.position}/doctors"


def _search(
    stage: Stage, size: str, key: str, path: Callable[[Wish], str], varying: Sequence[str]
) -> Result:
    database = stage.copy(stage.template(size), key)
    wishes.make(database)
    with running(database.url, stage.var) as serving:
        [first] = wishes.read(database, 0, 1)
        said = capture(serving.settings, 200, "GET", path(first))
        columns = {str(getattr(first, name)): name for name in varying}
        return Contest(
            key,
            database,
            serving,
            stage.var,
            requests=lambda base, many: [
                generator.get(path(it)) for it in wishes.read(database, base, many)
            ],
            right=(200,),
            own=replay.Replay(columns).script(f"own_{key}", said),
            floor=replay.floor(replay.FLOOR_SEARCH),
            many=MANY,
            again=True,
        ).run()
