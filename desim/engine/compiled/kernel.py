"""The compiled event loop: it performs a program exactly as `desim.engine.on_simpy` specifies.

It shares the arithmetic of draws, decisions and the world with that engine and no control flow.
Everything it reads and writes stands in two arrays, see `desim.engine.compiled.words`: `c` and
`cf` are the code as whole numbers and as floats, `w` and `f` the state likewise. When the memory
of a run is too short the loop says so and is started again with more.
"""

from __future__ import annotations

import numpy as np

from desim import balance, decision
from desim.draw import child_key, day_key, distortion, misreading, mix, sample, uniform
from desim.engine.compiled.calendar import push, settle
from desim.engine.compiled.pointer import inner
from desim.engine.compiled.words import *
from desim.program.program import Compare, Op, Rank
from desim.trace.record import Kind

# Numbers instead of enumerations: the compiler folds them.
(
    WORK, SEND, FORK, JOIN, CHOOSE_CHANCE, CHOOSE_WHEN, TAKE, GIVE, AWAIT, OBSERVE, TELL, DECIDE,
    ACTIVATE, END,
) = map(int, Op)  # fmt: skip
(
    ARRIVED, QUEUED, STARTED, FINISHED, SENT, DELIVERED, ASKED_FOR, GRANTED, GIVEN, FORKED, JOINED,
    OBSERVED, TOLD, DECIDED, ACTIVATED, DONE, FILED,
) = map(int, Kind)  # fmt: skip
AT_CHANGES, AT_FINISH, AT_DELIVERY, AT_DEADLINE, AT_ARRIVAL, AT_OBSERVATION = map(int, Rank)
LT, LE, GT, GE, EQ, NE = map(int, Compare)
# What an item does when its turn comes.
BEGINS, IS_ADMITTED, HAS_WORKED, HAS_TRAVELLED, IS_ANSWERED, IS_SERVED, MAY_GO, GAVE_UP, LOOKS = (
    range(9)
)
# What is full when a run ends early; whatever is then written is thrown away with the run.
NOTHING_FULL, ITEMS_FULL, GROUPS_FULL, DEADLINES_FULL, TRACE_FULL = range(5)
OVER, NEXT_HOUR = -1, -2
"""Whose turn it is when it is nobody's: the run is over, or the world takes a step."""
NAN = np.nan


@inner
def drawn(cf, law, stem, item, visit, index):
    """One keyed draw."""
    return sample(cf, cf, law, np.uint64(stem), np.uint64(item), np.uint64(visit), np.uint64(index))


@inner
def compare(value, comparator, threshold):
    """Whether a comparison holds."""
    if comparator == LT:
        return value < threshold
    if comparator == LE:
        return value <= threshold
    if comparator == GT:
        return value > threshold
    if comparator == GE:
        return value >= threshold
    if comparator == EQ:
        return value == threshold
    return value != threshold


@inner
def look(c, f, level, carried):
    """The value of a level: at an address, carried (0), or below 0 an age or overdue order."""
    if level > 0:
        return f[level]
    if level == 0:
        return carried
    if level > -OVERDUE:
        return f[NOW] - f[-level]
    row = -level - OVERDUE
    return decision.overdue(
        f[c[row + OVERDUE_PLAN]], f[c[row + OVERDUE_TARGET]], f[NOW] - f[c[row + OVERDUE_MOVED]]
    )


@inner
def note(c, w, f, kind, item, row, value, since):
    """Write one record."""
    if not w[TRACED]:
        return
    at = w[TRACE_TOP]
    if at + RECORD_WORDS > c[TRACE_END]:
        w[FULL] = TRACE_FULL
        return
    w[TRACE_TOP] = at + RECORD_WORDS
    f[at] = f[NOW]
    w[at + 1] = kind
    w[at + 2] = w[item + NUMBER]
    w[at + 3] = c[row + INDEX]
    f[at + 4] = value
    f[at + 5] = since


# Queues: named by the address of their head, behind which stands their tail.


@inner
def append(w, queue, item):
    """Put an item at the end of a queue."""
    w[item + NEXT] = NOBODY
    if w[queue + HEAD] == NOBODY:
        w[queue + HEAD] = item
    else:
        w[w[queue + TAIL] + NEXT] = item
    w[queue + TAIL] = item


@inner
def unlink(w, queue, before, item):
    """Take an item out of a queue; `before` is the one ahead of it, or nobody."""
    after = w[item + NEXT]
    if before == NOBODY:
        w[queue + HEAD] = after
    else:
        w[before + NEXT] = after
    if after == NOBODY:
        w[queue + TAIL] = before


