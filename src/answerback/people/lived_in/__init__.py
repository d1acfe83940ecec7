"""What the people of a made-up company wrote before anybody looks in: debriefs, lessons, talks, practices, a poll.

All of it rests on the company's own records: which deals ended and what their chains showed, which claims the data
suggested at the time, which talks took place. It is written by the functions that pages use, dated to the days on
which it would have been written, and comes out the same for the same company. What speaks for a lesson, or came of a
practice, is nowhere written: the product works that out from the records as it does for everybody.
"""
