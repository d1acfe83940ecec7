"""Where buyers are asked too often: answers by touch number, and who turns away when touches come close together."""

from answerback.analysis.friction.asked_too_often import Friction, SequenceFriction, TooOften, friction_of
from answerback.analysis.friction.raised import findings

__all__ = ["Friction", "SequenceFriction", "TooOften", "findings", "friction_of"]
