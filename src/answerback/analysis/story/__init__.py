"""One chain as it went: every touch, what the buyer did, whose turn it was, and what the records say beside it.

And which chains there are: the deals of a company, and those that a rep has open.
"""

from answerback.analysis.story.chain import Line, Sort, Story, Turn, story, story_of
from answerback.analysis.story.deals import Deal, deals_of, open_deals_of

__all__ = ["Deal", "Line", "Sort", "Story", "Turn", "deals_of", "open_deals_of", "story", "story_of"]