@inner
def ready(w, item, phase):
    """Put an item on the agenda of those admitted (semantics 4)."""
    w[item + PHASE] = phase
    append(w, ADMITTED, item)


# Levels, and who waits for them to change.


@inner
def touch(c, cf, w, f, level):
    """A level may have changed: admit those whose condition now holds, in order."""
    queue = c[WATCH] + 2 * (level - c[VALUES])
    before = np.int64(NOBODY)
    item = w[queue + HEAD]
    while item != NOBODY:
        after = w[item + NEXT]
        row = w[item + ROW]
        if compare(f[level], c[row + COMPARATOR], cf[row + THRESHOLD]):
            unlink(w, queue, before, item)
            w[item + TOKEN] += 1
            w[WATCHING] -= 1
            ready(w, item, MAY_GO)
        else:
            before = item
        item = after


@inner
def touch_moved(c, cf, w, f):
    """The world has moved: admit whoever waits for any of its levels, first come first."""
    first = np.int64(NOBODY)
    for k in range(c[MOVED], c[MOVED] + c[MOVED_COUNT]):
        level = c[k]
        queue = c[WATCH] + 2 * (level - c[VALUES])
        before = np.int64(NOBODY)
        item = w[queue + HEAD]
        while item != NOBODY:
            after = w[item + NEXT]
            row = w[item + ROW]
            if compare(f[level], c[row + COMPARATOR], cf[row + THRESHOLD]):
                unlink(w, queue, before, item)
                first = sorted_in(w, first, item)
            else:
                before = item
            item = after
    while first != NOBODY:
        after = w[first + NEXT]
        w[first + TOKEN] += 1
        w[WATCHING] -= 1
        ready(w, first, MAY_GO)
        first = after


@inner
def sorted_in(w, first, item):
    """Put an item into a list ordered by when each began to wait; return the list's first."""
    before = np.int64(NOBODY)
    here = first
    while here != NOBODY and w[here + ASKED] < w[item + ASKED]:
        before = here
        here = w[here + NEXT]
    w[item + NEXT] = here
    if before == NOBODY:
        return item
    w[before + NEXT] = item
    return first


@inner
def desk_changed(c, cf, w, f, unit):
    """Tell whoever waits for a unit's queue or staff."""
    if w[WATCHING]:
        touch(c, cf, w, f, unit + QUEUE)
        touch(c, cf, w, f, unit + BUSY)


@inner
def fill(w, f, unit):
    """Admit items while a unit has free staff: by urgency, then first come (semantics 5)."""
    while f[unit + QUEUE] > 0.0 and f[unit + BUSY] < f[unit + STAFF]:
        queue = unit + QUEUES
        while w[queue + HEAD] == NOBODY:
            queue += 2
        item = w[queue + HEAD]
        w[queue + HEAD] = w[item + NEXT]
        f[unit + QUEUE] -= 1.0
        f[unit + BUSY] += 1.0
        ready(w, item, IS_ADMITTED)


# Items and the groups of children.


@inner
def enter(c, w, f, row, key, parent, origin, ordinal):
    """A new item at the first step of a procedure, and in the trace's table; its address."""
    sort = c[row + SORT]
    item = w[sort + FREE]
    if item != NOBODY:
        w[sort + FREE] = w[item + NEXT]
    else:
        item = w[ITEMS_TOP]
        w[ITEMS_TOP] = item + w[sort + LENGTH]
        if w[ITEMS_TOP] > c[ITEMS_END]:
            w[FULL] = ITEMS_FULL
            w[ITEMS_TOP] = item
    number = w[NUMBER_LAST]
    w[NUMBER_LAST] = number + 1
    if w[TRACED]:
        at = c[BORN] + number * BORN_WORDS
        if at + BORN_WORDS > c[BORN_END]:
            w[FULL] = TRACE_FULL
        else:
            w[at] = np.int64(key)
            w[at + 1] = parent
            w[at + 2] = origin
            w[at + 3] = ordinal
    w[item + KEY] = np.int64(key)
    w[item + DRAWS] = np.int64(key)
    if c[row + DAILY]:
        w[item + DRAWS] = np.int64(day_key(f[NOW]))
    w[item + ROW] = row
    w[item + PHASE] = BEGINS
    w[item + NUMBER] = number
    w[item + GROUP] = NOBODY
    w[item + VISIT] = 0
    f[item + CARRIED] = 0.0
    f[item + SINCE] = f[NOW]
    for word in range(item + ITEM_WORDS, item + w[sort + LENGTH]):
        w[word] = 0
    return item


