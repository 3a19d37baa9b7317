"""The embedded server on real folders: first start, restart, every kind of kill, and where it may live."""

from __future__ import annotations

import asyncio
import os
import pwd
import signal
import socket
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import asyncpg
import psutil
import pytest

from almoner.platform.postgres import (
    AlreadyRunning,
    Binaries,
    PostgresError,
    PostgresNotFound,
    StartFailed,
    binaries,
    directory,
    find_binaries,
    processes,
    running_dsn,
    sockets,
)
from tests.integration.platform.postgres.servers import (
    IS_ROOT,
    MakeRunner,
    first_line,
    mode_of,
    query,
    wait_until,
)


def test_the_first_start_makes_a_durable_private_database(make_runner: MakeRunner, data_dir: Path) -> None:
    runner = make_runner()
    with pytest.raises(PostgresError, match="not running"):
        _ = runner.dsn
    dsn = runner.start()
    assert dsn == runner.start() == runner.dsn
    for setting, value in (
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("full_page_writes", "on"),
        ("data_checksums", "on"),
        ("jit", "off"),
        ("TimeZone", "UTC"),
        ("listen_addresses", ""),
        ("shared_buffers", "128MB"),
    ):
        assert query(dsn, f"SHOW {setting}") == value, setting
    assert query(dsn, "SELECT current_user, current_database()") == "almoner|almoner"
    assert query(dsn, "SELECT lower('ÉÇ'), 'Z' < 'a'") == "éç|t"
    methods = query(dsn, "SELECT DISTINCT auth_method FROM pg_hba_file_rules")
    assert methods == "scram-sha-256"
    assert mode_of(data_dir / "postgres.secret") == 0o600
    assert mode_of(data_dir) == mode_of(data_dir / "postgres") == 0o700
    socket_dir = Path(query(dsn, "SHOW unix_socket_directories"))
    assert mode_of(socket_dir) == 0o700
    assert not any((data_dir).glob("postgres.new-*"))


def test_asyncpg_reads_the_same_connection_string(make_runner: MakeRunner) -> None:
    dsn = make_runner().start()

    async def one() -> object:
        connection = await asyncpg.connect(dsn)
        try:
            return await connection.fetchval("SELECT 41 + 1")
        finally:
            await connection.close()

    assert asyncio.run(one()) == 42


def test_a_wrong_password_is_refused(make_runner: MakeRunner, data_dir: Path) -> None:
    dsn = make_runner().start()
    password = (data_dir / "postgres.secret").read_text().strip()
    with pytest.raises(subprocess.CalledProcessError):
        query(dsn.replace(password, "guess"), "SELECT 1")


def test_a_restart_keeps_data_and_overrides_settings(make_runner: MakeRunner, data_dir: Path) -> None:
    first = make_runner()
    query(first.start(), "CREATE TABLE kept AS SELECT 7 AS n")
    assert running_dsn(data_dir) == first.dsn
    first.stop()
    first.stop()
    assert first.postmaster_pid is None
    assert running_dsn(data_dir) is None
    assert not (data_dir / "postgres" / "postmaster.pid").exists()
    second = make_runner(settings={"jit": "on", "work_mem": "8MB"})
    assert query(second.start(), "SELECT n FROM kept") == "7"
    assert query(second.dsn, "SHOW jit") == "on"
    assert query(second.dsn, "SHOW work_mem") == "8MB"


def test_a_second_start_is_refused_and_names_the_holder(
    make_runner: MakeRunner, owner: Callable[[], subprocess.Popen[str]], data_dir: Path
) -> None:
    runner = make_runner()
    dsn = runner.start()
    other = owner()
    assert first_line(other)[:2] == ["refused", str(os.getpid())]
    assert other.wait(20) == 3
    with pytest.raises(AlreadyRunning, match="Stop that one first") as refusal:
        make_runner().start()
    assert refusal.value.pid == os.getpid()
    assert query(dsn, "SELECT 1") == "1"
    assert running_dsn(data_dir) == dsn


def test_of_two_starts_at_once_exactly_one_wins(owner: Callable[[], subprocess.Popen[str]]) -> None:
    racers = [owner(), owner()]
    outcomes = sorted(first_line(racer)[0].split(":")[0] for racer in racers)
    assert outcomes == ["postgresql", "refused"]


def test_after_the_owner_is_killed_its_server_is_taken_over(
    make_runner: MakeRunner, owner: Callable[[], subprocess.Popen[str]], data_dir: Path
) -> None:
    former = owner()
    dsn, pid = first_line(former)
    query(dsn, "CREATE TABLE kept AS SELECT 7 AS n")
    former.kill()
    former.wait()
    assert query(dsn, "SELECT n FROM kept") == "7", "the orphan goes on serving"
    assert running_dsn(data_dir) == dsn
    runner = make_runner()
    assert query(runner.start(), "SELECT n FROM kept") == "7"
    assert runner.postmaster_pid != int(pid)
    assert processes.server_process(data_dir / "postgres", int(pid)) is None


