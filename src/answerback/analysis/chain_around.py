"""One chain with what stands around it: its company, the deals of that, how far the buyer's acts support its stage.

A deal's chain opens as `analysis.story` says. A company opens for whoever may open its own chain or one of its deals,
and shows no other deals than these. All of it is looked up by keys, for a page that shows one chain of very many.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC

from answerback.analysis.reader import Reader, ids_of, keys_of
from answerback.analysis.stages.one_deal import Backed, backed
from answerback.analysis.story import Story, story_of
from answerback.analysis.story.deals import Deal, deals_of
from answerback.domain.errors import NotFoundError
from answerback.domain.scope import Scope


@dataclass(frozen=True, slots=True)
class Around:
    """A chain and what stands around it.

    Attributes:
        key: The deal's or the company's.
        told: Its chain; None of a company whose own chain does not open, but a deal of it does.
        account_key, account_id: The company; None and empty where it is not known.
        deals: Deals of the company whose chains open, the latest first; of a deal's chain the others.
        only_open: Of a deal: whether it is the only open one of its company, so that what names the company is its.
        backed: Of a deal: the stage of the CRM beside what its buyer did; None of a company.
    """

    key: int
    told: Story | None
    account_key: int | None
    account_id: str
    deals: tuple[Deal, ...]
    only_open: bool
    backed: Backed | None


def around_deal(reader: Reader, scope: Scope, deal_id: str) -> Around:
    """A deal's chain by its id. Raises NotFoundError where there is none in the scope."""
    for key in keys_of(reader, "deal", deal_id):
        told = story_of(reader, scope, key, is_deal=True)
        if told is not None:
            (life,) = reader.rows("deal_span", "deal_key", [key], ("account_key",))
            account = life["account_key"]
            others = () if account is None else deals_of(reader, scope, account)
            return Around(
                key=key,
                told=told,
                account_key=account,
                account_id=told.account_id,
                deals=tuple(each for each in others if each.deal_key != key),
                only_open=account is not None and _open_deals(reader, account) == {key},
                backed=backed(reader, scope, key, account, told.starts_at),
            )
    raise NotFoundError(f"there is no deal {deal_id!r}", next_step="look it up by its name")


def around_company(reader: Reader, scope: Scope, account_id: str) -> Around:
    """A company by its id. Raises NotFoundError where neither its chain nor one of its deals is in the scope."""
    for key in keys_of(reader, "account", account_id):
        told = story_of(reader, scope, key, is_deal=False)
        deals = deals_of(reader, scope, key)
        if told is not None or deals:
            alone = not _open_deals(reader, key)
            return Around(key, told, key, ids_of(reader, [key], "account").get(key, account_id), deals, alone, None)
    raise NotFoundError(f"there is no company {account_id!r}", next_step="look it up by its name")


def _open_deals(reader: Reader, account_key: int) -> set[int]:
    """The keys of a company's deals that are open, whoever may open them."""
    now = reader.as_of.astimezone(UTC).replace(tzinfo=None)
    keys = [row["deal_key"] for row in reader.rows("deal", "account_key", [account_key], ("deal_key",))]
    lives = reader.rows("deal_span", "deal_key", keys, ("deal_key", "starts_at", "ends_at"))
    return {row["deal_key"] for row in lives if row["starts_at"] <= now < row["ends_at"]}
