-- One row per rep and stretch of time in which nothing that is known of them changed: team, role, manager, segment, region.
-- Records of one person from several systems are merged: in each stretch, what holds since the latest date stands, and of
-- records with one date the newest.
-- key: rep_key, valid_from · unit: whole · look-back: none · look-forward: none · kept: yes
with person as (
    select coalesce(same.canonical_key, rep.rep_key) as rep_key,
           coalesce(rep.valid_from, timestamp '1900-01-01 00:00:00') as valid_from,
           coalesce(rep.valid_to, timestamp '2200-01-01 00:00:00') as valid_to,
           coalesce(boss.canonical_key, rep.manager_key) as manager_key,
           rep.team, rep.role, rep.segment, rep.region, rep.tenure_start,
           rep.version_at, rep.content_hash, rep.rep_key as own_key
    from current_rep as rep
    left join same_as as same on same.key = rep.rep_key
    left join same_as as boss on boss.key = rep.manager_key
),
edge as (
    select rep_key, valid_from as turned_at from person
    union
    select rep_key, valid_to from person
),
stretch as (
    select rep_key, turned_at as valid_from, lead(turned_at) over (partition by rep_key order by turned_at) as valid_to
    from edge
),
stated as (
    select stretch.rep_key, stretch.valid_from, stretch.valid_to,
           first_value(person.manager_key ignore nulls) over latest as manager_key,
           first_value(person.team ignore nulls) over latest as team,
           first_value(person.role ignore nulls) over latest as role,
           first_value(person.segment ignore nulls) over latest as segment,
           first_value(person.region ignore nulls) over latest as region,
           first_value(person.tenure_start ignore nulls) over latest as tenure_start,
           row_number() over latest as place
    from stretch
    join person
      on person.rep_key = stretch.rep_key
     and person.valid_from <= stretch.valid_from and person.valid_to >= stretch.valid_to
    window latest as (partition by stretch.rep_key, stretch.valid_from
                      order by person.valid_from desc, person.version_at desc, person.content_hash desc, person.own_key
                      rows between unbounded preceding and unbounded following)
)
select rep_key, valid_from, valid_to, manager_key, team, role, segment, region, tenure_start
from stated where place = 1
