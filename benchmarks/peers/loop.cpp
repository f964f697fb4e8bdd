// The three workloads as a good C++ programmer writes them by hand: one event calendar
// (std::priority_queue), one generator, and no more state than the model needs.
//
// The constants and what counts as an event are those of workloads.py. Usage:
//     loop single_queue|network|coordination SIZE FIRST_SEED RUNS
// prints one line of JSON, as play.py does for the engines in Python.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iostream>
#include <queue>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace {

using Luck = std::mt19937_64;
using Exponential = std::exponential_distribution<double>;
using Lognormal = std::lognormal_distribution<double>;

struct Run {
    std::uint64_t events = 0;
    std::uint64_t done = 0;
    double hours = 0.0;  // spent in the system by all who are done
    std::uint64_t urgent_done = 0;
    double urgent_hours = 0.0;  // the same of the urgent customers of W2

    void leave(double spent) {
        ++done;
        hours += spent;
    }
};

struct Event {
    double time;
    std::uint32_t what;
    std::uint32_t who;
};

struct Later {
    bool operator()(const Event& a, const Event& b) const { return a.time > b.time; }
};

class Calendar {
public:
    Calendar() : events_(Later{}, reserved()) {}
    void put(double time, std::uint32_t what, std::uint32_t who) { events_.push({time, what, who}); }
    bool before(double horizon) const { return !events_.empty() && events_.top().time < horizon; }
    Event take() {
        const Event first = events_.top();
        events_.pop();
        return first;
    }

private:
    static std::vector<Event> reserved() {
        std::vector<Event> room;
        room.reserve(1024);
        return room;
    }
    std::priority_queue<Event, std::vector<Event>, Later> events_;
};

// A first-come-first-served line in a ring of memory that doubles when it is full.
template <class T>
class Line {
public:
    bool empty() const { return count_ == 0; }
    void push(T value) {
        if (count_ == ring_.size()) grow();
        ring_[(head_ + count_++) & (ring_.size() - 1)] = value;
    }
    T pop() {
        const T first = ring_[head_];
        head_ = (head_ + 1) & (ring_.size() - 1);
        --count_;
        return first;
    }

private:
    void grow() {
        std::vector<T> larger(2 * ring_.size());
        for (std::size_t i = 0; i < count_; ++i) larger[i] = ring_[(head_ + i) & (ring_.size() - 1)];
        ring_ = std::move(larger);
        head_ = 0;
    }
    std::vector<T> ring_ = std::vector<T>(16);
    std::size_t head_ = 0, count_ = 0;
};

// Things with a number that is used again once they are gone.
template <class T>
class Pool {
public:
    std::uint32_t add(T value) {
        if (free_.empty()) {
            all_.push_back(value);
            return static_cast<std::uint32_t>(all_.size() - 1);
        }
        const std::uint32_t number = free_.back();
        free_.pop_back();
        all_[number] = value;
        return number;
    }
    void remove(std::uint32_t number) { free_.push_back(number); }
    T& operator[](std::uint32_t number) { return all_[number]; }

private:
    std::vector<T> all_;
    std::vector<std::uint32_t> free_;
};

Run single_queue(double customers, std::uint64_t seed) {
    constexpr double rate = 0.9, service_mean = 1.0;
    enum { ARRIVAL, FINISH };
    const double horizon = customers / rate;
    Luck luck(seed);
    Exponential gap(rate), service(1.0 / service_mean);
    Calendar calendar;
    Line<double> waiting;  // when each came
    bool busy = false;
    double served_since = 0.0;
    Run run;
    calendar.put(gap(luck), ARRIVAL, 0);
    while (calendar.before(horizon)) {
        const Event event = calendar.take();
        const double now = event.time;
        ++run.events;
        if (event.what == ARRIVAL) {
            calendar.put(now + gap(luck), ARRIVAL, 0);
            if (busy) {
                waiting.push(now);
                continue;
            }
            busy = true;
            served_since = now;
        } else {
            run.leave(now - served_since);
            if (waiting.empty()) {
                busy = false;
                continue;
            }
            served_since = waiting.pop();
        }
        calendar.put(now + service(luck), FINISH, 0);
    }
    return run;
}

