"""The commands of the chain: whose turn it is, what was dropped, how long steps take, what is behind a stage.

Each one is declared here and done in a module of its own, which is imported when it is used.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Puts the commands beside the others."""
    for command in (balls, chain, steps, path, process, stages, trust, risk):
        app.command()(command)


def balls(
    context: typer.Context,
    rep: Annotated[str, typer.Option("--for", help="One rep's, by id; else everybody's.")] = "",
    by: Annotated[str, typer.Option(help="rep: how the policies were kept by each of them.")] = "",
    gone_quiet: Annotated[
        bool, typer.Option("--gone-quiet", help="The buyer's turn instead: stories in which none will probably come.")
    ] = False,
    juggling: Annotated[
        bool, typer.Option("--juggling", help="Instead: with how many open stories at once more is missed.")
    ] = False,
) -> None:
    """Buyers who wait for an answer, and how the playbook's policies were kept."""
    from answerback.domain.errors import UsageError

    if by not in ("", "rep"):
        raise UsageError(f"balls are not told by {by!r}", where="--by", next_step="take rep, or leave it out")
    if (by and (gone_quiet or juggling)) or (juggling and (rep or gone_quiet)):
        raise UsageError(
            "--by, --gone-quiet and --juggling are answers of their own; --juggling is told of all reps together",
            where="balls",
            next_step="ask for one of them",
        )
    if gone_quiet:
        from answerback.cli.quieting import show_quiet

        show_quiet(context.obj, rep)
        return
    if juggling:
        from answerback.cli.balls import show_juggling

        show_juggling(context.obj)
        return
    from answerback.cli.balls import show_balls

    show_balls(context.obj, rep, by_rep=by == "rep")


def chain(
    context: typer.Context,
    which: Annotated[str, typer.Argument(metavar="DEAL", help="The id of a deal, or of a company without one.")],
) -> None:
    """One deal as it went: every touch, what the buyer did, and whose turn it is."""
    from answerback.cli.stories import show_chain

    show_chain(context.obj, which)


def steps(
    context: typer.Context,
    by: Annotated[
        list[str] | None, typer.Option(help="Also by: play, segment, region, industry, size_band; may be repeated.")
    ] = None,
    where: Annotated[list[str] | None, typer.Option(help="Only where name=value; may be repeated.")] = None,
    chart: Annotated[Path | None, typer.Option(help="Also draw the most frequent ones into this SVG file.")] = None,
) -> None:
    """How long the next step takes after each sort of step, whether it ever comes, and when it has gone quiet."""
    from answerback.cli.settings import pairs
    from answerback.cli.showing import words
    from answerback.cli.steps import show_steps

    show_steps(context.obj, words(by or []), pairs(where or [], "--where"), chart)


def stages(
    context: typer.Context,
    by: Annotated[str, typer.Option(help="stage, rep, quarter or deal.")] = "stage",
    where: Annotated[list[str] | None, typer.Option(help="Only where name=value; may be repeated.")] = None,
) -> None:
    """What of the pipeline has a buyer's act behind it, what is typed in, and how either fared afterwards."""
    from answerback.cli.settings import pairs
    from answerback.cli.stages import show_stages

    show_stages(context.obj, by, pairs(where or [], "--where"))


def path(
    context: typer.Context,
    which: Annotated[
        str, typer.Argument(metavar="[DEAL]", help="The id of a deal, or of a company without one; else all.")
    ] = "",
    where: Annotated[list[str] | None, typer.Option(help="Only where name=value; may be repeated.")] = None,
    chart: Annotated[Path | None, typer.Option(help="Also draw whose turn it is into this SVG file.")] = None,
) -> None:
    """The buyer's path: what a deal asked of them, how long they waited for us, and how often they were pushed."""
    from answerback.cli.paths import show_path, show_paths
    from answerback.cli.settings import pairs
    from answerback.domain.errors import UsageError

    if not which:
        show_paths(context.obj, pairs(where or [], "--where"), chart)
    elif where or chart:
        raise UsageError("one deal is told as it is", where="--where, --chart", next_step="leave them out")
    else:
        show_path(context.obj, which)


def process(
    context: typer.Context,
    by: Annotated[str, typer.Option(help="What events are called: step, kind or subkind.", show_default=True)] = "step",
    where: Annotated[list[str] | None, typer.Option(help="Only where name=value; may be repeated.")] = None,
    since: Annotated[str, typer.Option(help="Only stories that began on this day or later.")] = "",
    until: Annotated[str, typer.Option(help="Only stories that began before this day.")] = "",
    variants: Annotated[int, typer.Option(min=1, help="How many ways that stories take are told.")] = 5,
    chart: Annotated[Path | None, typer.Option(help="Also draw what comes next into this SVG file.")] = None,
) -> None:
    """What comes after what, how soon, where stories stop, and the ways that they take."""
    from answerback.cli.processes import Wanted, show_process
    from answerback.cli.settings import instant, pairs

    days = tuple(instant(each, name) if each else None for each, name in ((since, "--since"), (until, "--until")))
    show_process(context.obj, Wanted(by, pairs(where or [], "--where"), days[0], days[1], variants, chart))


def trust(
    context: typer.Context,
    by: Annotated[str, typer.Option(help="source, rep or field.")] = "source",
) -> None:
    """How far the data can be relied on: how fresh, complete and loaded, and where two tellings of one thing part."""
    from answerback.cli.trust import show_trust

    show_trust(context.obj, by)


def risk(
    context: typer.Context,
    rep: Annotated[str, typer.Option("--for", help="One rep's own, by id; else everybody's.")] = "",
    by: Annotated[str, typer.Option(help="rep: the attempts of each of them, by name.")] = "",
) -> None:
    """What was tried that is unusual: new markets, larger deals, higher levels, new lines; and what came of it."""
    from answerback.cli.risk import show_risk
    from answerback.domain.errors import UsageError

    if by not in ("", "rep"):
        raise UsageError(f"risk is not told by {by!r}", where="--by", next_step="take rep, or leave it out")
    show_risk(context.obj, rep, by_rep=by == "rep")