@inner
def let_go(w, group):
    """One reference to a group less; without any it is free."""
    w[group + REFERENCES] -= 1
    if w[group + REFERENCES] == 0:
        w[group] = w[FREE_GROUP]
        w[FREE_GROUP] = group


@inner
def fork(c, cf, w, f, item, row):
    """Start the children of a step; they go on when this item must wait (semantics 4)."""
    group = w[FREE_GROUP]
    if group != NOBODY:
        w[FREE_GROUP] = w[group]
    else:
        group = w[GROUPS_TOP]
        w[GROUPS_TOP] = group + GROUP_WORDS
        if w[GROUPS_TOP] > c[GROUPS_END]:
            w[FULL] = GROUPS_FULL
            w[GROUPS_TOP] = group
    count = c[row + COUNT]
    w[group + MADE] = 0
    w[group + WANTED] = 0
    w[group + WAITER] = NOBODY
    w[group + REFERENCES] = count + 1
    place = item + c[row + GROUP_AT]
    if w[place] != NOBODY:
        let_go(w, w[place])
    w[place] = group
    note(c, w, f, FORKED, item, row, float(count), f[item + SINCE])
    parent, visit = np.uint64(w[item + KEY]), np.uint64(w[item + VISIT])
    for i in range(count):
        branch = c[row + FIRST] + i * BRANCH_WORDS
        key = child_key(parent, np.uint64(c[branch + BRANCH_KEY]), visit)
        to, number = c[branch + TO], w[item + NUMBER]
        child = enter(c, w, f, to, key, number, c[branch + BRANCH_INDEX], w[item + VISIT])
        w[child + URGENCY] = w[item + URGENCY]
        f[child + CARRIED] = f[item + CARRIED]
        f[child + SINCE] = f[item + SINCE]
        if c[to + DAILY]:
            w[child + DRAWS] = np.int64(day_key(f[item + SINCE]))
        w[child + GROUP] = group
        note(c, w, f, ARRIVED, child, to, -1.0, NAN)
        append(w, CHILDREN, child)


@inner
def end(c, w, f, item, row):
    """An item is done: its group has one answer more, and its place is free."""
    note(c, w, f, DONE, item, row, NAN, NAN)
    group = w[item + GROUP]
    if group != NOBODY:
        w[group + MADE] += 1
        waiter = w[group + WAITER]
        if waiter != NOBODY and w[group + MADE] >= w[group + WANTED]:
            w[group + WAITER] = NOBODY
            ready(w, waiter, IS_ANSWERED)
        let_go(w, group)
    for i in range(c[row + COUNT]):
        own = w[item + ITEM_WORDS + i]
        if own != NOBODY:
            let_go(w, own)
    sort = c[row + SORT]
    w[item + NEXT] = w[sort + FREE]
    w[sort + FREE] = item


# What happens by itself: arrivals, and changes of profiles, of staff and of the world.


@inner
def begin(c, cf, w, f):
    """Mix the keys of this run, and put on the calendar what happens by itself."""
    run = np.uint64(w[RUN])
    for i in range(c[STEPS_COUNT]):
        w[c[STEMS] + i] = np.int64(mix(run, np.uint64(c[c[KEYS] + i])))
    if c[PROFILES_COUNT]:
        push(c, w, f, cf[c[PROFILES] + CHANGE_AT], c[PROFILE_ENTRY])
    if c[SHIFTS_COUNT]:
        push(c, w, f, cf[c[SHIFTS] + CHANGE_AT], c[SHIFT_ENTRY])
    if c[HOURS]:
        push(c, w, f, 0.0, c[HOUR_ENTRY])
    for i in range(c[STREAMS_COUNT]):
        stream = c[STREAMS] + i * STREAM_WORDS
        key = np.uint64(c[w[stream + STREAM_CODE] + STREAM_KEY])
        w[stream + STREAM_STEM] = np.int64(mix(run, key))
        next_candidate(c, cf, w, f, stream)


@inner
def next_candidate(c, cf, w, f, stream):
    """Put the next candidate of a stream on the calendar, if there is one."""
    code = w[stream + STREAM_CODE]
    ordinal = w[stream + ORDINAL] + 1
    w[stream + ORDINAL] = ordinal
    key = mix(np.uint64(c[code + STREAM_KEY]), np.uint64(ordinal))
    time = f[stream + TIME]
    if ordinal == 1 and cf[code + FIRST_TIME] >= 0.0:
        time = cf[code + FIRST_TIME]
    elif c[code + STREAM_LAW] != NOBODY:
        time += drawn(cf, c[code + STREAM_LAW], w[stream + STREAM_STEM], key, 0, 0)
    elif ordinal <= c[code + TIMES_COUNT]:
        time = cf[c[code + TIMES] + ordinal - 1]
    else:
        return
    if time < cf[code + UNTIL]:
        f[stream + TIME] = time
        w[stream + KEY] = np.int64(key)
        push(c, w, f, time, stream)


