"""Working time of reps: what a day's hours, time zones, public holidays and absences make of a rep's clock.

`reading.clock_book` gathers what is known of each rep; `due.due` and `due.elapsed` answer for many rows at once. Where
something is not known of a rep, what the organisation says holds, and the book says so.
"""
