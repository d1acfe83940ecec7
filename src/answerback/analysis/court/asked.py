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
from answerback.domain.kinds import Stance
from answerback.domain.playbook import Policy
from answerback.domain.scope import Scope
from answerback.engine.literals import sql_text

_ASKED = """
with act as materialized (
    select event.event_key, event.chain_key, event.is_deal, event.account_key, event.contact_key, event.occurred_at,
           event.kind, event.subkind, event.contested, coalesce({refuses}, false) as refuses
    from chain_event as event
    where event.side = 'buyer' and event.occurred_at <= {instant} and {in_view}
      and (event.stance = '{retreat}' or event.kind in ({kinds}))
),
asked as (
    select event_key, chain_key, is_deal, account_key, contact_key, occurred_at, kind, subkind, contested
    from act as event
    where {calls}{of_parties}
),
touch as not materialized (
    select event.event_key, event.chain_key, event.is_deal, event.account_key, event.contact_key, event.occurred_at
    from chain_event as event
    where event.side = 'seller' and event.turns and event.occurred_at <= {instant} and {settles}
),
toward as materialized (
    select contact_key, occurred_at, min(event_key) as event_key
    from (
        select contact_key, occurred_at, event_key from touch
        union all
        select guest.contact_key, touch.occurred_at, touch.event_key
        from effort_guest as guest join touch on touch.event_key = guest.effort_key
    )
    where contact_key in (select contact_key from asked)
    group by contact_key, occurred_at
),
naming_nobody as (
    select touch.* from touch anti join effort_guest as guest on guest.effort_key = touch.event_key
    where touch.contact_key is null
),
on_chain as (
    select chain_key, true as asked_by_somebody, occurred_at, min(event_key) as event_key
    from naming_nobody where chain_key in (select chain_key from asked where contact_key is not null)
    group by chain_key, occurred_at
    union all
    select chain_key, false, occurred_at, min(event_key)
    from touch where chain_key in (select chain_key from asked where contact_key is null)
    group by chain_key, occurred_at
),
on_account as (
    select account_key, is_deal, true as asked_by_somebody, occurred_at, min(event_key) as event_key
    from naming_nobody where account_key in (select account_key from asked where contact_key is not null)
    group by account_key, is_deal, occurred_at
    union all
    select account_key, is_deal, false, occurred_at, min(event_key)
    from touch where account_key in (select account_key from asked where contact_key is null)
    group by account_key, is_deal, occurred_at
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
    from asked asof join on_account as each
      on each.account_key = asked.account_key and each.is_deal = (not asked.is_deal)
     and each.asked_by_somebody = (asked.contact_key is not null) and each.occurred_at >= asked.occurred_at
),
replying as (
    select asked.event_key, asked.contact_key, asked.occurred_at, later.effort_key
    from asked
    join action_token as mine on mine.action_key = asked.event_key
    join effort_token as later on later.token_key = mine.token_key
     and later.role = case mine.role when 'is' then 'answers' when 'about' then 'about' end
    where mine.role in ('is', 'about') and later.role in ('answers', 'about')
),
replying_to_others as (
    select replying.event_key, replying.occurred_at, replying.effort_key
    from replying
    anti join toward on toward.event_key = replying.effort_key and toward.contact_key = replying.contact_key
),
by_token as (
    select replying.event_key, touch.occurred_at as settled_at, touch.event_key as settled_key
    from replying_to_others as replying join touch on touch.event_key = replying.effort_key
    where touch.occurred_at >= replying.occurred_at
),
settled as (
    select event_key, settled_at, settled_key
    from (select * from by_person union all select * from by_chain union all select * from by_token)
    qualify row_number() over (partition by event_key order by settled_at, settled_key) = 1
),
refusal as (
    select distinct contact_key, chain_key, occurred_at from act where refuses
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
),
event as (
    select asked.*, settled.settled_at, settled.settled_key, ended.refused_at, life.ends_at,
           cast(null as timestamp) as promised_for
    from asked
    left join settled on settled.event_key = asked.event_key
    left join ended on ended.event_key = asked.event_key
    left join deal_span as life on life.deal_key = asked.chain_key and asked.is_deal
    where life.ends_at is null or life.ends_at > asked.occurred_at
)
{held_to}
"""
_HELD_TO = """select event_key, chain_key, is_deal, account_key, contact_key, kind, subkind, occurred_at, settled_at,
       settled_key, refused_at, ends_at, promised_for, contested, {policy} as policy
from event where event.kind in ({kinds}) and {fits}"""


def asked_sql(reader: Reader, scope: Scope, policies: Iterable[tuple[int, Policy]], parties_of: str = "") -> list[str]:
    """Queries with one row per act and policy that names it: what was asked, and what came after it.

    Policies that the same touches settle share a query. `parties_of` is a condition on acts, as `event`: only what
    those who made such acts asked, whenever it was, since acts of one party may be one ball.
    """
    alike: dict[frozenset[str], list[tuple[int, Policy]]] = {}
    for number, each in policies:
        alike.setdefault(frozenset(str(kind) for kind in each.settled_by), []).append((number, each))
    return [_of_policies(reader, scope, each, parties_of) for each in alike.values()]


def _of_policies(reader: Reader, scope: Scope, policies: list[tuple[int, Policy]], parties_of: str) -> str:
    refuses = ends_it_sql("event.kind", "event.stance")
    seen = "true" if scope.viewer_key is not None else in_view(scope, "event.contested", "event.rep_key")
    kinds = _listed({kind for _, each in policies for kind in each.after})
    calls = f"event.kind in ({kinds}) and not event.refuses"
    party = "coalesce(event.contact_key, event.chain_key)"
    parties = f" and {party} in (select {party} from act as event where {calls} and {parties_of})"
    return _ASKED.format(
        retreat=Stance.RETREAT,
        kinds=kinds,
        calls=calls,
        of_parties=parties if parties_of else "",
        refuses=refuses,
        settles=_settles(policies[0][1]),
        in_view=seen,
        instant=reader.instant,
        held_to=" union all ".join(
            _HELD_TO.format(policy=number, kinds=_listed(each.after), fits=_fits(each)) for number, each in policies
        ),
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
