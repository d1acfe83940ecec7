-- One row per rep and stretch of time in which their team, role and manager stayed the same.
-- Records of one person from several systems are merged; what the newest of them states stands.
-- key: rep_key, valid_from · unit: whole · look-back: none · look-forward: none · kept: yes
with person as (
    select coalesce(same.canonical_key, rep.rep_key) as rep_key,
           coalesce(rep.valid_from, timestamp '1900-01-01 00:00:00') as valid_from,
           coalesce(rep.valid_to, timestamp '2200-01-01 00:00:00') as valid_to,
           coalesce(boss.canonical_key, rep.manager_key) as manager_key,
           rep.team, rep.role, rep.segment, rep.region, rep.tenure_start, rep.version_at, rep.content_hash
    from current_rep as rep
    left join same_as as same on same.key = rep.rep_key
    left join same_as as boss on boss.key = rep.manager_key
),
stated as (
    select rep_key, valid_from,
           first_value(valid_to) over newest as valid_to,
           first_value(manager_key ignore nulls) over newest as manager_key,
           first_value(team ignore nulls) over newest as team,
           first_value(role ignore nulls) over newest as role,
           first_value(segment ignore nulls) over newest as segment,
           first_value(region ignore nulls) over newest as region,
           first_value(tenure_start ignore nulls) over newest as tenure_start,
           row_number() over newest as place
    from person
    window newest as (partition by rep_key, valid_from order by version_at desc, content_hash desc
                      rows between unbounded preceding and unbounded following)
)
select rep_key, valid_from, valid_to, manager_key, team, role, segment, region, tenure_start
from stated where place = 1