@inner
def kept(c, cf, w, f, stream):
    """Whether a candidate is kept: by condition, then by chance (thinning)."""
    code = w[stream + STREAM_CODE]
    if c[code + HAS_WHEN]:
        value = look(c, f, c[code + WHEN_LEVEL], 0.0)
        if not compare(value, c[code + WHEN_COMPARATOR], cf[code + WHEN_THRESHOLD]):
            return False
    if not c[code + HAS_KEEP]:
        return True
    chance = cf[code + KEEP_BASE] + cf[code + KEEP_SLOPE] * look(c, f, c[code + KEEP_LEVEL], 0.0)
    stem, key = np.uint64(w[stream + STREAM_STEM]), np.uint64(w[stream + KEY])
    return chance > 0.0 and uniform(stem, key, np.uint64(0), np.uint64(1)) < chance


@inner
def arrive(c, cf, w, f, stream):
    """A candidate comes: keep it or not, and plan the next one."""
    if kept(c, cf, w, f, stream):
        code = w[stream + STREAM_CODE]
        row, number = c[code + ENTRY], (stream - c[STREAMS]) // STREAM_WORDS
        item = enter(c, w, f, row, w[stream + KEY], -1, number, w[stream + ORDINAL])
        w[item + URGENCY] = c[code + STREAM_URGENCY]
        note(c, w, f, ARRIVED, item, row, float(number), NAN)
        append(w, CHILDREN, item)
    next_candidate(c, cf, w, f, stream)


@inner
def change(c, cf, w, f, entry):
    """A profile or a unit's staff changes; plan the next change of its kind."""
    n = w[entry + COMING]
    w[entry + COMING] = n + 1
    profile = entry == c[PROFILE_ENTRY]
    row = (c[PROFILES] if profile else c[SHIFTS]) + n * CHANGE_WORDS
    subject = c[row + CHANGE_OF]
    if profile:
        f[subject] = cf[row + CHANGE_TO]
        touch(c, cf, w, f, subject)
    else:
        f[subject + STAFF] = cf[row + CHANGE_TO]
        fill(w, f, subject)
        desk_changed(c, cf, w, f, subject)
    if n + 1 < (c[PROFILES_COUNT] if profile else c[SHIFTS_COUNT]):
        push(c, w, f, cf[row + CHANGE_WORDS + CHANGE_AT], entry)


@inner
def advance_world(c, cf, w, f, reals, world):
    """The hourly world step; afterwards everything that it moved has changed."""
    entry, columns = c[HOUR_ENTRY], c[COLUMNS]
    hour = w[entry + COMING]
    w[entry + COMING] = hour + 1
    row = c[HISTORY] + hour * columns
    target = reals[c[TARGETS] : c[ACTIVE]]
    active = reals[c[ACTIVE] : c[WORLD]]
    physical = reals[c[PHYSICAL] : c[PHYSICAL] + 3]
    balance.step(world, hour, target, active, physical, reals[row : row + columns])
    for i in range(columns):
        f[c[WORLD] + i] = f[row + i]
    if w[WATCHING]:
        touch_moved(c, cf, w, f)
    if hour + 1 < c[HOURS]:
        push(c, w, f, float(hour + 1), entry)


