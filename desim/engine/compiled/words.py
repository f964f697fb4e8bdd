"""What stands where: the columns of every kind of row in the compiled engine's memory.

There are two arrays of 64-bit words. `code` is a program and does not change while it is played:
steps, branches, links and so on, one row behind another. `state` is one run: units, pools,
streams, items, the calendar. A row is named by its address, the index of its first word; numbers
that are floats are read through a view of the same words. Address 0 means that there is none: a
header stands there.
"""

from __future__ import annotations

NOBODY = 0

# The first words of code: where the parts of both arrays begin, and how long they are.
(
    KEYS, STEPS_COUNT, PROFILES, PROFILES_COUNT, SHIFTS, SHIFTS_COUNT, MOVED, MOVED_COUNT,
    URGENCIES, HOURS, COLUMNS, HORIZON, VALUES, WATCH, TARGETS, ACTIVE, WORLD, BOARD, PLAN, CHANGE,
    RAISED, PLAN_MOVED, ORDERED, PHYSICAL, STEMS, STREAMS, STREAMS_COUNT, PROFILE_ENTRY,
    SHIFT_ENTRY, HOUR_ENTRY, HISTORY, FIXED, CALENDAR_TIMES, CALENDAR, ITEMS, ITEMS_END, GROUPS,
    GROUPS_END, DEADLINES, DEADLINES_END, BORN, BORN_END, TRACE, TRACE_END, HEADER,
) = range(45)  # fmt: skip

# The first words of state: the clock, counters, and the ends of the two agendas.
(
    NOW, SIZE, HOLE, CHILDREN, CHILDREN_TAIL, ADMITTED, ADMITTED_TAIL, WATCHING, LAST_ASKED,
    ITEMS_TOP, FREE_GROUP, GROUPS_TOP, FREE_DEADLINE, DEADLINES_TOP, TRACE_TOP, NUMBER_LAST,
    TRACED, EVENTS, RUN, FULL, COUNTERS,
) = range(21)  # fmt: skip

# A step. `SUBJECT` is the address of what it is about: a unit, pool, board line or target in
# state, a link or rule in code, or (Join) the step that forked.
(
    OP, SUBJECT, LAW, FIRST, COUNT, JUMP, LEVEL, COMPARATOR, EXTRA, VISITS, GROUP_AT, STEM, INDEX,
    THRESHOLD, AMOUNT, SORT, DAILY, SHARED_KEY, PERSISTENCE,
) = range(19)  # fmt: skip
STEP_WORDS = 19
SHARES = LEVEL
"""Where a choice by chance, which looks at no level, has the cumulative shares of its branches."""
# A branch: the step it leads to, its condition, its key and number.
TO, BRANCH_LEVEL, BRANCH_COMPARATOR, BRANCH_THRESHOLD, BRANCH_KEY, BRANCH_INDEX = range(6)
BRANCH_WORDS = 6
# A link.
DELAY, RESEND, LOSS, ERROR = range(4)
LINK_WORDS = 4
# A stream, as code.
(
    ENTRY, STREAM_LAW, TIMES, TIMES_COUNT, HAS_WHEN, WHEN_LEVEL, WHEN_COMPARATOR, HAS_KEEP,
    KEEP_LEVEL, STREAM_URGENCY, STREAM_KEY, FIRST_TIME, UNTIL, WHEN_THRESHOLD, KEEP_BASE,
    KEEP_SLOPE,
) = range(16)  # fmt: skip
STREAM_CODE_WORDS = 16
# A rule; `SINCES` lists where it stands when what each line of `NEEDS` shows was true.
(
    RULE_KIND, NEEDS, SINCES, NEEDS_COUNT, SUPPLIES, SUPPLIES_COUNT, MEASURES, FIGURES,
    MEASURES_COUNT, THRESHOLDS, THRESHOLDS_COUNT, MARGIN, GRANULARITY, SLACK, RELEASE, HOLD, TERM,
    PLAN_KIND, PLAN_FIGURES, SUPPLY_SINCES, NEED_PLACES, STORE_LINE, INFLOW_LINE, INFLOW_SINCE,
) = range(24)  # fmt: skip
RULE_WORDS = 24
# A change of a profile's value or of a unit's staff.
CHANGE_AT, CHANGE_OF, CHANGE_TO = range(3)
CHANGE_WORDS = 3
# A measure at a place, as code: the most it can be told, and whether it acts at once.
MOST, AT_ONCE = range(2)
SLOT_WORDS = 2

# Everything that can stand on the calendar begins with these two.
RANK, KEY = range(2)
# An item, and behind it what it notes of its groups and visits.
(
    ROW, PHASE, NEXT, URGENCY, NUMBER, GROUP, VISIT, ATTEMPT, TOKEN, ASKED, LOST, CARRIED, SINCE,
    DRAWS,
) = range(2, 16)  # fmt: skip
ITEM_WORDS = 16
# The items of one procedure: the first free one, and how many words each takes.
FREE, LENGTH = range(2)
SORT_WORDS = 2
# A stream, as state: which of its candidates comes next, when, and its row in code.
ORDINAL, TIME, STREAM_STEM, STREAM_CODE = range(2, 6)
STREAM_WORDS = 6
# The changes of profiles, of staff and of the world: which of them comes next.
COMING = 2
COMING_WORDS = 3
# A deadline: whose, and which of its waits.
WHOSE, WHICH = range(2, 4)
DEADLINE_WORDS = 4
# The children of one fork; a free group notes the next free one in its first word.
MADE, WANTED, WAITER, REFERENCES = range(4)
GROUP_WORDS = 4
# A unit: its queue, who is at work, its staff, and the ends of its queue of each urgency.
QUEUE, BUSY, STAFF, QUEUES = range(4)
# A pool: its stock, the ends of its line, and whether a small request may overtake.
STOCK, LINE, OVERTAKES = 0, 1, 3
POOL_WORDS = 4
# An overdue level, as code: a target, a plan, and when that plan last moved.
OVERDUE_TARGET, OVERDUE_PLAN, OVERDUE_MOVED = range(3)
OVERDUE_WORDS = 3
OVERDUE = 1 << 40
"""Added to the address of an overdue level's row, below 0, to tell it from the age of a line."""
# The ends of a queue.
HEAD, TAIL = range(2)
# Rows of the trace's two tables, as `desim.trace.trace` has them.
RECORD_WORDS, BORN_WORDS = 6, 4
