"""One chain as it went: every touch, what the buyer did, whose turn it was, and what the records say beside it."""

from answerback.analysis.story.chain import Line, Sort, Story, Turn, story, story_of

__all__ = ["Line", "Sort", "Story", "Turn", "story", "story_of"]