@inner
def decide(c, cf, w, f, reals, world, item, row):
    """Apply a rule to its unit's board."""
    rule = c[row + SUBJECT]
    plan, changed = reals[c[PLAN] : c[CHANGE]], reals[c[CHANGE] : c[CHANGE] + c[CHANGE] - c[PLAN]]
    raised = reals[c[RAISED] : c[PLAN_MOVED]]
    need = decision.reading(f, c, c[rule + NEEDS], c[rule + NEEDS_COUNT])
    since = decision.mean_time(f, c, c[rule + SINCES], c[rule + NEEDS_COUNT])
    if c[rule + PLAN_KIND] == decision.BOARD:
        supply = decision.reading(f, c, c[rule + SUPPLIES], c[rule + SUPPLIES_COUNT])
        found = decision.gap(need, supply, cf[rule + MARGIN])
    else:
        found = decision.energy_gap(
            world, c[rule + PLAN_KIND], cf[rule + MARGIN], cf, c[rule + PLAN_FIGURES],
            f, c, c[rule + NEEDS], c[rule + SUPPLIES], f, c, c[rule + SINCES],
            c[rule + SUPPLY_SINCES], c, c[rule + NEED_PLACES], c[rule + NEEDS_COUNT],
            c[rule + SUPPLIES_COUNT], f[c[rule + STORE_LINE]], f[c[rule + INFLOW_LINE]],
            f[c[rule + INFLOW_SINCE]],
        )  # fmt: skip
    first, count = c[rule + MEASURES], c[rule + MEASURES_COUNT]
    if c[rule + RULE_KIND] == decision.SIZE:
        decision.size(
            found, c, first, cf, c[rule + FIGURES], count, cf[rule + GRANULARITY],
            cf[rule + SLACK], cf[rule + HOLD], cf[rule + TERM], f[NOW], plan, changed, raised,
        )  # fmt: skip
    else:
        found = decision.share(found, need)
        decision.grade(
            found, cf, c[rule + THRESHOLDS], c[rule + THRESHOLDS_COUNT], cf[rule + RELEASE],
            cf[rule + HOLD], c[first], f[NOW], plan, changed, raised,
        )  # fmt: skip
    for i in range(first, first + count):
        if f[c[CHANGE] + c[i]] != 0.0:
            f[c[PLAN_MOVED] + c[i]] = f[NOW]
        if w[WATCHING]:
            touch(c, cf, w, f, c[PLAN] + c[i])
            touch(c, cf, w, f, c[CHANGE] + c[i])
    note(c, w, f, DECIDED, item, row, found, since)


# Steps: how each begins, and how an item that waited goes on.


@inner
def begin_work(c, cf, w, f, item, row):
    """An item holds a place: how long it works."""
    note(c, w, f, STARTED, item, row, NAN, NAN)
    desk_changed(c, cf, w, f, c[row + SUBJECT])
    hours = drawn(cf, c[row + LAW], w[c[row + STEM]], w[item + DRAWS], w[item + VISIT], 0)
    w[item + PHASE] = HAS_WORKED
    w[item + RANK] = AT_FINISH
    push(c, w, f, f[NOW] + hours, item)


@inner
def work(c, cf, w, f, item, row):
    """Take a free place at a unit at once, or queue."""
    unit = c[row + SUBJECT]
    urgency = c[row + EXTRA]
    if urgency == 0:
        urgency = w[item + URGENCY]
    note(c, w, f, QUEUED, item, row, cf[c[URGENCIES] + ((urgency - QUEUES) >> 1)], NAN)
    if f[unit + QUEUE] > 0.0 or f[unit + BUSY] >= f[unit + STAFF]:
        f[unit + QUEUE] += 1.0
        append(w, unit + urgency, item)
        desk_changed(c, cf, w, f, unit)
    else:
        f[unit + BUSY] += 1.0
        begin_work(c, cf, w, f, item, row)


@inner
def launch(c, cf, w, f, item, row):
    """Put an item on its way over a link; what is lost is noticed after a while."""
    link, attempt, stem = c[row + SUBJECT], w[item + ATTEMPT], w[c[row + STEM]]
    note(c, w, f, SENT, item, row, float(attempt + 1), f[item + SINCE])
    key, visit = w[item + DRAWS], w[item + VISIT]
    law, index, lost = c[link + DELAY], 4 * attempt, False
    if cf[link + LOSS] > 0.0:
        u = uniform(np.uint64(stem), np.uint64(key), np.uint64(visit), np.uint64(index + 1))
        if u < cf[link + LOSS]:
            law, index, lost = c[link + RESEND], index + 2, True
    w[item + LOST] = lost
    w[item + PHASE] = HAS_TRAVELLED
    w[item + RANK] = AT_DELIVERY
    push(c, w, f, f[NOW] + drawn(cf, law, stem, key, visit, index), item)


@inner
def distorted(w, f, item, stem, cv, value):
    """A value with an error of transmission on it."""
    if cv > 0.0:
        key, visit = np.uint64(w[item + DRAWS]), np.uint64(w[item + VISIT])
        value *= distortion(cv, np.uint64(w[stem]), key, visit)
    return value


@inner
def misread(c, cf, w, f, row, value):
    """A value with an error of reading on it, that of what is read at this time."""
    if cf[row + AMOUNT] > 0.0:
        common = mix(np.uint64(w[RUN]), np.uint64(c[row + SHARED_KEY]))
        own = np.uint64(w[c[row + STEM]])
        cv, shared, apart = cf[row + AMOUNT], cf[row + THRESHOLD], cf[row + PERSISTENCE]
        value *= misreading(cv, shared, apart, own, common, f[NOW])
    return value


