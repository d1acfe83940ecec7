-- One row per stretch of time for which a channel of a rep was loaded; no rep or no channel means all of them.
-- key: coverage_key · unit: whole · look-back: none · look-forward: none · kept: yes
select coverage.coverage_key, coalesce(same.canonical_key, coverage.rep_key) as rep_key, coverage.channel,
       coverage.starts_at, coverage.ends_at, coverage.source
from current_coverage as coverage
left join same_as as same on same.key = coverage.rep_key
