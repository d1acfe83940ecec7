-- One row per time that somebody said of a deal that they would use a lesson (its number), and did not take it back: who
-- (nobody named: whoever touches it next), and when. The last word of one person on one lesson and deal stands.
-- key: decision_key · unit: whole · look-back: none · look-forward: none · kept: yes
-- order: deal_key, occurred_at, decision_key
with word as (
    select decision.decision_key, coalesce(same.canonical_key, decision.subject_key) as deal_key,
           coalesce(person.canonical_key, decision.actor_key) as rep_key, decision.value as lesson, decision.kind,
           decision.occurred_at, decision.content_hash
    from current_decision as decision
    left join same_as as same on same.key = decision.subject_key
    left join same_as as person on person.key = decision.actor_key
    where decision.subject_kind = 'deal' and decision.kind in ('lesson_used', 'lesson_not_used') and decision.value is not null
),
last_word as (
    select decision_key, deal_key, rep_key, lesson, kind, occurred_at
    from word
    qualify row_number() over (
        partition by deal_key, rep_key, lesson order by occurred_at desc, content_hash desc, decision_key
    ) = 1
)
select decision_key, deal_key, rep_key, lesson, occurred_at from last_word where kind = 'lesson_used'