@inner
def choose_by_chance(c, cf, w, item, row):
    """One uniform decides between the branches; certain and impossible ones ask for none."""
    u = 0.5
    if c[row + EXTRA]:
        stem, key = np.uint64(w[c[row + STEM]]), np.uint64(w[item + DRAWS])
        u = uniform(stem, key, np.uint64(w[item + VISIT]), np.uint64(0))
    # Counting the shares passed takes no guessing, unlike looking for the first that is not.
    passed = np.int64(0)
    for k in range(c[row + SHARES], c[row + SHARES] + c[row + COUNT]):
        passed += np.int64(cf[k] <= u)
    if passed == c[row + COUNT]:
        return row + STEP_WORDS
    return c[c[row + FIRST] + passed * BRANCH_WORDS + TO]


@inner
def choose_by_condition(c, cf, f, item, row):
    """The first branch whose condition holds, or the next step."""
    for i in range(c[row + COUNT]):
        branch = c[row + FIRST] + i * BRANCH_WORDS
        value = look(c, f, c[branch + BRANCH_LEVEL], f[item + CARRIED])
        if compare(value, c[branch + BRANCH_COMPARATOR], cf[branch + BRANCH_THRESHOLD]):
            return c[branch + TO]
    return row + STEP_WORDS


@inner
def join(c, w, f, item, row):
    """Wait until enough children have answered. Whether they have already."""
    group = w[item + c[row + GROUP_AT]]
    wanted = c[row + EXTRA]
    w[group + WANTED] = wanted
    if w[group + MADE] < wanted:
        w[group + WAITER] = item
        return False
    note(c, w, f, JOINED, item, row, float(w[group + MADE]), NAN)
    return True


@inner
def take(c, cf, w, f, item, row):
    """Wait in line for stock. Whether it was there at once."""
    pool, amount = c[row + SUBJECT], cf[row + AMOUNT]
    note(c, w, f, ASKED_FOR, item, row, amount, NAN)
    line = pool + LINE
    in_line = w[line + HEAD] != NOBODY and not w[pool + OVERTAKES]
    if in_line or not decision.covers(f[pool + STOCK], amount):
        append(w, line, item)
        return False
    f[pool + STOCK] = decision.restocked(f[pool + STOCK], -amount)
    take_away(c, cf, w, f, item, row)
    return True


@inner
def take_away(c, cf, w, f, item, row):
    """An item has its stock."""
    note(c, w, f, GRANTED, item, row, 1.0, NAN)
    if w[WATCHING]:
        touch(c, cf, w, f, c[row + SUBJECT] + STOCK)


@inner
def give(c, cf, w, f, item, row):
    """Bring stock back and serve whoever can be served, in order (semantics 6)."""
    pool = c[row + SUBJECT]
    note(c, w, f, GIVEN, item, row, cf[row + AMOUNT], NAN)
    f[pool + STOCK] = decision.restocked(f[pool + STOCK], cf[row + AMOUNT])
    before = np.int64(NOBODY)
    waiting = w[pool + LINE + HEAD]
    while waiting != NOBODY:
        after = w[waiting + NEXT]
        wanted = cf[w[waiting + ROW] + AMOUNT]
        if decision.covers(f[pool + STOCK], wanted):
            f[pool + STOCK] = decision.restocked(f[pool + STOCK], -wanted)
            unlink(w, pool + LINE, before, waiting)
            ready(w, waiting, IS_SERVED)
        elif w[pool + OVERTAKES]:
            before = waiting
        else:
            break
        waiting = after
    if w[WATCHING]:
        touch(c, cf, w, f, pool + STOCK)


@inner
def wait_until(c, cf, w, f, item, row):
    """Wait for a condition, or give up at the deadline. Whether the condition holds already."""
    level, threshold = c[row + LEVEL], cf[row + THRESHOLD]
    note(c, w, f, ASKED_FOR, item, row, threshold, NAN)
    if compare(f[level], c[row + COMPARATOR], threshold):
        note(c, w, f, GRANTED, item, row, 1.0, NAN)
        return True
    w[LAST_ASKED] += 1
    w[item + ASKED] = w[LAST_ASKED]
    w[WATCHING] += 1
    append(w, c[WATCH] + 2 * (level - c[VALUES]), item)
    if c[row + LAW] != NOBODY:
        key, visit = w[item + DRAWS], w[item + VISIT]
        hours = drawn(cf, c[row + LAW], w[c[row + STEM]], key, visit, 0)
        push(c, w, f, f[NOW] + hours, deadline(c, w, item))
    return False