Run network(double hours, std::uint64_t seed) {
    constexpr std::uint32_t units = 20, staff = 3, classes = 2;
    constexpr double service_mean = 1.0, trip_mean = 0.5, leaves = 0.25;
    constexpr double arrivals = 0.8 * units * staff / service_mean * leaves;
    enum { ARRIVAL, FINISH, DELIVERY };
    struct Customer {
        double since;
        std::uint32_t rank, unit;
    };
    struct Unit {
        std::uint32_t busy = 0;
        Line<std::uint32_t> waiting[classes];  // by rank, the more urgent first
    };
    Luck luck(seed);
    Exponential gap(arrivals / classes), service(1.0 / service_mean), trip(1.0 / trip_mean);
    std::uniform_int_distribution<std::uint32_t> any_unit(0, units - 1);
    std::uniform_real_distribution<double> chance(0.0, 1.0);
    Calendar calendar;
    Pool<Customer> customers;
    std::vector<Unit> places(units);
    Run run;
    const auto enter = [&](double now, std::uint32_t who) {
        Unit& unit = places[customers[who].unit];
        if (unit.busy == staff) {
            unit.waiting[customers[who].rank].push(who);
            return;
        }
        ++unit.busy;
        calendar.put(now + service(luck), FINISH, who);
    };
    for (std::uint32_t rank = 0; rank < classes; ++rank) calendar.put(gap(luck), ARRIVAL, rank);
    while (calendar.before(hours)) {
        const Event event = calendar.take();
        const double now = event.time;
        ++run.events;
        if (event.what == ARRIVAL) {
            calendar.put(now + gap(luck), ARRIVAL, event.who);
            enter(now, customers.add({now, event.who, any_unit(luck)}));
        } else if (event.what == DELIVERY) {
            enter(now, event.who);
        } else {
            Customer& customer = customers[event.who];
            Unit& unit = places[customer.unit];
            --unit.busy;
            for (Line<std::uint32_t>& line : unit.waiting) {
                if (line.empty()) continue;
                ++unit.busy;
                calendar.put(now + service(luck), FINISH, line.pop());
                break;
            }
            if (chance(luck) < leaves) {
                run.leave(now - customer.since);
                if (customer.rank == 0) {
                    ++run.urgent_done;
                    run.urgent_hours += now - customer.since;
                }
                customers.remove(event.who);
            } else {
                customer.unit = any_unit(luck);
                calendar.put(now + trip(luck), DELIVERY, event.who);
            }
        }
    }
    return run;
}

