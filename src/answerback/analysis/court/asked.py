"""What buyers asked for, by policy: whose turn each made it, and what settled it.

A policy names the acts that put the ball in the seller's court. What settles one is the first effort by hand, at its
instant or after it, that the policy accepts: toward that person; on that deal or company where either names nobody; one
that names the act; or one in its thread. What is said of a company without naming a deal counts for its deals, and the
other way round. A refusal by that person, or on that deal where either names nobody, takes the ball out of the game; so
does the end of the deal. What happened at one instant may have happened in either order, so it is not held against
anybody.
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
    select event.event_key, event.chain_key, event.is_deal, event.account_key, event.occurred_at
    from chain_event as event
    where event.side = 'seller' and event.turns and event.occurred_at <= {instant} and {settles}
),
toward as (
    select who.contact_key, touch.occurred_at, min(touch.event_key) as event_key
    from effort_contact as who join touch on touch.event_key = who.effort_key
    group by who.contact_key, touch.occurred_at
),
offered as (
    select chain_key, is_deal, account_key, occurred_at, names_somebody, min(event_key) as event_key
    from (
        select *, exists (select 1 from effort_contact as who where who.effort_key = touch.event_key) as names_somebody
        from touch
    )
    group by all
),
on_chain as (
    select *, false as asked_by_somebody from offered
    union all
    select *, true from offered where not names_somebody
),
by_person as (
    select asked.event_key, toward.occurred_at as settled_at, toward.event_key as settled_key
    from asked asof join toward
      on toward.contact_key = asked.contact_key and toward.occurred_at >= asked.occurred_at
),
by_chain as (
    select asked.event_key, each.occurred_at as settled_at, each.event_key as settled_key
    from asked asof join on_chain as each
      on each.chain_key = asked.chain_key and each.asked_by_somebody = (asked.contact_key is not null)
     and each.occurred_at >= asked.occurred_at
    union all
    select asked.event_key, each.occurred_at, each.event_key
    from asked asof join on_chain as each
      on each.account_key = asked.account_key and each.is_deal = (not asked.is_deal)
     and each.asked_by_somebody = (asked.contact_key is not null) and each.occurred_at >= asked.occurred_at
),
by_token as (
    select asked.event_key, touch.occurred_at as settled_at, touch.event_key as settled_key
    from asked
    join action_token as mine on mine.action_key = asked.event_key
    join effort_token as later on later.token_key = mine.token_key
    join touch on touch.event_key = later.effort_key
    where touch.occurred_at >= asked.occurred_at
      and (mine.role = 'is' and later.role = 'answers' or mine.role = 'about' and later.role = 'about')
),
settled as (
    select event_key, settled_at, settled_key
    from (select * from by_person union all select * from by_chain union all select * from by_token)
    qualify row_number() over (partition by event_key order by settled_at, settled_key) = 1
),
refusal as (
    select distinct event.contact_key, event.chain_key, event.occurred_at
    from chain_event as event
    where event.side = 'buyer' and {refuses} and event.occurred_at <= {instant} and {in_view}
),
refused_on_chain as (
    select distinct chain_key, occurred_at, false as asked_by_somebody from refusal
    union all
    select chain_key, occurred_at, true from refusal where contact_key is null
),
ended as (
    select event_key, min(refused_at) as refused_at
    from (
        select asked.event_key, refusal.occurred_at as refused_at
        from asked asof join refusal
          on refusal.contact_key = asked.contact_key and refusal.occurred_at >= asked.occurred_at
        union all
        select asked.event_key, each.occurred_at
        from asked asof join refused_on_chain as each
          on each.chain_key = asked.chain_key and each.asked_by_somebody = (asked.contact_key is not null)
         and each.occurred_at >= asked.occurred_at
    )
    group by event_key
)
select asked.event_key, asked.chain_key, asked.is_deal, asked.account_key, asked.contact_key, asked.kind, asked.subkind,
       asked.occurred_at, settled.settled_at, settled.settled_key, ended.refused_at, life.ends_at,
       cast(null as timestamp) as promised_for, asked.contested, {policy} as policy
from asked
left join settled on settled.event_key = asked.event_key
left join ended on ended.event_key = asked.event_key
left join deal_span as life on life.deal_key = asked.chain_key and asked.is_deal
where life.ends_at is null or life.ends_at > asked.occurred_at
"""


def asked_sql(reader: Reader, scope: Scope, policies: Iterable[tuple[int, Policy]]) -> list[str]:
    """By policy, a query with one row per act that it names: what was asked, and what came after it."""
    return [_of_policy(reader, scope, number, each) for number, each in policies]


def _of_policy(reader: Reader, scope: Scope, number: int, policy: Policy) -> str:
    return _ASKED.format(
        kinds=_listed(policy.after),
        refuses=ends_it_sql("event.kind", "event.stance"),
        fits=_fits(policy),
        settles=_settles(policy),
        in_view="true" if scope.viewer_key is not None else in_view(scope, "event.contested", "event.rep_key"),
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
