"""The commands that judge: findings, changes, verdicts, lift, increments, friction, patterns, look-back, placebo.

Each one is declared here and done in a module of its own, which is imported when it is used.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from answerback.cli.settings import instant, pairs

WhereOption = Annotated[list[str] | None, typer.Option(help="Only where name=value; may be repeated.")]

practice_app = typer.Typer(help="Small changes tried on purpose, their measure and end fixed before.")
holdout_app = typer.Typer(help="Efforts held back at random, to see what would have come anyway.")


def register(app: typer.Typer) -> None:
    """Puts the commands beside the others."""
    for command in (findings, changes, diagnose, lift, increment, friction, patterns, lookback, placebo):
        app.command()(command)
    app.add_typer(practice_app, name="practice", no_args_is_help=True)
    app.add_typer(holdout_app, name="holdout", no_args_is_help=True)


def findings(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Also those beyond the week's attention, and old ones.")] = (
        False
    ),
    person: Annotated[str, typer.Option("--for", help="Whose page: rep, manager, leader, operations; or an id.")] = "",
    strict: Annotated[bool, typer.Option("--strict", help="List changes by e-BH instead of the posterior.")] = False,
) -> None:
    """What a person should look at: what, since when, how sure, and what to do next."""
    from answerback.cli.findings import show_findings

    show_findings(context.obj, everything=everything, person=person, strict=strict)


def changes(context: typer.Context, where: WhereOption = None) -> None:
    """Every rep's kinds of touch: has the rate changed, how sure is that, and how soon could it show at all?"""
    from answerback.cli.changes import show_changes

    show_changes(context.obj, pairs(where or [], "--where"))


def diagnose(
    context: typer.Context,
    about: Annotated[
        str, typer.Option(help="change, levels, seats, quota, potential or all.", show_default=True)
    ] = "all",
    since: Annotated[str, typer.Option(help="First day of the time in question; else the last four weeks.")] = "",
    until: Annotated[str, typer.Option(help="The day after its last.")] = "",
    where: WhereOption = None,
) -> None:
    """Is it the person or the system? The verdict, what it rests on, and where the difference lies."""
    from answerback.cli.diagnosing import show_diagnosis

    days = tuple(instant(each, name) if each else None for each, name in ((since, "--since"), (until, "--until")))
    show_diagnosis(context.obj, about, days[0], days[1], pairs(where or [], "--where"))


def lift(
    context: typer.Context,
    of: Annotated[str, typer.Option(help="conversation, practice, training, tool: what may have helped.")] = (
        "conversation"
    ),
    where: WhereOption = None,
) -> None:
    """Did it help? Coaching, a practice, a training, a tool, beside what would have come back anyway."""
    from answerback.cli.lifting import show_lift

    show_lift(context.obj, of, pairs(where or [], "--where"))


def increment(context: typer.Context, where: WhereOption = None) -> None:
    """What would not have come anyway: proof, plausible, anyway, unknown, for each kind of touch and in total."""
    from answerback.cli.increments import show_increment

    show_increment(context.obj, pairs(where or [], "--where"))


def friction(context: typer.Context, where: WhereOption = None) -> None:
    """Where buyers are asked too often: answers by touch number, and refusals by how many touches came before."""
    from answerback.cli.frictions import show_friction

    show_friction(context.obj, pairs(where or [], "--where"))


def patterns(
    context: typer.Context, rep: Annotated[str, typer.Option(help="One rep's own; else everybody's.")] = ""
) -> None:
    """Ruts, grooves, the same ending again and again, where somebody is strongest, what works for buyers like these."""
    from answerback.cli.patterns import show_patterns

    show_patterns(context.obj, rep)


def lookback(
    context: typer.Context,
    since: Annotated[str, typer.Option(help="First day; else a year before the end of the data.")] = "",
    until: Annotated[str, typer.Option(help="The day after the last; else the end of the data.")] = "",
) -> None:
    """Last year, week by week: what would have been raised when, what followed, and how often it was wrong."""
    from answerback.cli.lookbacks import show_lookback

    days = tuple(instant(each, name) if each else None for each, name in ((since, "--since"), (until, "--until")))
    show_lookback(context.obj, days[0], days[1])


def placebo(
    context: typer.Context,
    draws: Annotated[int, typer.Option(min=1, help="How often the data are shuffled.")] = 20,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same shuffles.")] = 1,
) -> None:
    """Shuffles and shifts your own data: every effect must vanish. Ends with exit code 1 where one does not."""
    from answerback.cli.placebos import run_placebo

    raise typer.Exit(run_placebo(context.obj, draws=draws, seed=seed))


