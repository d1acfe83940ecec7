"""The commands. Each one asks the workspace and puts the answer on standard output."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from answerback import __version__
from answerback.cli import chaining, judging, keeping
from answerback.cli.settings import Format, Settings, instant, pairs

app = typer.Typer(
    name="answerback",
    help="Which of a seller's touches got an answer from a buyer, which did not, and what to try next.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help needs no rich, which would take longer than all else
    context_settings={"help_option_names": ["-h", "--help"]},
)

HomeOption = Annotated[Path, typer.Option(envvar="ANSWERBACK_HOME", help="The workspace's folder.", show_default=True)]


def _version(asked: bool) -> None:
    if asked:
        print(f"answerback {__version__}")
        raise typer.Exit


@app.callback()
def everything(
    context: typer.Context,
    home: HomeOption = Path("answerback-home"),
    form: Annotated[Format, typer.Option("--format", help="How answers are written.")] = Format.TABLE,
    as_of: Annotated[
        str, typer.Option(help="Look from this date or time; else from when the snapshot was built.")
    ] = "",
    snapshot: Annotated[str, typer.Option(help="An older snapshot: its number, or a date it was built by.")] = "",
    memory: Annotated[str, typer.Option(help="Most memory for the engine, such as 2GB.")] = "",
    threads: Annotated[int, typer.Option(min=0, help="Most threads for the engine; 0: one per core.")] = 0,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress on standard error.")] = False,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="The version.")] = False,
) -> None:
    """Options that hold for every command; they may stand anywhere on the line."""
    del version
    seen_from = instant(as_of, "--as-of") if as_of else None
    context.obj = Settings(home, form, seen_from, snapshot or None, memory, threads, quiet)


@app.command()
def init(
    context: typer.Context,
    own_domain: Annotated[list[str] | None, typer.Option(help="Your own e-mail domain; may be repeated.")] = None,
    time_zone: Annotated[str, typer.Option(help="Your time zone, such as Europe/Berlin.")] = "",
    outside: Annotated[str, typer.Option(help="Whose mail may be kept: known or all.")] = "",
    ask: Annotated[bool, typer.Option("--ask/--no-ask", help="Ask what was not given, on a terminal.")] = True,
) -> None:
    """Make a workspace: asks the few questions that matter and writes a commented playbook."""
    from answerback.cli.start import start

    given = {
        "organisation.own_domains": " ".join(own_domain or []),
        "organisation.time_zone": time_zone,
        "privacy.outside": outside,
    }
    start(context.obj, {name: value for name, value in given.items() if value}, ask=ask and sys.stdin.isatty())


@app.command()
def inspect(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A CSV, XLSX, Parquet or JSON Lines file.")],
    write: Annotated[Path | None, typer.Option(help="Write the guessed mapping here.")] = None,
) -> None:
    """Look at a file: what each column seems to mean, how sure that is and why, and a mapping to edit."""
    from answerback.cli.loading import inspect_file

    inspect_file(context.obj, file, write)


@app.command()
def load(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(help="A file or folder: exports, a mailbox, a calendar, tables.")],
    source: Annotated[
        str, typer.Option(help="The connector (see `answerback sources`), or your own name for the system.")
    ] = "",
    mapping: Annotated[Path | None, typer.Option(help="A mapping file, for columns that mean something else.")] = None,
    ids_of: Annotated[str, typer.Option(help="The source whose rep, account and deal ids this one uses.")] = "",
    exported_at: Annotated[str, typer.Option(help="When it was exported; else the files' own time.")] = "",
    setting: Annotated[list[str] | None, typer.Option("--set", help="An option of the source: name=value.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="End with exit code 4 if anything was rejected.")] = False,
) -> None:
    """Read files into the log. Loading the same again changes nothing."""
    from answerback.cli.loading import load_path

    at = instant(exported_at, "--exported-at") if exported_at else None
    options = pairs(setting or [], "--set")
    code = load_path(context.obj, path, source, mapping, ids_of=ids_of, exported_at=at, options=options, strict=strict)
    raise typer.Exit(code)


@app.command()
def sources(context: typer.Context) -> None:
    """The connectors there are."""
    from answerback.cli.loading import list_sources

    list_sources(context.obj)


@app.command()
def serve(
    context: typer.Context,
    host: Annotated[
        str, typer.Option(help="The address to listen on; this computer alone, unless said.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="The port; 0: any that is free.")] = 8710,
    address: Annotated[
        list[str] | None, typer.Option(help="A host name under which the pages are reached; may be repeated.")
    ] = None,
    works: Annotated[
        bool, typer.Option("--worker/--no-worker", help="Build and send digests beside the pages, or leave that.")
    ] = True,
) -> None:
    """The pages in the browser: mirror, team, us, chains, data, and what was learnt."""
    from answerback.cli.serving import serve_pages

    serve_pages(context.obj, host, port, tuple(address or ()), works=works)


@app.command()
def worker(
    context: typer.Context,
    build_at: Annotated[
        str, typer.Option(help="Build once a day at this time of the organisation's clock, such as 05:30.")
    ] = "",
    once: Annotated[bool, typer.Option("--once", help="Do what there is to do now, and end.")] = False,
) -> None:
    """The work beside the pages: builds what came in, looks for findings, sends digests by mail."""
    from answerback.cli.serving import work_apart

    work_apart(context.obj, build_at, once=once)


@app.command()
def build(
    context: typer.Context,
    engine: Annotated[
        str, typer.Option(help="What makes it: duckdb, or spark for more than one machine holds.")
    ] = "duckdb",
    master: Annotated[
        str, typer.Option(help="spark: the cluster's address, such as spark://host:7077; else this machine.")
    ] = "",
    afresh: Annotated[
        bool, typer.Option("--afresh", help="Make everything again, not only what changes can show in.")
    ] = False,
) -> None:
    """Make a snapshot of all that was loaded: links, outcomes and everything that figures rest on."""
    from answerback.cli.building import build_snapshot

    build_snapshot(context.obj, engine, master, afresh=afresh)


@app.command()
def show(
    context: typer.Context,
    what: Annotated[str, typer.Argument(help="on-base, efforts, actions, links, outcomes, lags, coverage, rejects, …")],
    by: Annotated[
        list[str] | None, typer.Option(help="on-base: group by these, such as rep,play,week.", show_default="rep,play")
    ] = None,
    where: Annotated[list[str] | None, typer.Option(help="on-base: only where name=value; may be repeated.")] = None,
) -> None:
    """Show rates, or the rows behind them."""
    from answerback.cli.showing import show_rows

    show_rows(context.obj, what, by or [], pairs(where or [], "--where"))


@app.command()
def explain(
    context: typer.Context,
    what: Annotated[str, typer.Argument(help="on-base, change, step, process, effort, link, ball or finding.")],
    which: Annotated[
        list[str] | None,
        typer.Argument(help="For on-base, change and step: name=value …; process: two labels; else an id."),
    ] = None,
    by: Annotated[
        list[str] | None, typer.Option(help="on-base: the grouping of the figure, where no value is fixed.")
    ] = None,
    source: Annotated[str, typer.Option(help="The source whose id it is, where several have it.")] = "",
    chart: Annotated[Path | None, typer.Option(help="change: also draw it into this SVG file.")] = None,
) -> None:
    """Open a figure, a change, a link or a finding: its definition, its SQL, and the touches and acts behind it."""
    from answerback.cli.showing import explain_figure

    explain_figure(context.obj, what, which or [], by=by or [], source=source, chart=chart)


@app.command()
def sql(
    context: typer.Context,
    query: Annotated[str, typer.Argument(help="One SELECT over the relations of the snapshot.")],
    names: Annotated[bool, typer.Option("--names", help="Also ids and names; its use is logged.")] = False,
) -> None:
    """Ask the snapshot in SQL: read-only, confined to its relations. Its use is logged."""
    from answerback.cli.showing import run_sql

    run_sql(context.obj, query, names=names)


@app.command()
def decide(
    context: typer.Context,
    kind: Annotated[
        str,
        typer.Argument(
            help="merge, separate, refusal, not_refusal, contest, upheld or void; of a finding: seen, dismiss, "
            "wait_until, share, withdraw, done or reopen; of a touch, act or deal: not_a_ball, wait_until or undo; of "
            "a rep: close_quiet; of a policy, play or sequence: pester."
        ),
    ],
    subject: Annotated[str, typer.Argument(help="The id that it is about; for merge, the one that is given up.")],
    other: Annotated[str, typer.Argument(help="The other id, for merge (the one that stays) and separate.")] = "",
    of: Annotated[
        str,
        typer.Option(
            help="merge, separate: what has these ids: account, contact, deal or rep; else event or deal, where an id "
            "is both."
        ),
    ] = "account",
    source: Annotated[str, typer.Option(help="The source whose ids these are, where several have them.")] = "",
    reason: Annotated[
        str,
        typer.Option(
            help="Why: same_person, same_company, different, said_no, misread, duplicate, not_mine, never_happened or "
            "other; a finding: known, explained, not_useful, wrong or other; a ball: said_no, misread, duplicate, "
            "not_mine, never_happened, known, not_useful or other."
        ),
    ] = "",
    until: Annotated[
        str, typer.Option(help="wait_until: the day on which it comes back; close_quiet: quiet since before this day.")
    ] = "",
) -> None:
    """Write down a decision: two records are one, or are not, or a reply was a no. The next build follows it.

    not_a_ball: nobody waits there, until something new happens; undo takes such words back. close_quiet says so of all
    stories of a rep in which the buyer has gone quiet.

    contest: the record of a touch or an act is in dispute and leaves the figures. That is settled by upheld (it is
    right and counts again) or void (it is wrong). pester: it makes reps ask too often; who said so is not kept.
    """
    from answerback.cli.building import write_decision

    write_decision(context.obj, kind, subject, other, of=of, source=source, reason=reason, until=until)


@app.command()
def forget(
    context: typer.Context,
    person: Annotated[str, typer.Argument(help="An address, an id as a source knows it, or SOURCE:ID.")],
    of: Annotated[str, typer.Option(help="contact or rep, where an id is both.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say who is meant and what there is.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; for scripts.")] = False,
) -> None:
    """Remove a person from the log, the journal and every kept snapshot, and never load them again.

    There is no way back. Ends with exit code 4 if something that names them is yours to change, such as the playbook.
    """
    from answerback.cli.forgetting import forget_person

    raise typer.Exit(forget_person(context.obj, person, of=of, dry_run=dry_run, yes=yes))


@app.command()
def doctor(context: typer.Context) -> None:
    """What is wrong with the data or missing from it, and what each further source would unlock."""
    from answerback.cli.showing import examine

    examine(context.obj)


@app.command()
def mine(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(help="Your mailbox (mbox, Maildir, .eml) and calendar, or a folder of both.")],
    owner: Annotated[str, typer.Option(help="Your address, if it is not clear from the mailbox.")] = "",
    setting: Annotated[
        list[str] | None, typer.Option("--set", help="An option of the mailbox source: name=value.")
    ] = None,
) -> None:
    """One person, one mailbox, this computer only: buyers waiting on you, and what your touches moved."""
    from answerback.cli.own import show_mine

    show_mine(context.obj, path, owner, pairs(setting or [], "--set"))


@app.command()
def rehearse(
    context: typer.Context,
    before: Annotated[float, typer.Option("--from", help="The rate before the change, such as 0.10.")],
    after: Annotated[float, typer.Option("--to", help="The rate after it, such as 0.03.")],
    reps: Annotated[int, typer.Option(help="Reps in the team.")] = 8,
    efforts_per_week: Annotated[int, typer.Option(help="Touches of each rep in a week.")] = 20,
    weeks: Annotated[int, typer.Option(help="How long one would wait for the change to show.")] = 52,
    lag_days: Annotated[float, typer.Option(help="Half of the answers take longer than so many days.")] = 2.0,
    baseline_weeks: Annotated[int, typer.Option(help="Weeks from which the rate before is known.")] = 20,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same answer.")] = 1,
) -> None:
    """When a change would show in a team like yours, how often it would be missed, how many false alarms meanwhile.

    It is simulated, and needs no data and no workspace.
    """
    from answerback.cli.rehearsing import show_rehearsal
    from answerback.simulate.rehearse import Plan

    plan = Plan(
        reps=reps,
        efforts_per_week=efforts_per_week,
        before=before,
        after=after,
        weeks=weeks,
        lag_days=lag_days,
        baseline_weeks=baseline_weeks,
    )
    show_rehearsal(context.obj, plan, seed)


@app.command()
def simulate(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="The folder to write; new, or empty.")] = Path("practice-company"),
    scenario: Annotated[str, typer.Option(help="What is planted, several with commas; --list shows all.")] = "calm",
    form: Annotated[str, typer.Option("--format", help="exports: as real systems write; folder: plain tables.")] = (
        "exports"
    ),
    reps: Annotated[int, typer.Option(min=1, max=500, help="Reps.")] = 12,
    managers: Annotated[int, typer.Option(min=1, max=100, help="Managers; one leader stands above them.")] = 2,
    weeks: Annotated[int, typer.Option(min=4, max=520, help="Weeks that are told.")] = 40,
    efforts_per_week: Annotated[float, typer.Option(min=1, max=1000, help="Touches of a rep in a week.")] = 40,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same company.")] = 1,
    start: Annotated[str, typer.Option(help="The Monday on which it begins.")] = "2026-01-05",
    misspecified: Annotated[
        bool, typer.Option("--misspecified", help="Told by a model of another kind than the methods assume.")
    ] = False,
    events: Annotated[int, typer.Option(help="Instead: about so many events of a year, straight to Parquet.")] = 0,
    list_: Annotated[bool, typer.Option("--list", help="Show the scenarios, write nothing.")] = False,
) -> None:
    """A practice company whose truth is known: its data as real systems export it, and the truth in a folder beside."""
    from answerback.cli.simulating import parameters_of, show_scenarios, simulate_company, simulate_volume

    if list_:
        show_scenarios(context.obj)
    elif events:
        simulate_volume(context.obj, out, events, seed)
    else:
        parameters = parameters_of(
            reps=reps, managers=managers, weeks=weeks, efforts_per_week=efforts_per_week, seed=seed, start=start
        )
        names = [each.strip() for each in scenario.split(",") if each.strip()]
        simulate_company(context.obj, out, parameters, names, form, misspecified=misspecified)


@app.command()
def demo(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="Where to put it; an earlier demo there is replaced.")] = Path(
        "answerback-demo"
    ),
    seed: Annotated[int, typer.Option(min=0, help="Another seed, another company.")] = 7,
    ask: Annotated[bool, typer.Option("--ask/--no-ask", help="Ask for your guess, on a terminal.")] = True,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="End on its pages in the browser.")] = False,
) -> None:
    """See it work on a made-up sales team: guess first, look at what the data say, then open the envelope."""
    from answerback.cli.demoing import run_demo

    home = run_demo(context.obj, out, seed, ask=ask)
    if serve:
        from answerback.cli.serving import serve_demo

        serve_demo(context.obj, home)


judging.register(app)
chaining.register(app)
keeping.register(app)
