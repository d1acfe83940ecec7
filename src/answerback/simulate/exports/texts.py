"""The sentences of which mails are made: for each step and act several, in our own words.

`{product}`, `{buyer}` and the like are filled in by `wording`; `{does}` completes a sentence that begins with the
product. A refusal says no in so many words, a question ends in a question mark, and what is neither avoids both: so a
reader of replies can tell them apart, as people do. How many of the refusals in real mail are as plain is not known.
"""

from __future__ import annotations

from types import MappingProxyType

Texts = tuple[str, ...]

DOES = MappingProxyType(
    {
        "Flow": "shows the energy and water use of a site hour by hour",
        "Flow Plus": "shows the energy and water use of a site hour by hour and tells you when something leaks",
        "Insight": "turns the readings of all your meters into one report a month that people do read",
    }
)
DOES_OTHERWISE = "is what most of our customers begin with"

# Each mail takes one text of each group. {does} completes a sentence that begins with the product.
NEW: MappingProxyType[str, tuple[Texts, ...]] = MappingProxyType(
    {
        "approach": (
            (
                "I look after companies like {buyer} at {seller}.",
                "We have not met yet. I work for {seller}, and several of your neighbours are our customers.",
                "Energy and water are among the few costs that a site can still influence, which is why I write.",
                "From what I read, {buyer} has taken on a lot for the coming months, so I will be brief.",
            ),
            (
                "{product} {does}. Most sites find their first saving within a month.",
                "In short: {product} {does}. It goes in without interrupting anything.",
                "Our customers use {product} because it {does}. I can show you two who are about your size.",
            ),
            (
                "Would a call of fifteen minutes next week make sense?",
                "If this is on your list, a time that suits you is all I need.",
                "Is this yours, or would somebody else at {buyer} be the right person?",
                "Could I show you an example on Tuesday or Thursday?",
            ),
        ),
        "discover": (
            (
                "Thank you for the time you took.",
                "To see whether {product} suits {buyer}, I would like to know a little more.",
                "As promised, here is how others of your size went about it.",
            ),
            (
                "It comes down to three things: how many meters there are, who reads them, and who sees the figures.",
                "A site like yours usually starts with ten meters and adds the rest after the first report.",
                "What matters most is where the readings go today: into a system, or into a spreadsheet.",
            ),
            (
                "Could you send me a list of the meters, even a rough one?",
                "Half an hour with you and whoever reads the meters would be enough. Which day suits you?",
                "Tell me what would have to come out of it for {buyer}, and I will work it out.",
            ),
        ),
        "offer": (
            (
                "I have put figures to what we talked about.",
                "Our offer for {product} is with you now.",
                "Here is what {product} would cost {buyer}, and what it should bring.",
            ),
            (
                "It covers the meters on your list, installation, and the first year. Nothing else will be added.",
                "The second page has the sum that matters: what you pay, and what a site of your size has saved.",
                "I left out everything that you said you would not use.",
            ),
            (
                "What would you change?",
                "I am glad to go through it with you. Would Wednesday suit you?",
                "If a line is unclear, call me: it is quicker than a mail.",
            ),
        ),
        "close": (
            (
                "We are nearly there, I think.",
                "Our people could start at {buyer} in the week after next.",
                "I have kept the installation date for you.",
            ),
            (
                "The contract is unchanged from what we agreed.",
                "From our side everything is ready: people, meters, and a date.",
                "Your colleagues have what they asked for, the data sheet included.",
            ),
            (
                "What is still missing on your side?",
                "Is there anything that I can do so that it can be signed this week?",
                "If somebody else has to agree, I am glad to talk to them as well.",
            ),
        ),
    }
)
AGAIN: MappingProxyType[str, Texts] = MappingProxyType(
    {
        "approach": (
            "My last note probably came at a bad moment, so once more in one line: {product} {does}.",
            (
                "I wrote to you about {product} a few days ago. One figure that may help: a site of your size saved a "
                "ninth of its bill in the first year."
            ),
            "Did my note about {product} reach you?",
            "I do not want to fill your inbox. If {product} is of no use to {buyer}, one word is enough.",
        ),
        "discover": (
            "Did you find the list of the meters?",
            "A short reminder: with the three points from my last mail I can tell you whether {product} pays for you.",
            "I have thought about {buyer} again. It may be enough to begin with the main meters.",
        ),
        "offer": (
            "Have you been able to look at the offer?",
            "If you take the offer to a meeting, I can put it on one page for you.",
            (
                "Two customers asked about the second position of the offer, so here it is in plain words: it is the "
                "installation, and it is paid once."
            ),
        ),
        "close": (
            "I have to give the date to somebody else on Friday, which I would not like to do. Where do you stand?",
            "Did the contract get through your purchasing department?",
            "A short word on where you stand would help me to keep our people free for you.",
        ),
    }
)
TO_ACT: MappingProxyType[str, Texts] = MappingProxyType(
    {
        "asked": (
            "A fair question. I asked our engineers, so that you get a proper answer: it does, and it is in the price.",
            "That is asked often, so I attach the page that we have about it.",
        ),
        "requested_offer": (
            "Gladly. You will have the offer by tomorrow evening.",
            "Thank you, I will put it together today. If the number of sites changes, just tell me.",
        ),
        "inquired": (
            "Thank you for writing to us. {product} {does}, and I think that it is what you are looking for.",
            "Good that you ask. I can show you {product} on the screen whenever it suits you.",
        ),
        "introduced": (
            "Thank you for bringing in {other}. I will gladly begin at the beginning.",
            "Thank you, and good to meet you, {other}. {product} {does}; the rest I would rather show than write.",
        ),
        "unsubscribed": (
            "Of course. Your address is off our list as of now.",
            "Done: we will not write to you again. I am sorry for the trouble.",
        ),
        "complained": (
            "You are right, that was too much. I am sorry, and it will not happen again.",
            "I apologise. I have seen to it that you hear from us only when you ask.",
        ),
        "refused": (
            "Thank you for telling me so plainly. I will leave it at that.",
            "That is clear, and I respect it. If things change, you have my number.",
            "Thank you for your answer. One question, so that we learn from it: what made the difference?",
        ),
        "": (
            "Thank you for your answer.",
            "Good to hear from you.",
            "Thank you, that helps.",
        ),
    }
)
TO_OBJECTION = MappingProxyType(
    {
        "price": "About the price: a site of your size has earned it back in eleven months. I attach the sum.",
        "timing": "About the time it takes: your people are needed for one hour. We do the rest.",
        "competitor": "About the other offer: please compare what installation costs in both. Ours includes it.",
        "integration": "About your own systems: readings come as a plain file every night, which any of them can load.",
        "no need": "About the need: most sites thought that they knew their figures until they saw the nights.",
    }
)

