"""What buyers asked for, by policy: whose turn each made it, and what settled it.

A policy names the acts that put the ball in the seller's court. What settles one is the first effort by hand, after it,
that the policy accepts: toward that person; on that deal or company where either names nobody; one that names the act;
or one in its thread. A refusal, or the end of the deal, takes the ball out of the game.
"""

from __future__ import annotations

from collections.abc import Iterable

from answerback.analysis.disputes import in_view
from answerback.analysis.reader import Reader
from answerback.domain.court import ends_it_sql
from answerback.domain.playbook import Policy
from answerback.domain.scope import Scope
from answerback.engine.literals import sql_text

_ASKED = """
with asked as (
    select event.event_key, event.chain_key, event.is_deal, event.account_key, event.contact_key, event.occurred_at,
           event.kind, event.subkind, event.contested
    from chain_event as event
    where event.side = 'buyer' and event.kind in ({kinds}) and event.occurred_at <= {instant}
      and not {refuses} and {fits} and {in_view}
),
touch as (
    select event.event_key, event.chain_key, event.contact_key, event.occurred_at, event.rep_key
    from chain_event as event
    where event.side = 'seller' and event.turns and event.occurred_at <= {instant} and {settles}
),
toward as (
    select who.contact_key, touch.occurred_at, touch.event_key
    from effort_contact as who join touch on touch.event_key = who.effort_key
),
nameless as (
    select chain_key, occurred_at, event_key from touch
    where not exists (select 1 from effort_contact as who where who.effort_key = touch.event_key)
),
by_person as (
    select asked.event_key, toward.occurred_at as settled_at, toward.event_key as settled_key
    from asked asof join toward
      on toward.contact_key = asked.contact_key and toward.occurred_at >= asked.occurred_at
),
by_chain as (
    select asked.event_key, touch.occurred_at as settled_at, touch.event_key as settled_key
    from (select * from asked where contact_key is null) as asked
    asof join touch on touch.chain_key = asked.chain_key and touch.occurred_at >= asked.occurred_at
    union all
    select asked.event_key, nameless.occurred_at, nameless.event_key
    from asked asof join nameless
      on nameless.chain_key = asked.chain_key and nameless.occurred_at >= asked.occurred_at
),
by_token as (
    select asked.event_key, min(touch.occurred_at) as settled_at,
           min_by(touch.event_key, touch.occurred_at) as settled_key
    from asked
    join action_token as mine on mine.action_key = asked.event_key
    join effort_token as later on later.token_key = mine.token_key
    join touch on touch.event_key = later.effort_key
    where touch.occurred_at >= asked.occurred_at
      and (mine.role = 'is' and later.role = 'answers' or mine.role = 'about' and later.role = 'about')
    group by asked.event_key
),
settled as (
    select event_key, min(settled_at) as settled_at, min_by(settled_key, settled_at) as settled_key
    from (select * from by_person union all select * from by_chain union all select * from by_token)
    group by event_key
),
refusal as (
    select contact_key, occurred_at from chain_event as event
    where event.side = 'buyer' and event.contact_key is not null and {refuses} and event.occurred_at <= {instant}
),
ended as (
    select asked.event_key, refusal.occurred_at as refused_at
    from asked asof join refusal
      on refusal.contact_key = asked.contact_key and refusal.occurred_at >= asked.occurred_at
)
select asked.event_key, asked.chain_key, asked.is_deal, asked.account_key, asked.contact_key, asked.kind, asked.subkind,
       asked.occurred_at, settled.settled_at, settled.settled_key, ended.refused_at, life.ends_at,
       {policy} as policy
from asked
left join settled on settled.event_key = asked.event_key
left join ended on ended.event_key = asked.event_key
left join deal_span as life on life.deal_key = asked.chain_key and asked.is_deal
where life.ends_at is null or life.ends_at > asked.occurred_at
"""


def asked_sql(reader: Reader, scope: Scope, policies: Iterable[tuple[int, Policy]]) -> str:
    """One row per act that a policy names, and policy: what was asked, and what came after it."""
    return " union all ".join(f"({_of_policy(reader, scope, number, each)})" for number, each in policies)


def _of_policy(reader: Reader, scope: Scope, number: int, policy: Policy) -> str:
    return _ASKED.format(
        kinds=_listed(policy.after),
        refuses=ends_it_sql("event.kind", "event.stance"),
        fits=_fits(policy),
        settles=_settles(policy),
        in_view=in_view(scope, "event.contested", "event.rep_key"),
        instant=reader.instant,
        policy=number,
    )


def _fits(policy: Policy) -> str:
    parts = []
    if policy.subkinds:
        parts.append(f"event.subkind in ({_listed(policy.subkinds)})")
    if policy.steps:
        # The stage that the deal had then stands for a step.
        parts.append(f"""event.event_key in (
            select act.event_key
            from (select event_key, chain_key, occurred_at from chain_event where side = 'buyer' and is_deal) as act
            asof join deal_stage as stage on stage.deal_key = act.chain_key and act.occurred_at >= stage.occurred_at
            where stage.step in ({_listed(policy.steps)}))""")
    return " and ".join(parts) or "true"


def _settles(policy: Policy) -> str:
    if not policy.settled_by:
        return "true"
    listed = _listed(policy.settled_by)
    return f"""(event.kind in ({listed}) or event.event_key in (
        select effort_key from effort where purpose in ({listed})))"""


def _listed(words: Iterable[str]) -> str:
    return ", ".join(sql_text(str(each)) for each in sorted(words)) or "''"