@inner
def deadline(c, w, item):
    """A calendar entry for the deadline of an item's wait."""
    entry = w[FREE_DEADLINE]
    if entry != NOBODY:
        w[FREE_DEADLINE] = w[entry + WHOSE]
    else:
        entry = w[DEADLINES_TOP]
        w[DEADLINES_TOP] = entry + DEADLINE_WORDS
        if w[DEADLINES_TOP] > c[DEADLINES_END]:
            w[FULL] = DEADLINES_FULL
            w[DEADLINES_TOP] = entry
    w[entry + RANK] = AT_DEADLINE
    w[entry + KEY] = w[item + KEY]
    w[entry + WHOSE] = item
    w[entry + WHICH] = w[item + TOKEN]
    return entry


@inner
def give_up(c, w, entry):
    """A deadline comes: the item that still waits, taken off its list, or nobody."""
    item, token = w[entry + WHOSE], w[entry + WHICH]
    w[entry + WHOSE] = w[FREE_DEADLINE]
    w[FREE_DEADLINE] = entry
    if w[item + TOKEN] != token:
        return np.int64(NOBODY)
    queue = c[WATCH] + 2 * (c[w[item + ROW] + LEVEL] - c[VALUES])
    before = np.int64(NOBODY)
    here = w[queue + HEAD]
    while here != item:
        before = here
        here = w[here + NEXT]
    unlink(w, queue, before, item)
    w[item + TOKEN] += 1
    w[WATCHING] -= 1
    w[item + PHASE] = GAVE_UP
    return item


@inner
def tell(c, cf, w, f, item, row):
    """Put what is carried on a board, if it is newer."""
    line, since = c[row + SUBJECT], c[row + EXTRA]
    note(c, w, f, TOLD, item, row, f[item + CARRIED], f[item + SINCE])
    if f[item + SINCE] > f[since]:
        f[line] = f[item + CARRIED]
        f[since] = f[item + SINCE]
        if w[WATCHING]:
            touch(c, cf, w, f, line)


@inner
def is_filed(c, cf, w, f, item, row, ordered):
    """Whether an order is older than the one in force, and somebody looks (semantics 13)."""
    if f[item + SINCE] >= f[ordered]:
        return False
    chance = cf[row + THRESHOLD]
    if chance <= 0.0:
        return True
    stem, key = np.uint64(w[c[row + STEM]]), np.uint64(w[item + DRAWS])
    return uniform(stem, key, np.uint64(w[item + VISIT]), np.uint64(0)) >= chance


@inner
def activate(c, cf, w, f, item, row):
    """Give a measure at a place its target, unless that is an order with an older date."""
    amount = cf[row + AMOUNT]
    level, slot = c[row + SUBJECT], c[row + FIRST]
    if np.isnan(amount):
        amount = f[item + CARRIED]
        if c[row + EXTRA] == 0:
            ordered = c[ORDERED] + level - c[TARGETS]
            if is_filed(c, cf, w, f, item, row, ordered):
                note(c, w, f, FILED, item, row, amount, f[item + SINCE])
                return
            f[ordered] = f[item + SINCE]
    target = decision.target(f[level], amount, c[row + EXTRA] != 0, cf[slot + MOST])
    f[level] = target
    if w[WATCHING]:
        touch(c, cf, w, f, level)
    if c[slot + AT_ONCE]:
        f[c[row + LEVEL]] = target
        if w[WATCHING]:
            touch(c, cf, w, f, c[row + LEVEL])
    note(c, w, f, ACTIVATED, item, row, target, f[item + SINCE])


@inner
def perform(c, cf, w, f, item, row):
    """Begin a step but a decision: where the item goes on at once, or nowhere as it must wait."""
    op = c[row + OP]
    if op == WORK:
        work(c, cf, w, f, item, row)
        return NOBODY
    if op == SEND:
        w[item + ATTEMPT] = 0
        launch(c, cf, w, f, item, row)
        return NOBODY
    if op == CHOOSE_CHANCE:
        return choose_by_chance(c, cf, w, item, row)
    if op == CHOOSE_WHEN:
        return choose_by_condition(c, cf, f, item, row)
    goes_on = True
    if op == FORK:
        fork(c, cf, w, f, item, row)
    elif op == JOIN:
        goes_on = join(c, w, f, item, row)
    elif op == TAKE:
        goes_on = take(c, cf, w, f, item, row)
    elif op == GIVE:
        give(c, cf, w, f, item, row)
    elif op == AWAIT:
        goes_on = wait_until(c, cf, w, f, item, row)
    elif op == OBSERVE:
        w[item + PHASE] = LOOKS
        w[item + RANK] = AT_OBSERVATION
        push(c, w, f, f[NOW], item)
        goes_on = False
    elif op == TELL:
        tell(c, cf, w, f, item, row)
    else:
        activate(c, cf, w, f, item, row)
    return row + STEP_WORDS if goes_on else NOBODY