def test_after_everything_is_killed_the_data_is_recovered(
    make_runner: MakeRunner, owner: Callable[[], subprocess.Popen[str]], data_dir: Path
) -> None:
    former = owner()
    dsn, pid = first_line(former)
    query(dsn, "CREATE TABLE kept AS SELECT 7 AS n")
    postmaster = psutil.Process(int(pid))
    for process in (psutil.Process(former.pid), postmaster, *postmaster.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):  # backends end by themselves when the postmaster is gone
            process.kill()
    former.wait()
    wait_until(lambda: processes.server_process(data_dir / "postgres", int(pid)) is None)
    assert (data_dir / "postgres" / "postmaster.pid").exists()
    assert running_dsn(data_dir) is None
    assert query(make_runner().start(), "SELECT n FROM kept") == "7"


def test_a_server_that_died_is_started_again_past_a_busy_backend(
    make_runner: MakeRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "_STRAY_SECONDS", 0.2)
    runner = make_runner()
    query(runner.start(), "CREATE TABLE kept AS SELECT 7 AS n")
    psql = find_binaries().path("psql")
    busy = subprocess.Popen(
        [psql, "-X", runner.dsn, "-c", "DO $$ BEGIN LOOP END LOOP; END $$"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    count = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'DO %' AND state = 'active'"
    wait_until(lambda: query(runner.dsn, count) == "1")
    pid = runner.postmaster_pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: runner.postmaster_pid is None)
    assert query(runner.start(), "SELECT n FROM kept") == "7"
    busy.wait(20)


def test_a_reused_process_number_does_not_pass_for_our_server(
    make_runner: MakeRunner, data_dir: Path
) -> None:
    runner = make_runner()
    runner.start()
    pgdata = data_dir / "postgres"
    pid_file = pgdata / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    runner.stop()
    run_as = pgdata.stat()
    stranger = subprocess.Popen(["sleep", "60"], user=run_as.st_uid if IS_ROOT else None)
    try:
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        os.chown(pid_file, run_as.st_uid, run_as.st_gid)
        socket_dir = Path(lines[4])
        socket_dir.mkdir(mode=0o700, exist_ok=True)
        os.chown(socket_dir, run_as.st_uid, run_as.st_gid)
        (socket_dir / ".s.PGSQL.5432.lock").write_text(f"{stranger.pid}\n")
        assert running_dsn(data_dir) is None
        assert query(runner.start(), "SELECT 1") == "1"
        assert stranger.poll() is None, "a stranger was ended"
    finally:
        stranger.kill()
        stranger.wait()


def test_a_first_start_killed_half_way_is_made_anew(
    make_runner: MakeRunner, owner: Callable[[], subprocess.Popen[str]], data_dir: Path
) -> None:
    interrupted = owner()
    wait_until(lambda: list(data_dir.glob("postgres.new-*/PG_VERSION")))
    interrupted.kill()
    interrupted.wait()
    assert not (data_dir / "postgres").exists()
    (data_dir / "postgres").mkdir()  # an empty folder of that name is no database either
    runner = make_runner()
    assert query(runner.start(), "SELECT current_database()") == "almoner"
    runner.stop()
    runner.start()  # by now the orphaned initdb has ended, and nothing of it is left
    assert not list(data_dir.glob("postgres.new-*"))


def test_a_deep_data_folder_gets_a_short_socket_folder(make_runner: MakeRunner, tmp_path: Path) -> None:
    deep = tmp_path / ("a" * 60) / ("b, 'c' é+%" * 4)
    runner = make_runner(deep)
    dsn = runner.start()
    folder = Path(query(dsn, "SHOW unix_socket_directories"))
    assert deep not in folder.parents
    assert mode_of(folder) == 0o700
    assert running_dsn(deep) == dsn
    runner.stop()
    assert not folder.exists()


def test_a_prepared_socket_folder_of_another_is_not_used(tmp_path: Path) -> None:
    trap = tmp_path / "almoner-0"
    trap.mkdir(mode=0o777)
    trap.chmod(0o777)
    folder = sockets._private_folder(tmp_path, trap.name, None)
    assert folder != trap and mode_of(folder) == 0o700
    assert sockets._private_folder(tmp_path, folder.name, None) == folder


def test_tcp_is_on_loopback_only_and_only_when_asked(make_runner: MakeRunner, data_dir: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    runner = make_runner(listen_tcp=True, port=port)
    password_in = runner.start().split("@")[0]
    assert query(f"{password_in}@127.0.0.1:{port}/almoner", "SELECT 1") == "1"
    pid = runner.postmaster_pid
    assert pid is not None
    listening = [c.laddr.ip for c in psutil.Process(pid).net_connections("inet") if c.status == "LISTEN"]
    assert listening == ["127.0.0.1"]
    assert runner.port == port
    runner.stop()
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", port))
        taken.listen()
        with pytest.raises(StartFailed, match="choose another port") as failure:
            make_runner(listen_tcp=True, port=port).start()
    assert "could not bind" in failure.value.log_tail
    assert make_runner().start(), "a failed start holds nothing back"


def test_what_cannot_be_started_says_what_to_do(make_runner: MakeRunner, data_dir: Path) -> None:
    runner = make_runner()
    runner.start()
    runner.stop()
    with pytest.raises(StartFailed, match="unknown name") as failure:
        make_runner(settings={"no_such_setting": "1"}).start()
    assert "no_such_setting" in failure.value.log_tail
    (data_dir / "postgres.secret").write_text("not the password\n")
    with pytest.raises(StartFailed, match="remove it and start again"):
        make_runner().start()
    (data_dir / "postgres.secret").unlink()
    assert query(make_runner().start(), "SELECT 1") == "1"


def test_a_folder_of_another_version_or_of_something_else_is_left_alone(
    make_runner: MakeRunner, data_dir: Path
) -> None:
    pgdata = data_dir / "postgres"
    pgdata.mkdir(parents=True)
    (pgdata / "PG_VERSION").write_text("14\n")
    if IS_ROOT:
        with pytest.raises(StartFailed, match="belongs to root"):
            make_runner().start()
        os.chown(pgdata, pwd.getpwnam("nobody").pw_uid, -1)
    with pytest.raises(StartFailed, match="was made by PostgreSQL 14"):
        make_runner().start()
    (pgdata / "PG_VERSION").rename(pgdata / "letters.txt")
    with pytest.raises(StartFailed, match="is not a PostgreSQL data folder"):
        make_runner().start()
    assert (pgdata / "letters.txt").read_text() == "14\n"


def test_a_data_folder_that_cannot_be_made_is_explained(make_runner: MakeRunner, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StartFailed, match="Cannot start the database"):
        make_runner(tmp_path / "file" / "below").start()


def test_the_log_is_bounded_and_tells_no_personal_data(make_runner: MakeRunner, data_dir: Path) -> None:
    data_dir.mkdir()
    (data_dir / "postgres.log").write_bytes(b"x" * (directory.LOG_BYTES_MAX + 1))
    dsn = make_runner().start()
    assert (data_dir / "postgres.log.1").stat().st_size == directory.LOG_BYTES_MAX + 1
    query(dsn, "CREATE TABLE donor (email text PRIMARY KEY); INSERT INTO donor VALUES ('ann@example.org')")
    with pytest.raises(subprocess.CalledProcessError):
        query(dsn, "INSERT INTO donor VALUES ('ann@example.org')")
    written = (data_dir / "postgres.log").read_text()
    assert "duplicate key" in written and "ann@example.org" not in written


def test_nothing_runs_on_an_empty_or_missing_folder(data_dir: Path) -> None:
    assert running_dsn(data_dir) is None
    data_dir.mkdir()
    assert running_dsn(data_dir) is None
    assert not list(data_dir.iterdir())


def test_binaries_are_named_by_setting_wheel_or_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = find_binaries()
    assert found.version() >= (binaries.OLDEST_VERSION, 0)
    assert find_binaries(found.bin_dir) == Binaries(found.bin_dir, "setting")
    with pytest.raises(PostgresNotFound, match="lacks postgres, initdb, psql"):
        find_binaries(tmp_path)
    monkeypatch.setattr(binaries, "wheel_root", lambda: None)
    monkeypatch.setenv("PATH", str(found.bin_dir))
    assert find_binaries() == Binaries(found.bin_dir.resolve(), "path")
    monkeypatch.setattr(binaries, "_candidates", lambda: iter([Binaries(tmp_path, "path")]))
    with pytest.raises(PostgresNotFound, match="Install the package"):
        find_binaries()


@pytest.mark.parametrize(
    ("answer", "version"),
    [
        ("postgres (PostgreSQL) 18.6\n", (18, 6)),
        ("postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)\n", (15, 20)),
        ("postgres (PostgreSQL) 19devel\n", (19, 0)),
    ],
)
def test_versions_are_read_from_what_the_server_says(answer: str, version: tuple[int, int]) -> None:
    assert binaries.parse_version(answer) == version


def test_an_older_server_of_the_machine_serves_as_well(make_runner: MakeRunner) -> None:
    others = [folder for folder in Path("/usr/lib/postgresql").glob("*/bin") if (folder / "initdb").exists()]
    if not others:
        pytest.skip("no PostgreSQL of the distribution is installed here")
    runner = make_runner(binaries=find_binaries(others[0]))
    assert query(runner.start(), "SELECT lower('ÉÇ'), 'Z' < 'a'") == "éç|t"
