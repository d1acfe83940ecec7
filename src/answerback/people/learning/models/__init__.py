"""The tables of the learning loop."""

from answerback.people.learning.models.causes import Cause, CauseBoard, CauseName, CauseState
from answerback.people.learning.models.debriefs import Debrief, DebriefOf, Reach
from answerback.people.learning.models.lessons import Lesson, LetGo, Thanks
from answerback.people.learning.models.mail import MailChoice, MailSent
from answerback.people.learning.models.practices import Ended, GroupPractice, Joining, Practice, PracticeDay
from answerback.people.learning.models.surveys import Survey, SurveyCount, SurveyTaken
from answerback.people.learning.models.talks import Commitment, Held, Rhythm, Talk, TalkKind, TalkNote

__all__ = [
    "Cause",
    "CauseBoard",
    "CauseName",
    "CauseState",
    "Commitment",
    "Debrief",
    "DebriefOf",
    "Ended",
    "GroupPractice",
    "Held",
    "Joining",
    "Lesson",
    "LetGo",
    "MailChoice",
    "MailSent",
    "Practice",
    "PracticeDay",
    "Reach",
    "Rhythm",
    "Survey",
    "SurveyCount",
    "SurveyTaken",
    "Talk",
    "TalkKind",
    "TalkNote",
    "Thanks",
]
