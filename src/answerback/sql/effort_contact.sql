-- One row per effort and buyer's person it was made toward: its own contact and everybody else on the mail or invitation.
-- key: effort_key, contact_key · unit: month · look-back: none · look-forward: none · kept: yes
select effort_key, contact_key from effort where contact_key is not null
union
select effort_key, contact_key from effort_guest