@inner
def resume(c, cf, w, f, item):
    """An item's turn has come: where it goes on, or nowhere because it waits again."""
    row, phase = w[item + ROW], w[item + PHASE]
    if phase == HAS_WORKED:
        unit = c[row + SUBJECT]
        note(c, w, f, FINISHED, item, row, NAN, NAN)
        f[unit + BUSY] -= 1.0
        fill(w, f, unit)
        desk_changed(c, cf, w, f, unit)
    elif phase == IS_ADMITTED:
        begin_work(c, cf, w, f, item, row)
        return NOBODY
    elif phase == HAS_TRAVELLED:
        if w[item + LOST]:
            w[item + ATTEMPT] += 1
            launch(c, cf, w, f, item, row)
            return NOBODY
        cv = cf[c[row + SUBJECT] + ERROR]
        f[item + CARRIED] = distorted(w, f, item, c[row + STEM], cv, f[item + CARRIED])
        note(c, w, f, DELIVERED, item, row, f[item + CARRIED], f[item + SINCE])
    elif phase == BEGINS:
        return row
    elif phase == IS_ANSWERED:
        group = w[item + c[row + GROUP_AT]]
        note(c, w, f, JOINED, item, row, float(w[group + MADE]), NAN)
    elif phase == IS_SERVED:
        take_away(c, cf, w, f, item, row)
    elif phase == LOOKS:
        value = look(c, f, c[row + LEVEL], f[item + CARRIED])
        f[item + CARRIED] = misread(c, cf, w, f, row, value)
        f[item + SINCE] = f[NOW]
        note(c, w, f, OBSERVED, item, row, f[item + CARRIED], f[NOW])
    elif phase == MAY_GO:
        note(c, w, f, GRANTED, item, row, 1.0, NAN)
    else:
        note(c, w, f, GRANTED, item, row, 0.0, NAN)
        if c[row + JUMP] != NOBODY:
            return c[row + JUMP]
    return row + STEP_WORDS


@inner
def turn(c, cf, w, f):
    """Whose turn it is (semantics 4): an item, nobody when something else happened, or an end."""
    for agenda in (CHILDREN, ADMITTED):
        item = w[agenda + HEAD]
        if item != NOBODY:
            w[agenda + HEAD] = w[item + NEXT]
            return item
    settle(c, w, f)
    if w[SIZE] == 0 or f[c[CALENDAR_TIMES]] >= cf[HORIZON]:
        return np.int64(OVER)
    f[NOW] = f[c[CALENDAR_TIMES]]
    entry = w[c[CALENDAR]]
    w[HOLE] = 1
    w[EVENTS] += 1
    rank = w[entry + RANK]
    if rank in (AT_FINISH, AT_DELIVERY, AT_OBSERVATION):
        return entry
    if rank == AT_DEADLINE:
        return give_up(c, w, entry)
    if rank == AT_ARRIVAL:
        arrive(c, cf, w, f, entry)
    elif entry == c[HOUR_ENTRY]:
        return np.int64(NEXT_HOUR)
    else:
        change(c, cf, w, f, entry)
    return np.int64(NOBODY)


@inner
def loop(c, cf, w, f, reals, world):
    """Play until the horizon; `FULL` says afterwards whether memory was long enough.

    Parameters
    ----------
    c, cf
        Code, as int64 and as float64.
    w, f
        State, likewise.
    reals
        State as a float64 array, for what wants a part of it. It and the world go no deeper than
        one call: each time an array is handed on, its references are counted.
    world
        The lowered world.
    """
    begin(c, cf, w, f)
    while not w[FULL]:
        item = turn(c, cf, w, f)
        if item == OVER:
            return
        if item == NEXT_HOUR:
            advance_world(c, cf, w, f, reals, world)
            continue
        row = resume(c, cf, w, f, item) if item != NOBODY else np.int64(NOBODY)
        while row != NOBODY and not w[FULL]:
            w[item + ROW] = row
            op = c[row + OP]
            if op == END:
                end(c, w, f, item, row)
                break
            w[item + VISIT] = 0
            if c[row + VISITS]:
                place = item + c[row + VISITS]
                w[item + VISIT] = w[place]
                w[place] += 1
            if op == DECIDE:
                decide(c, cf, w, f, reals, world, item, row)
                row += STEP_WORDS
            else:
                row = perform(c, cf, w, f, item, row)
