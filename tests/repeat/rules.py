"""Writes rules.txt: 300 rules with the dates that python-dateutil gives for them.

    python -m venv venv && venv/bin/pip install python-dateutil && venv/bin/python tests/repeat/rules.py

Each line is START | REPEAT | EXCEPT | DATES, as in sessions.toml.
"""

import random
from datetime import date, datetime, timedelta
from pathlib import Path

from dateutil import rrule as r

WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": -1}
UNITS = {"day": r.DAILY, "week": r.WEEKLY, "month": r.MONTHLY, "year": r.YEARLY}
BYDAY = [r.MO, r.TU, r.WE, r.TH, r.FR, r.SA, r.SU]

chance = random.Random(20)


def every():
    """Returns a random rule in the words of sessions.toml, and the same rule for dateutil."""
    kind = chance.randrange(4)
    if kind == 0:
        unit = chance.choice(list(UNITS))
        return f'every = "{unit}"', {"freq": UNITS[unit]}
    if kind == 1:
        unit, step = chance.choice(list(UNITS)), chance.choice([1, 2, 3, 4, 5, 6, 7, 10, 13, 30])
        return f'every = "{step} {unit}s"', {"freq": UNITS[unit], "interval": step}
    if kind == 2:
        days = chance.sample(range(7), chance.randrange(1, 5))
        words = ", ".join(f'"{WEEKDAYS[day]}"' for day in days)
        rule = {"freq": r.WEEKLY, "byweekday": [BYDAY[day] for day in days], "wkst": r.MO}
        if chance.random() < 0.6:
            rule["interval"] = chance.randrange(1, 5)
            return f"every = [{words}], weeks = {rule['interval']}", rule
        return f"every = [{words}]", rule
    word, day = chance.choice(list(ORDINALS)), chance.randrange(7)
    rule = {"freq": r.MONTHLY, "byweekday": BYDAY[day](ORDINALS[word])}
    return f'every = "{word} {WEEKDAYS[day]}"', rule


def start():
    """Returns a random day, which is often at the end of a month or in a leap year."""
    day = date(2024, 1, 1) + timedelta(days=chance.randrange(2200))
    if chance.random() < 0.3:
        day = chance.choice([date(2027, 1, 29), date(2027, 1, 30), date(2027, 1, 31), date(2028, 2, 29)])
    return day


def main():
    lines = []
    while len(lines) < 300:
        words, rule = every()
        first = datetime.combine(start(), datetime.min.time())
        if "byweekday" in rule:
            first = r.rrule(dtstart=first, count=1, **rule)[0]
        if chance.random() < 0.5:
            count = chance.choice([1, 2, 3, 8, 12, 30])
            words, rule = f"{words}, times = {count}", {**rule, "count": count}
        else:
            until = first + timedelta(days=chance.choice([0, 1, 20, 100, 400, 1500]))
            words, rule = f"{words}, until = {until:%Y-%m-%d}", {**rule, "until": until}
        dates = []
        for at in r.rrule(dtstart=first, **rule):
            dates.append(at.date())
            if len(dates) > 60 or at.year > 2100:
                break
        if len(dates) > 60 or dates[-1].year > 2100:
            continue
        skipped = chance.sample(dates, min(chance.choice([0, 0, 1, 3]), len(dates) - 1))
        dates = [day for day in dates if day not in skipped]
        skipped = ", ".join(map(str, sorted(skipped)))
        lines.append(f"{first:%Y-%m-%d} | {{ {words} }} | [{skipped}] | {' '.join(map(str, dates))}\n")
    Path(__file__).with_name("rules.txt").write_text("".join(lines))


main()