# What buyers say, and what a seller answers to just that.
REPLIED: MappingProxyType[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        "approach": (
            ("Thank you for your mail. A call is fine, Thursday after ten suits me.",
             "Thursday at half past ten, then. I will call you."),
            ("This is something that we talk about in the house. Send me what you have and I will read it.",
             "Here are two pages, the second has the figures. I will ask again in a week."),
            ("You may show me the example. Early in the morning is best.",
             "Good, tomorrow at half past eight? I will send you a link."),
            ("Interesting, I have passed it on to the people who run the site and will let you know.",
             "Thank you for passing it on. I am glad to talk to them myself as well."),
        ),
        "discover": (
            ("We have eighteen meters in two buildings, and the caretaker writes the readings down once a month.",
             "Eighteen meters is a good size to begin with. I will work out what {product} would do with them."),
            ("The readings go into a spreadsheet that only one colleague understands. I will get you the list.",
             "Those spreadsheets, I know them. The list alone is enough for me."),
            ("Wednesday works. I will bring our engineer along.",
             "Wednesday it is. For your engineer I will bring the data sheets."),
            ("Attached is the list of our meters. The old building is missing, I will add it.",
             "Thank you for the list. The old building can follow, it changes little."),
        ),
        "offer": (
            ("Thank you for the figures. I will take them to the meeting on Monday.",
             "Good. If anybody asks for more on Monday, I am at my desk all day."),
            ("I have read the offer, it is clear. Our finance people have a look at it now.",
             "Glad that it is clear. Your finance people can call me at any time."),
            ("The offer is with my manager. I will come back to you when I know more.",
             "Thank you. Shall I put it on one page for your manager?"),
        ),
        "close": (
            ("Purchasing has the contract. I expect their answer in a few days.",
             "Thank you. I keep the date for you until then."),
            ("We agree in principle. The order number is what is missing.",
             "Good news. As soon as the number is here, our people plan the day."),
            ("Please keep the date. I will get the signature.",
             "The date is yours."),
        ),
    }
)  # fmt: skip
HESITATES = MappingProxyType(
    {
        "price": "The price is the hurdle here. Show me when it pays back and I can argue for it.",
        "timing": "Our people are busy with the move. It depends on how little work it is for us.",
        "competitor": "You should know that we have a second offer on the table.",
        "integration": "It has to work together with our building system, that is the point for our engineers.",
        "no need": "I have my doubts whether we would look at the figures, to be honest.",
    }
)
REFUSED = MappingProxyType(
    {
        "price": (
            "The price is well above what we pay today, and we have decided against it.",
            "It costs more than it can save us. We will not take this any further.",
        ),
        "timing": (
            "Nobody here has the time for a project of this size, so we have decided not to proceed.",
            "All hands are needed for the move to the new building. We are not going to pursue this.",
        ),
        "competitor": (
            "We have decided to go with another supplier.",
            "We have signed with another vendor. It was close.",
        ),
        "integration": (
            "It would not work together with our building system, so we have decided not to go ahead.",
            "Our engineers have looked at the interfaces. This is not a fit for us.",
        ),
        "no need": (
            "We read our meters twice a year and that is enough: this is not something we need.",
            "We know our figures well enough. We are not interested.",
        ),
        "": (
            "Thank you for your mail. We are not interested.",
            "We have talked about it here. We have decided not to pursue this.",
            "No, thank you.",
        ),
    }
)
REFUSED_KINDLY = (
    "Thank you for your patience with us.",
    "All the best for you and your colleagues.",
    "It was good of you to explain it so well.",
    "",
)
ASKED: MappingProxyType[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        "approach": (
            ("Does it work with meters that are twenty years old?",
             "Yes, as long as they have a dial that can be read. Older ones get a small camera."),
            ("How long does it take until we see something?",
             "Two weeks from the order to the first figures, one of them on site."),
            ("Who else in our trade uses {product}?",
             "Three companies that I may name. I will ask one of them whether you may call."),
        ),
        "discover": (
            ("Can the readings stay on our own server?",
             "Yes. It needs four gigabytes there, and nothing leaves your house."),
            ("What do you need from our electricians?",
             "An hour of one of them, on the first morning. The rest is ours."),
            ("How many meters can {product} take?",
             "More than you have: our largest site runs eleven hundred."),
        ),
        "offer": (
            ("Is the installation included in the second position?",
             "It is the second position: everything on site, travel included."),
            ("What happens to the price if we take three sites instead of two?",
             "The third site costs two thirds of the second. I will send you the sum."),
            ("Can we pay it by the month?",
             "By the month or by the year. By the year it is a twelfth less."),
        ),
        "close": (
            ("When could your people start if we sign this week?",
             "On Monday in two weeks. I have asked them to keep it free."),
            ("Which of the two versions of the contract is the right one?",
             "The later one, with the date of Tuesday on the first page."),
            ("Who is our contact once it runs?",
             "Our service desk, which knows your site, and I as before."),
        ),
    }
)  # fmt: skip
ASKED_ABOUT = MappingProxyType(
    {
        "price": "Is there any room in the price?",
        "timing": "Could it wait until our move is done?",
        "competitor": "What can {product} do that the others cannot?",
        "integration": "Which interfaces to a building system does {product} have?",
        "no need": "What would we do with the figures that we do not do today?",
    }
)
ANSWERS = MappingProxyType({said: answer for texts in (*REPLIED.values(), *ASKED.values()) for said, answer in texts})
SAID: MappingProxyType[str, Texts] = MappingProxyType(
    {
        "requested_offer": (
            "Could you send us an offer for {product}, for two sites to begin with?",
            "I need figures for {product} that I can show to my manager. Can we have an offer with all costs?",
            "We would like to have {product} in writing: meters, installation, first year. When can you send an offer?",
        ),
        "inquired": (
            (
                "We are looking for a way to see our energy and water use by the hour and came across {product}. "
                "Please tell me what it takes."
            ),
            "A colleague at another company told me about {product}. I would like to see it.",
            "We are comparing a few systems for our meters. Please send me what you have about {product}.",
        ),
        "introduced": (
            "I am copying in {other}, who looks after this here and has the details.",
            "{other} (in copy) will take it from here. The two of you should talk.",
            "I have told {other} about it and put the address in copy, because the decision is made there.",
        ),
        "unsubscribed": (
            "Please remove me from your list.",
            "Please take me off this list and do not mail me again.",
            "Remove me from your list, please.",
        ),
        "complained": (
            "This is the fourth mail in two weeks. Please do not mail me again.",
            "I have asked your colleagues before: please stop writing to me.",
        ),
        "auto_replied": (
            "Thank you for your message. It has been received and will be read by the person in charge.",
            "This is an automatic answer: your mail has arrived and has been given to the right department.",
        ),
        "out_of_office": (
            (
                "Thank you for your mail. I am out of the office until {when} and will read it when I am back. In "
                "urgent cases please write to {other}."
            ),
            "I am away until {when}. Your mail is not forwarded; {other} stands in for me.",
        ),
        "forwarded": ("This may be of interest to you.", "For you to look at, please."),
        "rescheduled": (
            "That day does not work for me after all. Could we move it to another one?",
            "Something has come up. Can we find another time?",
        ),
    }
)
SUBJECTS: MappingProxyType[str, Texts] = MappingProxyType(
    {
        "approach": (
            "{product} for {buyer}",
            "Energy and water at {buyer}",
            "A question about your meters",
            "Your energy figures, hour by hour",
            "An idea for {buyer}",
        ),
        "discover": ("Next steps with {product}", "What we need for {buyer}", "{product}: how others did it"),
        "offer": ("Offer: {product} for {buyer}", "Figures for {product}", "What {product} costs, and what it brings"),
        "close": ("{product}: contract and date", "Starting with {product} at {buyer}", "Installation at {buyer}"),
        "inquired": ("Question about {product}", "{product} for our sites", "Looking for a system for our meters"),
        "unsubscribed": ("Unsubscribe", "UNSUBSCRIBE", "Unsubscribe please"),
        "meeting": ("{product}: a first look with {buyer}", "{product} for {buyer}", "{seller} and {buyer}: {product}"),
    }
)
