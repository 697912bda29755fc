"""What an officer reads when Spark fails, and how long a run waits for it: none of it needs Spark.

Here: words without stacks, patience, settings that are refused. Not here: real servers (pipeline/test_spark_connect).
Invariant: no stack of Java, no secret; a dead server is waited for once, not once a question.
"""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from pipelines.office.engine import WarehouseSection
from pipelines.warehouse.spark_session import Outage, _texts, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[PATH_NOT_FOUND] no /x.\n\tat org.apache.spark.A.b(A.scala:1)\n\tat c", "[PATH_NOT_FOUND] no /x."),
        ("cannot set\n\nJVM stacktrace:\norg.apache.spark.X\n", "cannot set"),
        ("refused, debug_error_string = 'UNKNOWN:…'", "refused"),
        ("one\ntwo\nCaused by: java.io.IOException", "one"),
        ("x" * 2_000, "x" * 500),
    ],
)
def test_an_error_of_spark_is_its_words_without_the_stack(text: str, words: str) -> None:
    assert words_of(RuntimeError(text)) == words


def test_an_error_of_java_is_what_java_says_not_what_py4j_makes_of_it() -> None:
    class OfPy4J(RuntimeError):
        java_exception = "java.net.URISyntaxException: bad\n\tat a"

    error = OfPy4J("An error occurred while calling None.\n: java.lang.Error\n\tat a")
    assert words_of(error) == "java.net.URISyntaxException: bad"


def test_a_silent_server_is_waited_for_a_minute_in_all() -> None:
    outage = Outage()
    assert [outage.is_borne(moment) for moment in (0.0, 0.2, 4.0, 17.0, 59.0)] == [True] * 5
    # Every question after that fails at once, as long as they follow each other.
    assert [outage.is_borne(moment) for moment in (70.0, 71.0, 150.0)] == [False] * 3
    # One that answered for minutes may be silent again.
    assert outage.is_borne(400.0)


def test_yes_and_no_are_written_as_spark_writes_them() -> None:
    options: dict[str, str | int | bool] = {
        "spark.speculation": True,
        "spark.x": False,
        "spark.n": 3,
        "spark.t": "True",
    }
    given = _texts(WarehouseSection(options=options))
    assert given == {"spark.speculation": "true", "spark.x": "false", "spark.n": "3", "spark.t": "True"}


@pytest.mark.parametrize(
    "name", ["spark.hadoop.fs.s3a.secret.key", "spark.hadoop.fs.azure.account.key.box", "a.password"]
)
def test_a_secret_among_the_options_is_refused_by_its_name(name: str) -> None:
    with pytest.raises(ValidationError, match="bí mật") as refused:
        WarehouseSection(options={name: "GIÁ-TRỊ-KÍN"})
    assert "GIÁ-TRỊ-KÍN" not in str(refused.value.errors(include_input=False))


@pytest.mark.parametrize("master", ["local", "local[2]", "local[*]", "local[4,2]", "yarn", "spark://host:7077"])
def test_a_master_of_sparks_own_forms_is_taken(master: str) -> None:
    assert WarehouseSection(master=master).master == master


@pytest.mark.parametrize("master", ["local[abc]", "local[]", "mesos://host", "spark://a b"])
def test_another_master_is_refused_with_what_it_may_be(master: str) -> None:
    with pytest.raises(ValidationError, match="spark://máy:7077"):
        WarehouseSection(master=master)


@pytest.mark.parametrize("name", ["spark.sql.mapKeyDedupPolicy", "spark.sql.shuffle.partitions"])
def test_an_option_that_is_no_secret_is_taken(name: str) -> None:
    assert WarehouseSection(options={name: 1}).options == {name: 1}