@practice_app.command("draw")
def practice_draw(
    context: typer.Context,
    reps: Annotated[list[str], typer.Option("--rep", help="Who takes part; may be repeated.")],
    design: Annotated[
        str,
        typer.Option(
            help="starts: some start now, the others later. per-account: each company gets one of two ways."
            " switchback: each rep switches between two ways by week."
        ),
    ] = "starts",
    ways: Annotated[
        list[str] | None, typer.Option("--way", help="A name for the usual way, and again for the new one.")
    ] = None,
    shown_by: Annotated[
        list[str] | None,
        typer.Option(help="By what a recorded touch shows the way, such as template:short; in the order of --way."),
    ] = None,
    metric: Annotated[str, typer.Option(help="What is measured: on_base.")] = "on_base",
    play: Annotated[str, typer.Option(help="The kind of touch it is about; all, where none is named.")] = "",
    weeks: Annotated[int, typer.Option(min=2, max=26, help="How long it is measured.")] = 6,
    later_weeks: Annotated[
        int | None, typer.Option(min=1, max=6, help="starts: the others start so many weeks later; 6, if not said.")
    ] = None,
    wash_out: Annotated[
        int | None,
        typer.Option(min=0, max=4, help="switchback: so many weeks after a switch do not count; 1, if not said."),
    ] = None,
    worth: Annotated[
        float, typer.Option(min=0.5, max=50.0, help="Two ways: the least difference worth knowing, in points.")
    ] = 5.0,
    starts: Annotated[str, typer.Option(help="The Monday on which it begins; else the next one.")] = "",
    seed: Annotated[int | None, typer.Option(min=0, help="Same seed, same lots; else drawn afresh.")] = None,
) -> None:
    """Draw lots: who starts now and who later, or which of two ways. Metric and end are written down with it."""
    from answerback.cli.trying import Asked, draw

    asked = Asked(design, ways or (), shown_by or (), metric, play, weeks, later_weeks, wash_out, worth)
    draw(context.obj, reps, asked, starts=instant(starts, "--starts") if starts else None, seed=seed)


@practice_app.command("way")
def practice_way(
    context: typer.Context,
    companies: Annotated[
        list[str] | None, typer.Argument(help="Companies (or persons) by id; else those touched in the last 12 weeks.")
    ] = None,
    rep: Annotated[str, typer.Option(help="One rep's own; else everybody's who takes part.")] = "",
    draw: Annotated[str, typer.Option(help="The name of the trial; else all that are not over.")] = "",
) -> None:
    """Which way it is: for these companies, or this week. With --format csv the whole list, to sort by or mail out."""
    from answerback.cli.trying import which_way

    which_way(context.obj, companies or (), rep=rep, draw=draw)


@practice_app.command("change")
def practice_change(
    context: typer.Context,
    draw: Annotated[str, typer.Argument(help="The name of the draw.")],
    weeks: Annotated[int | None, typer.Option(min=2, max=26, help="How long it is to be measured.")] = None,
    metric: Annotated[str, typer.Option(help="What is to be measured.")] = "",
    play: Annotated[str | None, typer.Option(help="The kind of touch it is to be about; empty: all.")] = None,
) -> None:
    """Write down a change of mind. What was fixed before it began stays what is judged; the change is shown."""
    from answerback.cli.practising import change

    change(context.obj, draw, weeks=weeks, metric=metric, play=play)


@holdout_app.command("draw")
def holdout_draw(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(help="A CSV of intended touches: rep_id, intended_at, contact_id or account_id.")
    ],
    share: Annotated[float, typer.Option(min=0.05, max=0.3, help="How many are held back.")] = 0.12,
    days: Annotated[int, typer.Option(min=3, max=60, help="For how many days they are held back.")] = 14,
    seed: Annotated[int | None, typer.Option(min=0, help="Same seed, same lots; else drawn afresh.")] = None,
    write: Annotated[Path | None, typer.Option(help="Write the file with its lots here.")] = None,
) -> None:
    """Draw which intended touches wait: never one that a buyer asked for. The rep may overrule, and that is kept."""
    from answerback.cli.holdouts import draw

    draw(context.obj, file, share=share, days=days, seed=seed, write=write)


@holdout_app.command("report")
def holdout_report(context: typer.Context) -> None:
    """What buyers did who were touched, against those who were held back, as the lots fell."""
    from answerback.cli.holdouts import report

    report(context.obj)
