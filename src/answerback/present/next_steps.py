"""What to do next: one sentence for each name that a finding's `next_step` may have.

A step speaks of the task (these touches, this step, these buyers), never of the person, and can be done within a week.
Whoever makes a new kind of finding adds its sentence here; a test names those that are missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

NEXT_STEP: Mapping[str, str] = MappingProxyType(
    {
        "look_at_unanswered": (
            "Open the touches that got no answer (answerback explain finding ID) and note what buyers said, if "
            "they did."
        ),
        "ask_what_changed": "Ask what is different since then: buyers, offer, list, tool, time. Note what is said.",
        "compare_with_the_rest": "Look together at two answered and two unanswered touches, and at what differs.",
        "keep_doing": "Keep doing it, and tell the others what is different since then.",
        "say_what_they_say": "What do buyers say when they say no? Record it as an objection at this step.",
        "fix_for_all": "Take it up for everybody: it lies in the offer, the market, a tool or the data.",
        "fix_for_segment": "Take it up for this segment: it lies with these buyers, not with those who sell.",
        "load_what_is_missing": "Load the mailbox, calendar or dialler that is missing; answerback doctor says which.",
        "away_or_not_loaded": (
            "Ask which it is: away (record the absence), at work in a system that is not loaded (load it), or gone."
        ),
        "send_test_messages": (
            "Send each of them a test message from outside and answer one of theirs; then load the coverage, or record "
            "what happened to the tool."
        ),
        "wait_and_see": "Wait until there is enough to tell; nothing needs to be done before.",
        "look_at_kind_of_finding": (
            "Read three of the dismissed ones: are they wrong, or of no use? Say so to whoever runs the data; "
            "answerback decide reopen brings one back."
        ),
        "answer_where_they_are": (
            "Answer the next ten buyers on the channel that they chose, and see how soon they go on; answerback path "
            "shows both sides by channel."
        ),
        "ask_what_these_buyers_need": (
            "Open three stories of this segment that stopped there (answerback process --where segment=NAME, then "
            "answerback chain ID): what did these buyers need that the others did not? Record what they said."
        ),
        "answer_before_asked_again": (
            "Open three deals in which the same was asked twice (answerback path DEAL): where did the first question "
            "lie?"
        ),
        "space_touches": (
            "Leave a silent buyer three working days or more between touches, and stop after the fourth; open "
            "the ones below "
            "and read what came before the buyer forbade more."
        ),
        "cap_lottery": (
            "Draw lots for eight weeks: half of the silent buyers get no touch after the third. Then compare "
            "what they did."
        ),
        "shorten_sequence": "End the sequence before that touch, or draw lots who still gets it, and compare.",
        "hear_policy": "Ask those who work by it what it makes them do; then change it, or say why it stands.",
        "try_other_play": "Try the other kind of touch on the next ten buyers like these, and compare.",
        "debrief_same_ending": (
            "Go through the last three together: what was said at this step, and what came before it?"
        ),
        "look_at_territory": (
            "Look at the territory before the next rep is put into it: its companies, its offer, who else calls "
            "on them."
        ),
        "set_targets_again": (
            "Set the targets again, from what the upper quarter of the team reaches; nobody is to be judged by these."
        ),
        "look_at_potential": (
            "Ask what changed for all, while the number still looks well; diagnose says where it lies."
        ),
        "show_others": "Show one of the others how it is done: two touches that worked, and why.",
        "keep_what_helped": "Keep it up, and let those who have not had it have it next.",
        "stop_what_harmed": "Stop it for now, and ask those who had it what it changed for them.",
        "go_the_new_way": "Make the new way the usual one, and try the next thing against it.",
        "stay_with_the_usual_way": "Stay with the usual way, and tell the others that the new one was tried.",
        "tell_what_changed": "Tell the others what you do differently since then; a rise alone does not say why.",
        "draw_again_larger": "It cannot be told from so few. Draw again with more reps, or over more weeks.",
        "draw_holdout": (
            "Hold one intended touch in eight back for two weeks, drawn by lot, never one that a buyer asked "
            "for: answerback "
            "holdout draw."
        ),
        "keep_touching": "Keep at it: look which kinds of touch bring the most, and where they are made too seldom.",
        "spend_where_it_counts": (
            "Look which kinds of touch bring something, and move time there from those that bring nothing: answerback "
            "increment."
        ),
        "name_the_act": (
            "Which act of the buyer stands behind each of these stages? If it happened and was not recorded, say "
            "where; if it has not, put the deal back to the stage before (answerback "
            "stages --by deal; answerback explain stage DEAL)."
        ),
        "ask_what_a_stage_means": (
            "Ask at the next review what a buyer must have done at each stage, and write it into the playbook "
            "(answerback stages; explain stage DEAL)."
        ),
        "load_source_again": (
            "Load the source again, or switch it off where it is no longer used; answerback trust says which."
        ),
        "ask_buyers_why": (
            "Ask three buyers of lost deals why, and write that down as an objection before the reason in the CRM is "
            "used for anything (answerback trust)."
        ),
        "tell_what_was_tried": "Tell the others what you tried and what came of it, whether it worked or not.",
        "answer_the_open_ones": (
            "Answer those who still wait, the warm ones first (answerback balls), and say of the others why they are "
            "none: answerback decide not_a_ball ID."
        ),
        "look_at_policy_and_staff": (
            "Ask whether this time can be kept at all: by whom, in which hours, with how much else to do; then change "
            "the policy or who answers. It is nobody's alone."
        ),
        "look_at_routing": (
            "Look at how these are given to somebody: they wait for that longer than an answer may take. No rep can "
            "make up for it."
        ),
        "drop_or_change_play": (
            "Leave this kind of touch out for half of the buyers, drawn by lot, or say something else in it."
        ),
    }
)
"""The sentence of each step."""
