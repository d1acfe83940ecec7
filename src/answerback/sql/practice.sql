-- One row per practice of a rep as it stood in one version of its plan: what is measured on which kind of touch, whether lots
-- said now or later, from when to when, and when that was fixed (`frozen_at`). A changed plan is a row of its own.
-- key: practice_key · unit: whole · look-back: none · look-forward: none · kept: yes
-- order: rep_key, frozen_at, practice_key
select practice.practice_key, coalesce(same.canonical_key, practice.rep_key) as rep_key, practice.play, practice.metric,
       practice.arm, practice.frozen_at, practice.starts_at, practice.ends_at
from current_practice as practice
left join same_as as same on same.key = practice.rep_key