Run coordination(double hours, std::uint64_t seed) {
    constexpr std::uint32_t counties = 48, cities = 8, departments = 3;
    constexpr std::uint32_t first_city = counties, first_department = first_city + cities;
    constexpr std::uint32_t centre = first_department + departments;
    constexpr double work_mean = 0.5, delay_mean = 0.25, cv = 0.5, report_every = 16.0;
    // What a report does next when an event happens; CONSIDER and its trips belong to a consulted
    // city, whose event carries report * cities + city.
    enum {
        ARRIVAL, WRITE, RAISE, VERIFY, UP, ASK, CONSIDER, ANSWER, INFORM, ASSESS, DECIDE, DOWN,
        PASS_ON, ORDER, CARRY_OUT
    };
    struct Report {
        double since;
        std::uint32_t county, unanswered;
    };
    struct Task {
        std::uint32_t what, who;
    };
    struct Unit {
        std::uint32_t staff, busy = 0;
        Line<Task> waiting;
    };
    const double sigma = std::sqrt(std::log1p(cv * cv));
    Luck luck(seed);
    Exponential gap(1.0 / report_every);
    Lognormal work(std::log(work_mean) - 0.5 * sigma * sigma, sigma);
    Lognormal delay(std::log(delay_mean) - 0.5 * sigma * sigma, sigma);
    Calendar calendar;
    Pool<Report> reports;
    std::vector<Unit> places(centre + 1);
    for (std::uint32_t unit = 0; unit <= centre; ++unit) {
        places[unit].staff =
            unit < first_city ? 1 : unit < first_department ? 8 : unit < centre ? 2 : 6;
    }
    Run run;
    double now = 0.0;
    const auto enter = [&](std::uint32_t unit, std::uint32_t what, std::uint32_t who) {
        Unit& place = places[unit];
        if (place.busy == place.staff) {
            place.waiting.push({what, who});
            return;
        }
        ++place.busy;
        calendar.put(now + work(luck), what, who);
    };
    const auto leave = [&](std::uint32_t unit) {
        Unit& place = places[unit];
        if (place.waiting.empty()) {
            --place.busy;
            return;
        }
        const Task next = place.waiting.pop();
        calendar.put(now + work(luck), next.what, next.who);
    };
    const auto travel = [&](std::uint32_t what, std::uint32_t who) {
        calendar.put(now + delay(luck), what, who);
    };
    for (std::uint32_t county = 0; county < counties; ++county) {
        calendar.put(gap(luck), ARRIVAL, county);
    }
    while (calendar.before(hours)) {
        const Event event = calendar.take();
        const std::uint32_t who = event.who;
        now = event.time;
        ++run.events;
        switch (event.what) {
            case ARRIVAL:
                calendar.put(now + gap(luck), ARRIVAL, who);
                enter(who, WRITE, reports.add({now, who, cities}));
                break;
            case WRITE:
                leave(reports[who].county);
                travel(RAISE, who);
                break;
            case RAISE:
                enter(first_city + reports[who].county % cities, VERIFY, who);
                break;
            case VERIFY:
                leave(first_city + reports[who].county % cities);
                travel(UP, who);
                break;
            case UP:
                for (std::uint32_t city = 0; city < cities; ++city) travel(ASK, who * cities + city);
                break;
            case ASK:
                enter(first_city + who % cities, CONSIDER, who);
                break;
            case CONSIDER:
                leave(first_city + who % cities);
                travel(ANSWER, who);
                break;
            case ANSWER:
                if (--reports[who / cities].unanswered == 0) travel(INFORM, who / cities);
                break;
            case INFORM:
                enter(first_department + reports[who].county % departments, ASSESS, who);
                break;
            case ASSESS:
                leave(first_department + reports[who].county % departments);
                enter(centre, DECIDE, who);
                break;
            case DECIDE:
                leave(centre);
                travel(DOWN, who);
                break;
            case DOWN:
                enter(first_city + reports[who].county % cities, PASS_ON, who);
                break;
            case PASS_ON:
                leave(first_city + reports[who].county % cities);
                travel(ORDER, who);
                break;
            case ORDER:
                enter(reports[who].county, CARRY_OUT, who);
                break;
            default:
                leave(reports[who].county);
                run.leave(now - reports[who].since);
                reports.remove(who);
        }
    }
    return run;
}

// The most memory this process has held, bytes; 0 where the system does not say.
long peak_memory() {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;) {
        long kilobytes = 0;
        if (word == "VmHWM:" && status >> kilobytes) return 1024 * kilobytes;
    }
    return 0;
}

double processor_seconds() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace

int main(int count, char** words) {
    if (count != 5) {
        std::cerr << "usage: loop WORKLOAD SIZE FIRST_SEED RUNS\n";
        return 2;
    }
    const std::string name = words[1];
    Run (*const play)(double, std::uint64_t) = name == "single_queue" ? single_queue
                                               : name == "network"    ? network
                                                                      : coordination;
    const double size = std::atof(words[2]);
    const std::uint64_t first = std::strtoull(words[3], nullptr, 10);
    const int runs = std::atoi(words[4]);
    std::cout.precision(17);
    std::cout << "{\"runs\": [";
    for (int i = 0; i < runs; ++i) {
        const double begin = processor_seconds();
        const Run run = play(size, first + i);
        const double seconds = processor_seconds() - begin;
        std::cout << (i ? ", " : "") << "{\"events\": " << run.events << ", \"done\": " << run.done
                  << ", \"hours\": " << run.hours << ", \"urgent_done\": " << run.urgent_done
                  << ", \"urgent_hours\": " << run.urgent_hours << ", \"seconds\": " << seconds << "}";
    }
    std::cout << "], \"ready\": 0.0, \"peak\": " << peak_memory() << "}\n";
}
